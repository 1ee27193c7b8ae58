#include "api/call.hpp"

#include "api/query_reader.hpp"

namespace bizcomms::api {

Status takes_no_query(const http::Request& request) {
  if (request.query.empty()) { return {}; }
  return QueryReader(request.query).finish();
}

http::Response answer(int status, std::string body) { return {.status = status, .body = std::move(body)}; }

http::Response no_content() { return {.status = 204}; }

}  // namespace bizcomms::api

// One authenticated request on its way through a handler, and what handlers of all kinds need.
#pragma once

#include <string>

#include "bizcomms/base/result.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::api {

struct Call {
  const http::Request& request;
  const std::string& key_name;  // of the API key: who asks
};

// `invalid` naming them, where the request has query parameters but takes none.
[[nodiscard]] Status takes_no_query(const http::Request& request);

// The id that the route captured; what is no id is `not_found`, as an id that nobody has. `what`: "alert".
template <class IdType>
[[nodiscard]] Result<IdType> id_of(const http::Request& request, const char* what) {
  const auto id = request.captures.empty() ? std::nullopt : IdType::parse(request.captures.front());
  if (!id) { return Error{ErrorCode::not_found, std::string("There is no ") + what + " with this id."}; }
  return *id;
}

[[nodiscard]] http::Response answer(int status, std::string body);
[[nodiscard]] http::Response no_content();

}  // namespace bizcomms::api

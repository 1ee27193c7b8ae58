#include "bizcomms/aws/credentials.hpp"

#include <stop_token>
#include <utility>

#include "aws/refreshing.hpp"

namespace bizcomms::aws {

std::unique_ptr<Credentials> credentials_from(const std::map<std::string, std::string>& environment, std::string region,
                                              std::string sts_endpoint, http::Client& http, const Clock& clock, const Log& log) {
  std::stop_source stop;
  auto source = source_from(environment, std::move(region), std::move(sts_endpoint), http, clock,
                            [token = stop.get_token()](Millis pause) { return sleep_for(token, pause); });
  return std::make_unique<RefreshingCredentials>(std::move(source), clock, log, std::move(stop));
}

}  // namespace bizcomms::aws

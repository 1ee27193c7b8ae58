#include "app/aws_secret.hpp"

#include <fmt/format.h>

#include "bizcomms/aws/credentials.hpp"
#include "bizcomms/aws/environment.hpp"
#include "bizcomms/aws/secrets.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::app {

Result<std::string> aws_secret(std::string_view reference, const std::map<std::string, std::string>& environment) {
  const auto hash = std::min(reference.find('#'), reference.size());
  const std::string name(reference.substr(0, hash));
  const std::string key(reference.substr(std::min(hash + 1, reference.size())));
  if (name.empty()) {
    return Error{ErrorCode::invalid, "points to AWS Secrets Manager without a name; write aws-secret:NAME or aws-secret:NAME#key"};
  }
  const auto settings = aws::completed({}, environment);
  const auto sts = aws::endpoint_of(settings, aws::Service::sts);
  if (!sts) { return Error{ErrorCode::invalid, "points to AWS Secrets Manager, but AWS_REGION is not set"}; }
  const Log log = Log::silent();
  Metrics metrics;
  const SystemClock clock;
  http::CurlClient http({}, log, metrics);
  const auto credentials = aws::credentials_from(environment, settings.region, *sts, http, clock, log);
  aws::Client client(settings, *credentials, http, clock, log, metrics);
  auto secret = aws::Secrets(client, clock).get(name, key);
  if (secret) { return secret->reveal(); }
  return Error{ErrorCode::invalid, fmt::format("points to AWS Secrets Manager, which does not give it: {}", secret.error().message)};
}

}  // namespace bizcomms::app

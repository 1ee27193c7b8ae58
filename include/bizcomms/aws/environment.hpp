// The variables that AWS's own tools read too: where the services are.
#pragma once

#include <map>
#include <string>

#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

// `settings` with what they leave open: the region from AWS_REGION, else AWS_DEFAULT_REGION; endpoints from AWS_ENDPOINT_URL_SQS, _SNS,
// _DYNAMODB, _SECRETS_MANAGER, _STS, else AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.
[[nodiscard]] Settings completed(Settings settings, const std::map<std::string, std::string>& environment);

// The URL to which calls of a service go. `misconfigured` where there is no region, or one of the two cannot be used.
[[nodiscard]] Result<std::string> endpoint_of(const Settings& settings, Service service);

}  // namespace bizcomms::aws

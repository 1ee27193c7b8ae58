// Values of options that AWS Secrets Manager keeps.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "bizcomms/base/result.hpp"

namespace bizcomms::app {

// Of "NAME", or "NAME#key" for a member of the JSON object that the secret is. Region, endpoints and credentials as AWS's own variables in
// `environment` say. Blocks for a few seconds at most. `invalid` in words that follow the option's name.
[[nodiscard]] Result<std::string> aws_secret(std::string_view reference, const std::map<std::string, std::string>& environment);

}  // namespace bizcomms::app

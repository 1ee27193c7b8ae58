// Secrets Manager: values that others keep for us, and change there. Source: AWS Secrets Manager, GetSecretValue.
#pragma once

#include <string>

#include "bizcomms/aws/client.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"

namespace bizcomms::aws {

// The secret `name` (or its ARN) as it is now, or where `key` is not empty that member of the JSON object it is. Blocks. `misconfigured`:
// no such secret or member, or access is denied; `unavailable`: it cannot be read now. No message shows a content.
[[nodiscard]] Result<Secret> read_secret(Client& client, const std::string& name, const std::string& key = "");

}  // namespace bizcomms::aws

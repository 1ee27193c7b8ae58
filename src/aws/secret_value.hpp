// What Secrets Manager answers. Pure.
#pragma once

#include <string>

#include "bizcomms/aws/client.hpp"
#include "bizcomms/base/secret.hpp"

namespace bizcomms::aws {

// The whole secret: its text, or its bytes.
[[nodiscard]] Result<Secret> secret_in(const Result<Answer>& answer, const std::string& name);
// A member of the JSON object that the secret is.
[[nodiscard]] Result<Secret> member_of(const Secret& secret, const std::string& name, const std::string& key);

}  // namespace bizcomms::aws

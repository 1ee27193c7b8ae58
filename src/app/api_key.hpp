// Making API keys.
#pragma once

#include <string>

#include "bizcomms/base/result.hpp"
#include "bizcomms/store/api_keys.hpp"

namespace bizcomms::app {

// "bzk_" and 43 characters of base64url: 256 bits. Shown once; the database gets its SHA-256.
[[nodiscard]] std::string new_api_key();

// Makes a key and stores its hash. `invalid`: the name; `conflict`: there is one of that name.
[[nodiscard]] Result<std::string> create_api_key(store::ApiKeys& keys, const std::string& name);

}  // namespace bizcomms::app

// What was built.
#pragma once

#include <string>

namespace bizcomms::app {

extern const char* const k_commit;           // "0123456789ab", "0123456789ab-changed", or "unknown"; written at build time
[[nodiscard]] std::string version_number();  // "0.1.0"
[[nodiscard]] std::string version_text();    // "bizcomms 0.1.0 (commit 0123456789ab, GCC 12.2.0)"

}  // namespace bizcomms::app

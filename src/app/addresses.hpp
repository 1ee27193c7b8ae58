// Addresses as "host:port".
#pragma once

#include <string>

#include "bizcomms/base/result.hpp"

namespace bizcomms::app {

// One that listens everywhere is reached on this machine: "0.0.0.0:80" → "127.0.0.1:80".
[[nodiscard]] std::string reachable(const std::string& address);

// Port 0 replaced by one that is free now, for roles that must know each other's address before they start.
[[nodiscard]] Result<std::string> with_a_port(const std::string& address);

}  // namespace bizcomms::app

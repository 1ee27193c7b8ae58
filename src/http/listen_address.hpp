// "127.0.0.1:8000", "[::1]:8000", "localhost:0": where a server listens. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bizcomms/base/result.hpp"

namespace bizcomms::http {

struct ListenAddress {
  std::string host;  // an address or a name, without brackets
  std::uint16_t port = 0;
};

[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);  // `misconfigured` otherwise
[[nodiscard]] std::string to_string(const ListenAddress& address);

}  // namespace bizcomms::http

// The parts of an absolute http or https URL that signatures and the choice of hosts need. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bizcomms::aws {

[[nodiscard]] std::string lower_case(std::string_view text);  // ASCII letters

struct Url {
  bool is_secure = false;   // https
  std::string host{};       // lower case, without port and brackets
  std::string authority{};  // as libcurl writes it into the Host header: as given, without the scheme's own port
  std::string path{};       // as given; "/" where there is none
  std::string query{};      // as given, without "?"
};

// Nothing for other schemes, for user names and passwords, control characters, spaces and bad ports.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

}  // namespace bizcomms::aws

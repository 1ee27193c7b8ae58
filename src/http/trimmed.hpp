// Without the white space around it (RFC 9110 5.6.3), and without a line's end.
#pragma once

#include <string_view>

namespace bizcomms::http {

[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view k_blank = " \t\r\n";
  const auto first = text.find_first_not_of(k_blank);
  if (first == std::string_view::npos) { return {}; }
  return text.substr(first, text.find_last_not_of(k_blank) - first + 1);
}

}  // namespace bizcomms::http

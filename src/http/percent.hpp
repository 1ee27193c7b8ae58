// Percent-decoding, strict. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bizcomms::http {

enum class Plus : unsigned char { plus, space };  // what '+' stands for: itself in a path, a space in a form

// Nothing on an incomplete or wrong escape, on bytes that are not UTF-8 once decoded, and on U+0000.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, Plus plus);

[[nodiscard]] bool is_utf8(std::string_view text);  // RFC 3629: no overlong forms, no surrogates, at most U+10FFFF

}  // namespace bizcomms::http

// Reading UTF-8 one code point at a time. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bizcomms::alert {

// Takes the first code point off `text`. Nothing when the bytes are not UTF-8 (RFC 3629: no overlong forms, surrogates or
// values above U+10FFFF); then one byte is taken, so that a loop always ends. `text` must not be empty.
[[nodiscard]] std::optional<char32_t> take_code_point(std::string_view& text);

// The same, with U+FFFD in the place of a byte that is not UTF-8.
[[nodiscard]] char32_t take_code_point_or_replacement(std::string_view& text);

void append_utf8(std::string& text, char32_t code_point);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace bizcomms::alert

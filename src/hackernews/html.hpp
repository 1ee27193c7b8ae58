// Text as HackerNews writes it: HTML with entities.
#pragma once

#include <string>
#include <string_view>

namespace bizcomms::hackernews {

// Plain text on one line: named entities of Latin-1 and of typography, decimal and hexadecimal references (U+FFFD for what is no
// character, Windows-1252 for 128..159, as browsers do), white space and control characters as single spaces. What is no
// entity stays as it is.
[[nodiscard]] std::string plain_text(std::string_view html);

}  // namespace bizcomms::hackernews

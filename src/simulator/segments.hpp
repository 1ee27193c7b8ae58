// How many segments Twilio would count. Source: GSM 03.38; Twilio docs "SMS character limit". (The product has its own count, so
// that each checks the other.)
#pragma once

#include <cstddef>
#include <string_view>

namespace bizcomms::simulator {

[[nodiscard]] int segments(std::string_view utf8);              // 0 for an empty body
[[nodiscard]] std::size_t utf16_length(std::string_view utf8);  // how Twilio counts its 1600

}  // namespace bizcomms::simulator

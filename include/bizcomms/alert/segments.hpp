// How an SMS is cut into segments. Source: wire facts of GSM 03.38 and Twilio's "SMS character limit".
#pragma once

#include <cstdint>
#include <string_view>

namespace bizcomms::alert {

enum class SmsEncoding : std::uint8_t { gsm7, ucs2 };

struct SmsSize {
  SmsEncoding encoding = SmsEncoding::gsm7;
  int units = 0;     // septets, or UTF-16 units
  int segments = 0;  // 160/153 septets, 70/67 units; a two-septet character or a surrogate pair is never split
  bool operator==(const SmsSize&) const = default;
};

[[nodiscard]] SmsSize sms_size(std::string_view utf8);

}  // namespace bizcomms::alert

#include "bizcomms/alert/segments.hpp"

#include "alert/utf8.hpp"

namespace bizcomms::alert {

namespace {

// GSM 03.38 in Unicode, without ASCII: the basic set, one septet each.
constexpr std::u32string_view k_basic = U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ¤¡ÄÖÑÜ§¿äöñüà";
// Behind an escape, so two septets each.
constexpr std::u32string_view k_extension = U"\f^{}\\[~]|€";

bool is_basic_ascii(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'!' && c <= U'?'); }

// 0: not in GSM-7.
int septets(char32_t c) {
  if (is_basic_ascii(c) || k_basic.find(c) != std::u32string_view::npos) { return 1; }
  return k_extension.find(c) != std::u32string_view::npos ? 2 : 0;
}

int utf16_length(char32_t c) { return c > 0xFFFF ? 2 : 1; }

struct Room {
  int alone;     // units in a message of one segment
  int together;  // units in each of several: the rest is the header that joins them
};
constexpr Room k_gsm7_room{160, 153};
constexpr Room k_ucs2_room{70, 67};

// Fills segments character by character, since none is split.
template <class Length>
SmsSize packed(std::string_view utf8, SmsEncoding encoding, Room room, Length length) {
  SmsSize size{encoding, 0, 0};
  int used = room.together;  // of the last segment: full, so that the first character opens one
  while (!utf8.empty()) {
    const int units = length(take_code_point_or_replacement(utf8));
    size.units += units;
    if (used + units > room.together) {
      ++size.segments;
      used = 0;
    }
    used += units;
  }
  if (size.units > 0 && size.units <= room.alone) { size.segments = 1; }
  return size;
}

bool fits_gsm7(std::string_view utf8) {
  while (!utf8.empty()) {
    if (septets(take_code_point_or_replacement(utf8)) == 0) { return false; }
  }
  return true;
}

}  // namespace

SmsSize sms_size(std::string_view utf8) {
  if (fits_gsm7(utf8)) { return packed(utf8, SmsEncoding::gsm7, k_gsm7_room, septets); }
  return packed(utf8, SmsEncoding::ucs2, k_ucs2_room, utf16_length);
}

}  // namespace bizcomms::alert

#include "simulator/segments.hpp"

namespace bizcomms::simulator {
namespace {

// Every GSM 03.38 character outside of ASCII's letters and digits, basic and extension table.
constexpr std::u32string_view k_basic = U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
constexpr std::u32string_view k_extension = U"\f^{}\\[~]|€";

char32_t next(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned lead = byte(at);
  const std::size_t width = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t c = width == 1 ? lead : lead & (0x7FU >> width);
  for (std::size_t i = 1; i < width; ++i) { c = c << 6U | (byte(at + i) & 0x3FU); }
  at += width;
  return c;
}

// 1 or 2 septets; 0: not in GSM 7.
int septets(char32_t c) {
  if ((c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9')) { return 1; }
  if (k_basic.find(c) != std::u32string_view::npos) { return 1; }
  return k_extension.find(c) != std::u32string_view::npos ? 2 : 0;
}

int count(std::string_view text, int single, int multiple, int (*width)(char32_t)) {
  int total = 0;
  int parts = 1;
  int used = 0;
  for (std::size_t i = 0; i < text.size();) {
    const int units = width(next(text, i));
    total += units;
    if (used + units > multiple) {
      ++parts;
      used = 0;
    }
    used += units;
  }
  if (total == 0) { return 0; }
  return total <= single ? 1 : parts;
}

bool is_gsm(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (septets(next(text, i)) == 0) { return false; }
  }
  return true;
}

int units_of(char32_t c) { return c > 0xFFFF ? 2 : 1; }

}  // namespace

int segments(std::string_view utf8) { return is_gsm(utf8) ? count(utf8, 160, 153, septets) : count(utf8, 70, 67, units_of); }

std::size_t utf16_length(std::string_view utf8) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < utf8.size();) { length += static_cast<std::size_t>(units_of(next(utf8, i))); }
  return length;
}

}  // namespace bizcomms::simulator

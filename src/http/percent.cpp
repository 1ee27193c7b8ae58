#include "http/percent.hpp"

#include <algorithm>
#include <cstdint>

#include "bizcomms/http/message.hpp"

namespace bizcomms::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') { return c - '0'; }
  if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
  if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
  return -1;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
}

// Stands for itself wherever it stands, which is what nearly all text is made of.
bool is_plain(char c) { return c > 0 && c != '%' && c != '+'; }

// The number of bytes that follow a lead byte, and the range its first follower must lie in (this is what rules out overlong
// forms, surrogates and code points above U+10FFFF).
struct Sequence {
  int followers;
  unsigned first_low;
  unsigned first_high;
};

std::optional<Sequence> sequence_of(unsigned lead) {
  if (lead >= 0xC2 && lead <= 0xDF) { return Sequence{1, 0x80, 0xBF}; }
  if (lead == 0xE0) { return Sequence{2, 0xA0, 0xBF}; }
  if (lead == 0xED) { return Sequence{2, 0x80, 0x9F}; }
  if (lead >= 0xE1 && lead <= 0xEF) { return Sequence{2, 0x80, 0xBF}; }
  if (lead == 0xF0) { return Sequence{3, 0x90, 0xBF}; }
  if (lead >= 0xF1 && lead <= 0xF3) { return Sequence{3, 0x80, 0xBF}; }
  if (lead == 0xF4) { return Sequence{3, 0x80, 0x8F}; }
  return std::nullopt;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) { continue; }
    const auto sequence = sequence_of(lead);
    if (!sequence) { return false; }
    for (int follower = 0; follower < sequence->followers; ++follower) {
      if (++i == text.size()) { return false; }
      const unsigned byte = static_cast<unsigned char>(text[i]);
      const unsigned low = follower == 0 ? sequence->first_low : 0x80;
      const unsigned high = follower == 0 ? sequence->first_high : 0xBF;
      if (byte < low || byte > high) { return false; }
    }
  }
  return true;
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  if (std::all_of(text.begin(), text.end(), is_plain)) { return std::string(text); }
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == Plus::space) {
      c = ' ';
    } else if (c == '%') {
      if (text.size() - i < 3) { return std::nullopt; }
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) { return std::nullopt; }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') { return std::nullopt; }
    decoded += c;
  }
  if (!is_utf8(decoded)) { return std::nullopt; }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size() * 3);
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += k_digits[byte >> 4U];
    encoded += k_digits[byte & 0x0FU];
  }
  return encoded;
}

}  // namespace bizcomms::http

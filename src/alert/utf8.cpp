#include "alert/utf8.hpp"

namespace bizcomms::alert {

namespace {

struct Lead {
  std::size_t length = 0;  // of the whole sequence; 0: cannot begin one
  char32_t bits = 0;
  char32_t smallest = 0;  // anything below is an overlong form
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80U) { return {1, byte, 0}; }
  if (byte >= 0xC2U && byte < 0xE0U) { return {2, static_cast<char32_t>(byte & 0x1FU), 0x80}; }
  if (byte >= 0xE0U && byte < 0xF0U) { return {3, static_cast<char32_t>(byte & 0x0FU), 0x800}; }
  if (byte >= 0xF0U && byte < 0xF5U) { return {4, static_cast<char32_t>(byte & 0x07U), 0x10000}; }
  return {};
}

bool is_scalar(char32_t value) { return value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF); }

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  const Lead lead = lead_of(static_cast<unsigned char>(text.front()));
  char32_t value = lead.bits;
  bool whole = lead.length != 0 && lead.length <= text.size();
  for (std::size_t i = 1; whole && i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    whole = (byte & 0xC0U) == 0x80U;
    value = (value << 6U) | (byte & 0x3FU);
  }
  if (!whole || value < lead.smallest || !is_scalar(value)) {
    text.remove_prefix(1);
    return std::nullopt;
  }
  text.remove_prefix(lead.length);
  return value;
}

char32_t take_code_point_or_replacement(std::string_view& text) { return take_code_point(text).value_or(U'\uFFFD'); }

void append_utf8(std::string& text, char32_t code_point) {
  const auto tail = [&](unsigned shift) { text.push_back(static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU))); };
  if (code_point < 0x80) {
    text.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    text.push_back(static_cast<char>(0xC0U | (code_point >> 6U)));
    tail(0);
  } else if (code_point < 0x10000) {
    text.push_back(static_cast<char>(0xE0U | (code_point >> 12U)));
    tail(6);
    tail(0);
  } else {
    text.push_back(static_cast<char>(0xF0U | (code_point >> 18U)));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_code_point(text)) { return false; }
  }
  return true;
}

}  // namespace bizcomms::alert

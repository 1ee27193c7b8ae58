#include "bizcomms/json/writer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace bizcomms::json {
namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD";  // U+FFFD

// Of each byte: 0 goes through as it is, 'u' needs \u00XX, 'x' begins (or is a stray part of) something beyond ASCII; else the
// letter behind the backslash.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) { table.at(i) = 'u'; }
  for (std::size_t i = 0x80; i < 0x100; ++i) { table.at(i) = 'x'; }
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table[0x7F] = 'u';
  return table;
}
constexpr auto k_escapes = make_escapes();

unsigned byte_at(std::string_view text, std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; }

// The length of the well-formed sequence (RFC 3629) at `at`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at);
  const unsigned second = byte_at(text, at + 1);
  const auto continues = [&](std::size_t offset) { return (byte_at(text, at + offset) & 0xC0U) == 0x80U; };
  if (first >= 0xC2 && first <= 0xDF) { return continues(1) ? 2 : 0; }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond = first == 0xF4 && second > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

void append_escape(std::string& out, char letter, char original) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  out += '\\';
  out += letter;
  if (letter != 'u') { return; }
  const auto byte = static_cast<unsigned char>(original);
  out += "00";
  out += k_hex[byte >> 4U];
  out += k_hex[byte & 15U];
}

// Whether one of the eight bytes may need more than copying: below 0x20, '"', '\\', or from 0x7F on. Looks at all of them at once: a byte
// turns its highest bit on by borrowing (Hacker's Delight, 6-1).
bool is_special(std::uint64_t bytes) {
  constexpr std::uint64_t k_ones = 0x0101010101010101;
  constexpr std::uint64_t k_highest = k_ones * 0x80;
  const auto has_zero = [](std::uint64_t value) { return (value - k_ones) & ~value; };
  const std::uint64_t below_space = (bytes - k_ones * 0x20) & ~bytes;
  return ((bytes | below_space | has_zero(bytes ^ (k_ones * '"')) | has_zero(bytes ^ (k_ones * '\\')) | has_zero(bytes ^ (k_ones * 0x7F))) &
          k_highest) != 0;
}

// Where the first byte is that may need more than copying, or a little before.
std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  std::uint64_t bytes = 0;
  for (; at + sizeof bytes <= text.size(); at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (is_special(bytes)) { break; }
  }
  return at;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // start of what can be copied as it is
  std::size_t at = plain_length(text);
  while (at < text.size()) {
    const char action = k_escapes[static_cast<unsigned char>(text[at])];
    if (action == 0) {
      ++at;
      continue;
    }
    if (action == 'x') {
      if (const auto length = sequence_length(text, at); length != 0) {
        at += length;
        continue;
      }
    }
    out.append(text, plain, at - plain);
    if (action == 'x') {
      out += k_replacement;
    } else {
      append_escape(out, action, text[at]);
    }
    plain = ++at;
  }
  out.append(text, plain, at - plain);
  out += '"';
}

}  // namespace

void Writer::separate() {
  if (m_needs_comma) { m_text += ','; }
  m_needs_comma = true;
}

Writer& Writer::begin_object() {
  separate();
  m_text += '{';
  m_needs_comma = false;
  return *this;
}

Writer& Writer::end_object() {
  m_text += '}';
  m_needs_comma = true;
  return *this;
}

Writer& Writer::begin_array() {
  separate();
  m_text += '[';
  m_needs_comma = false;
  return *this;
}

Writer& Writer::end_array() {
  m_text += ']';
  m_needs_comma = true;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate();
  append_quoted(m_text, name);
  m_text += ':';
  m_needs_comma = false;
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  append_quoted(m_text, text);
  return *this;
}

Writer& Writer::value(std::int64_t number) {
  separate();
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  m_text.append(digits.data(), end);
  return *this;
}

// The shortest form that reads back as the same number. JSON has no NaN and no infinity: null.
Writer& Writer::value(double number) {
  if (!std::isfinite(number)) { return null(); }
  separate();
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number == 0 ? 0.0 : number).ptr;  // no "-0"
  m_text.append(digits.data(), end);
  return *this;
}

Writer& Writer::value(bool truth) { return raw(truth ? "true" : "false"); }

Writer& Writer::null() { return raw("null"); }

Writer& Writer::raw(std::string_view json) {
  separate();
  m_text += json;
  return *this;
}

}  // namespace bizcomms::json

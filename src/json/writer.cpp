#include "bizcomms/json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

namespace bizcomms::json {
namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t k_number_max = 40;                    // characters

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

// Whether one of the eight bytes may need more than copying: below 0x20, '"', '\\', or from 0x7F on. Looks at all of them at once: a byte
// turns its highest bit on by borrowing (Hacker's Delight, 6-1).
inline bool is_special(std::uint64_t bytes) {
  constexpr std::uint64_t k_ones = 0x0101010101010101;
  constexpr std::uint64_t k_highest = k_ones * 0x80;
  const auto has_zero = [](std::uint64_t value) { return (value - k_ones) & ~value; };
  const std::uint64_t below_space = (bytes - k_ones * 0x20) & ~bytes;
  return ((bytes | below_space | has_zero(bytes ^ (k_ones * '"')) | has_zero(bytes ^ (k_ones * '\\')) | has_zero(bytes ^ (k_ones * 0x7F))) &
          k_highest) != 0;
}

template <class T>
std::uint64_t bytes_at(std::string_view text, std::size_t at) {
  T bytes = 0;
  std::memcpy(&bytes, text.data() + at, sizeof bytes);
  return bytes;
}

// Whether the text goes through as it is. The end of a text that is no multiple of eight is looked at with what stands before it.
bool is_plain(std::string_view text) {
  const std::size_t size = text.size();
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      if (is_special(bytes_at<std::uint64_t>(text, at))) { return false; }
    }
    return !is_special(bytes_at<std::uint64_t>(text, size - 8));
  }
  if (size >= 4) { return !is_special(bytes_at<std::uint32_t>(text, 0) | bytes_at<std::uint32_t>(text, size - 4) << 32U); }
  return std::all_of(text.begin(), text.end(), [](char c) { return k_escapes[static_cast<unsigned char>(c)] == 0; });
}

}  // namespace

void Writer::reserve(std::size_t bytes) {
  if (m_text.size() < bytes) { m_text.resize(bytes); }
}

std::string Writer::take() {
  m_text.resize(std::exchange(m_size, 0));
  return std::move(m_text);
}

void Writer::grow(std::size_t bytes) { m_text.resize(std::max(2 * m_text.size(), m_size + bytes)); }

void Writer::put(char c) {
  *room(1) = c;
  ++m_size;
}

void Writer::put(std::string_view text) { m_size += text.copy(room(text.size()), text.size()); }

void Writer::put_escape(char letter, char original) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  put('\\');
  put(letter);
  if (letter != 'u') { return; }
  const auto byte = static_cast<unsigned char>(original);
  put("00");
  put(k_hex[byte >> 4U]);
  put(k_hex[byte & 15U]);
}

void Writer::put_escaped(std::string_view text) {
  std::size_t plain = 0;  // start of what can be copied as it is
  std::size_t at = 0;
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
    put(text.substr(plain, at - plain));
    if (action == 'x') {
      put(k_replacement);
    } else {
      put_escape(action, text[at]);
    }
    plain = ++at;
  }
  put(text.substr(plain));
}

void Writer::put_quoted(std::string_view text) {
  if (!is_plain(text)) {
    put('"');
    put_escaped(text);
    put('"');
    return;
  }
  char* at = room(text.size() + 2);
  *at = '"';
  text.copy(at + 1, text.size());
  at[text.size() + 1] = '"';
  m_size += text.size() + 2;
}

void Writer::separate() {
  if (m_needs_comma) { put(','); }
  m_needs_comma = true;
}

Writer& Writer::begin_object() {
  separate();
  put('{');
  m_needs_comma = false;
  return *this;
}

Writer& Writer::end_object() {
  put('}');
  m_needs_comma = true;
  return *this;
}

Writer& Writer::begin_array() {
  separate();
  put('[');
  m_needs_comma = false;
  return *this;
}

Writer& Writer::end_array() {
  put(']');
  m_needs_comma = true;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate();
  put_quoted(name);
  put(':');
  m_needs_comma = false;
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  put_quoted(text);
  return *this;
}

Writer& Writer::value(std::int64_t number) {
  separate();
  char* at = room(k_number_max);
  m_size += static_cast<std::size_t>(std::to_chars(at, at + k_number_max, number).ptr - at);
  return *this;
}

// The shortest form that reads back as the same number. JSON has no NaN and no infinity: null.
Writer& Writer::value(double number) {
  if (!std::isfinite(number)) { return null(); }
  separate();
  char* at = room(k_number_max);
  m_size += static_cast<std::size_t>(std::to_chars(at, at + k_number_max, number == 0 ? 0.0 : number).ptr - at);  // no "-0"
  return *this;
}

Writer& Writer::value(bool truth) { return raw(truth ? "true" : "false"); }

Writer& Writer::null() { return raw("null"); }

Writer& Writer::raw(std::string_view json) {
  separate();
  put(json);
  return *this;
}

}  // namespace bizcomms::json

#include <bit>

#include "bizcomms/db/values.hpp"
#include "db/libpq.hpp"

namespace bizcomms::db {

namespace {

template <class T>
void put_big_endian(std::string& out, T value) {
  for (int shift = static_cast<int>(sizeof(T) * 8) - 8; shift >= 0; shift -= 8) { out += static_cast<char>((value >> shift) & 0xFF); }
}

void put_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') { out += '\\'; }
    out += c;
  }
  out += '"';
}

}  // namespace

namespace wire {

void put(std::string& out, std::int16_t value) { put_big_endian(out, static_cast<std::uint16_t>(value)); }
void put(std::string& out, std::int32_t value) { put_big_endian(out, static_cast<std::uint32_t>(value)); }
void put(std::string& out, std::int64_t value) { put_big_endian(out, static_cast<std::uint64_t>(value)); }
void put(std::string& out, double value) { put_big_endian(out, std::bit_cast<std::uint64_t>(value)); }
void put(std::string& out, bool value) { out += value ? '\1' : '\0'; }
void put(std::string& out, std::string_view value) { out += value; }
void put(std::string& out, const Uuid& value) { put(out, Bytes(value.bytes)); }
void put(std::string& out, Time value) { put(out, std::int64_t{(value.time_since_epoch().count() - k_epoch_ms) * 1000}); }

void put(std::string& out, Bytes value) {
  for (const std::uint8_t byte : value) { out += static_cast<char>(byte); }
}

void put_length(std::string& out, std::size_t at) {
  const auto length = static_cast<std::uint32_t>(out.size() - at - 4);
  for (std::size_t i = 0; i < 4; ++i) { out[at + i] = static_cast<char>((length >> (24 - 8 * i)) & 0xFF); }
}

std::string array_head(std::uint32_t type, std::int32_t count, bool has_null) {
  std::string head;
  put(head, std::int32_t{count == 0 ? 0 : 1});  // dimensions
  put(head, std::int32_t{has_null ? 1 : 0});
  put(head, static_cast<std::int32_t>(type));
  if (count == 0) { return head; }
  put(head, count);
  put(head, std::int32_t{1});  // lower bound
  return head;
}

}  // namespace wire

std::string array_text(std::span<const std::string> values) {
  std::string text = "{";
  for (const std::string& value : values) {
    if (text.size() > 1) { text += ','; }
    put_quoted(text, value);
  }
  return text + '}';
}

Params& Params::add(std::span<const std::string> texts) {
  Column<std::string_view> column;
  for (const std::string& text : texts) { column.push(std::string_view(text)); }
  return add(column);
}

Params& Params::add_null() {
  m_fields.push_back({.begin = m_bytes.size(), .size = 0, .null = true});
  return *this;
}

Params& Params::add_encoded(std::string_view bytes) {
  begin();
  m_bytes += bytes;
  return end();
}

Params& Params::end() {
  m_fields.back().size = m_bytes.size() - m_fields.back().begin;
  return *this;
}

std::optional<std::string_view> Params::at(std::size_t index) const {
  const Field& field = m_fields.at(index);
  if (field.null) { return std::nullopt; }
  return std::string_view(m_bytes).substr(field.begin, field.size);
}

}  // namespace bizcomms::db

// Values on their way to and from PostgreSQL, in its binary format: no quoting, no parsing of digits. Statements name the type of
// every parameter ($1::uuid[]), since the bytes alone do not.
// Source of the formats: PostgreSQL 15, src/backend/utils/adt/*_send and *_recv; type numbers from pg_type.dat.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/ids.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::db {

using Bytes = std::span<const std::uint8_t>;
using Hash = std::array<std::uint8_t, 32>;

// How one value is written. PostgreSQL's types: int2, int4, int8, float8, bool, text, uuid, bytea, timestamptz.
namespace wire {
void put(std::string& out, std::int16_t value);
void put(std::string& out, std::int32_t value);
void put(std::string& out, std::int64_t value);
void put(std::string& out, double value);
void put(std::string& out, bool value);
void put(std::string& out, std::string_view value);
void put(std::string& out, const Uuid& value);
void put(std::string& out, Bytes value);
void put(std::string& out, Time value);

template <class T>
inline constexpr std::uint32_t k_type = 0;
template <>
inline constexpr std::uint32_t k_type<bool> = 16;
template <>
inline constexpr std::uint32_t k_type<Bytes> = 17;
template <>
inline constexpr std::uint32_t k_type<std::int64_t> = 20;
template <>
inline constexpr std::uint32_t k_type<std::int16_t> = 21;
template <>
inline constexpr std::uint32_t k_type<std::int32_t> = 23;
template <>
inline constexpr std::uint32_t k_type<std::string_view> = 25;
template <>
inline constexpr std::uint32_t k_type<double> = 701;
template <>
inline constexpr std::uint32_t k_type<Time> = 1184;
template <>
inline constexpr std::uint32_t k_type<Uuid> = 2950;

// The head of a one-dimensional array.
[[nodiscard]] std::string array_head(std::uint32_t type, std::int32_t count, bool has_null);
void put_length(std::string& out, std::size_t at);  // of what was written behind `at` + 4
}  // namespace wire

// One column of a group of rows: an array for unnest().
template <class T>
class Column {
public:
  static_assert(wire::k_type<T> != 0, "PostgreSQL's type is known");

  void push(const T& value) {
    const std::size_t at = m_elements.size();
    m_elements.append(4, '\0');
    wire::put(m_elements, value);
    wire::put_length(m_elements, at);
    ++m_count;
  }
  void push(const std::optional<T>& value) { value ? push(*value) : push_null(); }
  void push_null() {
    m_elements.append(4, '\xff');  // length −1
    ++m_count;
    m_has_null = true;
  }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(m_count); }
  [[nodiscard]] std::string encoded() const { return wire::array_head(wire::k_type<T>, m_count, m_has_null) + m_elements; }

private:
  std::string m_elements;
  std::int32_t m_count = 0;
  bool m_has_null = false;
};

// "{"a","b"}": an array in text form, for arrays within a column of rows (`tags::text[]`).
[[nodiscard]] std::string array_text(std::span<const std::string> values);

// The parameters of one statement, in order. Owns copies.
class Params {
public:
  template <class T>
  requires(wire::k_type<T> != 0) Params& add(const T& value) {
    begin();
    wire::put(m_bytes, value);
    return end();
  }
  Params& add(const std::string& value) { return add(std::string_view(value)); }
  Params& add(const char* value) { return add(std::string_view(value)); }
  Params& add(const Hash& value) { return add(Bytes(value)); }
  Params& add(std::span<const std::string> texts);  // text[]
  template <class T>
  Params& add(const std::optional<T>& value) {
    return value ? add(*value) : add_null();
  }
  template <class T>
  Params& add(const Column<T>& column) {
    return add_encoded(column.encoded());
  }
  Params& add_null();

  [[nodiscard]] std::size_t size() const { return m_fields.size(); }
  // Nothing: NULL. Valid until the next add().
  [[nodiscard]] std::optional<std::string_view> at(std::size_t index) const;

private:
  struct Field {
    std::size_t begin = 0;
    std::size_t size = 0;
    bool null = false;
  };
  void begin() { m_fields.push_back({.begin = m_bytes.size()}); }
  Params& end();
  Params& add_encoded(std::string_view bytes);

  std::string m_bytes;
  std::vector<Field> m_fields;
};

class Row;

// What a statement answered. Owns it; rows and views into it live as long.
class Rows {
public:
  explicit Rows(std::shared_ptr<void> result) : m_result(std::move(result)) {}
  [[nodiscard]] int size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] Row operator[](int index) const;
  [[nodiscard]] std::int64_t affected() const;  // rows inserted, updated or deleted by the statement itself
  [[nodiscard]] std::optional<std::string_view> field(int row, int column) const;

private:
  std::shared_ptr<void> m_result;  // libpq's
};

// For a statement whose rows tell nothing.
[[nodiscard]] inline Status status_of(const Result<Rows>& rows) {
  if (!rows) { return rows.error(); }
  return {};
}

// Reads one row's fields from left to right. A field of another type than asked for, or an unexpected NULL, is a programmer's mistake.
class Row {
public:
  Row(const Rows& rows, int index) : m_rows(rows), m_index(index) {}
  template <class T>
  [[nodiscard]] T take();
  template <class T>
  [[nodiscard]] std::optional<T> take_optional() {
    if (!m_rows.field(m_index, m_column)) {
      ++m_column;
      return std::nullopt;
    }
    return take<T>();
  }

private:
  [[nodiscard]] std::string_view next();

  const Rows& m_rows;
  int m_index;
  int m_column = 0;
};

template <>
std::int16_t Row::take();
template <>
std::int32_t Row::take();
template <>
std::int64_t Row::take();
template <>
bool Row::take();
template <>
std::string_view Row::take();  // lives as long as the Rows
template <>
std::string Row::take();
template <>
Uuid Row::take();
template <>
Time Row::take();
template <>
Hash Row::take();
template <>
std::vector<std::uint8_t> Row::take();
template <>
std::vector<std::string> Row::take();  // text[]

}  // namespace bizcomms::db

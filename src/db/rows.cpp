#include <algorithm>
#include <charconv>

#include "bizcomms/base/result.hpp"
#include "bizcomms/db/values.hpp"
#include "db/libpq.hpp"

namespace bizcomms::db {

namespace {

constexpr std::size_t k_array_head = 20;

PGresult* of(const std::shared_ptr<void>& result) { return static_cast<PGresult*>(result.get()); }

template <class T>
T big_endian(std::string_view bytes) {
  check(bytes.size() == sizeof(T), "the field has the type that is asked for");
  T value = 0;
  for (const char c : bytes) { value = static_cast<T>((value << 8U) | static_cast<unsigned char>(c)); }
  return value;
}

}  // namespace

int Rows::size() const { return PQntuples(of(m_result)); }

Row Rows::operator[](int index) const { return {*this, index}; }

std::int64_t Rows::affected() const {
  const std::string_view text = PQcmdTuples(of(m_result));
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::optional<std::string_view> Rows::field(int row, int column) const {
  const auto size = static_cast<std::size_t>(PQgetlength(of(m_result), row, column));  // 0: empty, or NULL
  if (size == 0 && PQgetisnull(of(m_result), row, column) != 0) { return std::nullopt; }
  return std::string_view(PQgetvalue(of(m_result), row, column), size);
}

std::string_view Row::next() {
  const auto bytes = m_rows.field(m_index, m_column++);
  check(bytes.has_value(), "the field is not NULL");
  return *bytes;
}

template <>
std::int16_t Row::take() {
  return static_cast<std::int16_t>(big_endian<std::uint16_t>(next()));
}
template <>
std::int32_t Row::take() {
  return static_cast<std::int32_t>(big_endian<std::uint32_t>(next()));
}
template <>
std::int64_t Row::take() {
  return static_cast<std::int64_t>(big_endian<std::uint64_t>(next()));
}
template <>
bool Row::take() {
  return big_endian<std::uint8_t>(next()) != 0;
}
template <>
std::string_view Row::take() {
  return next();
}
template <>
std::string Row::take() {
  return std::string(next());
}
template <>
Uuid Row::take() {
  const std::string_view bytes = next();
  Uuid uuid;
  check(bytes.size() == uuid.bytes.size(), "the field is a uuid");
  std::copy(bytes.begin(), bytes.end(), uuid.bytes.begin());
  return uuid;
}
template <>
Time Row::take() {
  const auto since_2000 = std::chrono::microseconds{take<std::int64_t>()};
  return Time{std::chrono::floor<Millis>(since_2000) + Millis{k_epoch_ms}};
}
template <>
Hash Row::take() {
  const std::string_view bytes = next();
  Hash hash{};
  check(bytes.size() == hash.size(), "the field has 32 bytes");
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}
template <>
std::vector<std::uint8_t> Row::take() {
  const std::string_view bytes = next();
  return {bytes.begin(), bytes.end()};
}
template <>
std::vector<std::string> Row::take() {
  std::string_view bytes = next();
  std::vector<std::string> texts;
  if (big_endian<std::uint32_t>(bytes.substr(0, 4)) == 0) { return texts; }  // no dimension: empty
  bytes.remove_prefix(k_array_head);
  while (!bytes.empty()) {
    const std::size_t length = big_endian<std::uint32_t>(bytes.substr(0, 4));
    texts.emplace_back(bytes.substr(4, length));
    bytes.remove_prefix(4 + length);
  }
  return texts;
}

}  // namespace bizcomms::db

#include "bizcomms/base/ids.hpp"

#include <cstring>

namespace bizcomms {
namespace {

constexpr std::string_view k_base32 = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's: no i, l, o, u
constexpr std::string_view k_hex_digits = "0123456789abcdef";
constexpr std::size_t k_base32_digits = 26;  // 130 bits: the first two are always 0

int hex_value(char c) {
  if (c >= '0' && c <= '9') { return c - '0'; }
  if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
  if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
  return -1;
}

void put_time(Uuid& uuid, std::uint64_t ms) {
  for (std::size_t i = 0; i < 6; ++i) { uuid.bytes.at(i) = static_cast<std::uint8_t>(ms >> (40 - 8 * i)); }
}

// Adds one to the bytes behind the time, keeping version and variant. False when they have all run over.
bool increment_tail(Uuid& uuid) {
  for (std::size_t i = 15; i >= 6; --i) {
    auto& byte = uuid.bytes.at(i);
    const std::uint8_t free_bits = i == 6 ? 0x0F : i == 8 ? 0x3F : 0xFF;
    const auto next = static_cast<std::uint8_t>((byte + 1) & free_bits);
    byte = static_cast<std::uint8_t>((byte & static_cast<std::uint8_t>(~free_bits)) | next);
    if (next != 0) { return true; }
  }
  return false;
}

}  // namespace

bool Uuid::is_nil() const { return *this == Uuid{}; }

std::string Uuid::to_hex() const {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) { text += '-'; }
    text += k_hex_digits[bytes[i] >> 4U];
    text += k_hex_digits[bytes[i] & 15U];
  }
  return text;
}

std::optional<Uuid> Uuid::from_hex(std::string_view text) {
  if (text.size() != 36 && text.size() != 32) { return std::nullopt; }
  const bool dashes = text.size() == 36;
  Uuid uuid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (dashes && (i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-') { return std::nullopt; }
    const int high = hex_value(text[at++]);
    const int low = hex_value(text[at++]);
    if (high < 0 || low < 0) { return std::nullopt; }
    uuid.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return uuid;
}

std::string Uuid::to_base32() const {
  std::string text(k_base32_digits, '0');
  std::uint32_t window = 0;
  int bits = 2;  // the two leading zero bits
  std::size_t at = 0;
  for (const auto byte : bytes) {
    window = (window << 8U) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text[at++] = k_base32[(window >> static_cast<unsigned>(bits)) & 31U];
    }
  }
  return text;
}

std::optional<Uuid> Uuid::from_base32(std::string_view text) {
  if (text.size() != k_base32_digits || text[0] > '7') { return std::nullopt; }
  Uuid uuid;
  std::uint32_t window = 0;
  int bits = -2;
  std::size_t at = 0;
  for (const char c : text) {
    const auto value = k_base32.find(c);
    if (value == std::string_view::npos) { return std::nullopt; }
    window = (window << 5U) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      uuid.bytes.at(at++) = static_cast<std::uint8_t>(window >> static_cast<unsigned>(bits));
    }
  }
  return uuid;
}

Time Uuid::time() const {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) { ms = (ms << 8) | bytes.at(i); }
  return Time{Millis{ms}};
}

Uuid Uuid::at(Time time) {
  Uuid uuid;
  put_time(uuid, static_cast<std::uint64_t>(time.time_since_epoch().count()));
  return uuid;
}

IdSource::IdSource(const Clock& clock, std::uint64_t seed) : m_clock(clock), m_random(seed) {}

Uuid IdSource::next_uuid() {
  const auto now = m_clock.now();
  const std::scoped_lock lock(m_mutex);
  if (now <= m_last.time()) {
    const auto last_time = m_last.time();
    if (!increment_tail(m_last)) { put_time(m_last, static_cast<std::uint64_t>(last_time.time_since_epoch().count()) + 1); }
    return m_last;
  }
  m_random.fill(m_last.bytes);
  put_time(m_last, static_cast<std::uint64_t>(now.time_since_epoch().count()));
  m_last.bytes[6] = static_cast<std::uint8_t>((m_last.bytes[6] & 0x0FU) | 0x70U);
  m_last.bytes[8] = static_cast<std::uint8_t>((m_last.bytes[8] & 0x3FU) | 0x80U);
  return m_last;
}

}  // namespace bizcomms

std::size_t std::hash<bizcomms::Uuid>::operator()(const bizcomms::Uuid& uuid) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, uuid.bytes.data(), 8);
  std::memcpy(&low, uuid.bytes.data() + 8, 8);
  return static_cast<std::size_t>(high * 0x9E3779B97F4A7C15ULL ^ low);
}

#include <cstddef>

#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::crypto {
namespace {

constexpr std::string_view k_base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view k_base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t k_none = 0xFF;

using Table = std::array<std::uint8_t, 256>;

constexpr Table reversed(std::string_view alphabet) {
  Table table{};
  table.fill(k_none);
  for (std::size_t i = 0; i < alphabet.size(); ++i) { table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i); }
  return table;
}

constexpr Table k_from_base64 = reversed(k_base64);
constexpr Table k_from_base64url = reversed(k_base64url);

std::string encode(std::span<const std::uint8_t> bytes, std::string_view alphabet, bool padded) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) { group = group << 8U | (k < count ? bytes[i + k] : 0U); }
    for (std::size_t k = 0; k < 4; ++k) {
      if (k <= count) {
        text += alphabet[group >> (18U - 6U * k) & 63U];
      } else if (padded) {
        text += '=';
      }
    }
  }
  return text;
}

// Without padding. Bits beyond the last whole byte must be zero, so that every value has exactly one text.
std::optional<std::string> decode(std::string_view text, const Table& table) {
  if (text.size() % 4 == 1) { return std::nullopt; }
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t value = table[static_cast<std::uint8_t>(c)];
    if (value == k_none) { return std::nullopt; }
    pending = (pending << 6U | value) & 0xFFFFU;
    bits += 6;
    if (bits < 8) { continue; }
    bits -= 8;
    bytes += static_cast<char>(static_cast<std::uint8_t>(pending >> bits));
  }
  if ((pending & ((1U << bits) - 1U)) != 0) { return std::nullopt; }
  return bytes;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') { return c - '0'; }
  if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
  if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
  return -1;
}

}  // namespace

std::string to_base64(std::span<const std::uint8_t> bytes) { return encode(bytes, k_base64, true); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) { return std::nullopt; }
  const std::size_t padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  return decode(text.substr(0, text.size() - padding), k_from_base64);
}

std::string to_base64url(std::span<const std::uint8_t> bytes) { return encode(bytes, k_base64url, false); }

std::optional<std::string> from_base64url(std::string_view text) { return decode(text, k_from_base64url); }

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += k_digits[byte >> 4U];
    text += k_digits[byte & 15U];
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) { return std::nullopt; }
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) { return std::nullopt; }
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace bizcomms::crypto

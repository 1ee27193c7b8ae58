#include "simulator/draw.hpp"

#include <algorithm>

namespace bizcomms::simulator {
namespace {

// The finisher of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

std::uint64_t hash(std::uint64_t key, std::string_view text) {
  for (const char c : text) { key = (key ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL; }  // FNV-1a
  return mix(key ^ text.size());
}

constexpr std::string_view k_digits = "0123456789abcdef";

bool digit(char c, std::uint64_t& value) {
  const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto place = k_digits.find(lower);
  if (place == std::string_view::npos) { return false; }
  value = value << 4U | place;
  return true;
}

}  // namespace

std::string Sid::text(std::string_view prefix) const {
  std::string out(prefix);
  for (const auto half : {high, low}) {
    for (unsigned shift = 64; shift > 0; shift -= 4) { out += k_digits[(half >> (shift - 4)) & 0xFU]; }
  }
  return out;
}

bool Sid::parse(std::string_view text, std::string_view prefix, Sid& sid) {
  if (text.size() != prefix.size() + 32 || !text.starts_with(prefix)) { return false; }
  const auto digits = text.substr(prefix.size());
  return std::all_of(digits.begin(), digits.begin() + 16, [&](char c) { return digit(c, sid.high); }) &&
         std::all_of(digits.begin() + 16, digits.end(), [&](char c) { return digit(c, sid.low); });
}

Draw::Draw(std::uint64_t seed, std::string_view kind, std::string_view identity, std::uint64_t nth)
    : m_key(mix(hash(hash(mix(seed), kind), identity) ^ mix(nth))) {}

Draw Draw::part(std::uint64_t number) const { return Draw(mix(m_key ^ mix(number + 0x5051ULL))); }

std::uint64_t Draw::bits(Purpose purpose) const { return mix(m_key ^ mix(static_cast<std::uint64_t>(purpose))); }

double Draw::unit(Purpose purpose) const { return static_cast<double>(bits(purpose) >> 11U) * 0x1.0p-53; }

Millis Draw::between(Purpose purpose, const Range& range) const {
  const auto width = std::max<std::int64_t>(0, (range.max - range.min).count()) + 1;
  return range.min + Millis{static_cast<std::int64_t>(unit(purpose) * static_cast<double>(width))};
}

}  // namespace bizcomms::simulator

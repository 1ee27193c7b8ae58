// Random choices that depend on what is decided, never on when: each is a hash of the seed, an identity and a purpose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bizcomms/simulator/behaviour.hpp"

namespace bizcomms::simulator {

enum class Purpose : std::uint64_t {
  fault = 1,
  sid_high,
  sid_low,
  latency,
  slow,
  slow_latency,
  list_lag,
  sending,
  delivering,
  undelivered,
  undelivered_code,
  ringing,
  callback_delay,
  callback_loss,
  callback_duplication,
  callback_duplicate_delay,
  callback_reordering,
  callback_held,
  token_high,
  token_low,
  sender,
};

// A SID without its two letters.
struct Sid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const Sid&) const = default;
  [[nodiscard]] std::string text(std::string_view prefix) const;                              // "SM" and 32 hex digits
  [[nodiscard]] static bool parse(std::string_view text, std::string_view prefix, Sid& sid);  // either case
};

struct SidHash {
  std::size_t operator()(const Sid& sid) const noexcept { return sid.high ^ sid.low; }
};

class Draw {
public:
  Draw(std::uint64_t seed, std::string_view kind, std::string_view identity, std::uint64_t nth);
  // The draws of a part of this one: of one event of a message, say.
  [[nodiscard]] Draw part(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t bits(Purpose purpose) const;
  [[nodiscard]] double unit(Purpose purpose) const;  // [0, 1)
  [[nodiscard]] bool chance(Purpose purpose, double probability) const { return unit(purpose) < probability; }
  [[nodiscard]] Millis between(Purpose purpose, const Range& range) const;  // both ends included
  [[nodiscard]] Sid sid() const { return {bits(Purpose::sid_high), bits(Purpose::sid_low)}; }

private:
  explicit Draw(std::uint64_t key) : m_key(key) {}
  std::uint64_t m_key;
};

}  // namespace bizcomms::simulator

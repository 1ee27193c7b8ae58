// The generic cell rate algorithm: a steady rate with a burst, in one number for each stream. Pure.
// Source: ITU-T I.371, "virtual scheduling".
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace bizcomms::api {

struct Rate {
  std::chrono::nanoseconds interval{};  // between two of a steady stream
  int burst = 1;                        // at once, after a long silence
};

// `due` is when the stream's next event would be due at the steady rate. Nothing: it may pass, and `due` has moved on; otherwise how long
// to wait until it may.
[[nodiscard]] inline std::optional<std::chrono::nanoseconds> wait_for(const Rate& rate, std::int64_t& due, std::int64_t now) {
  const auto interval = rate.interval.count();
  const auto allowance = interval * (rate.burst - 1);
  const auto start = std::max(due, now);
  if (start - now > allowance) { return std::chrono::nanoseconds{start - now - allowance}; }
  due = start + interval;
  return std::nullopt;
}

}  // namespace bizcomms::api

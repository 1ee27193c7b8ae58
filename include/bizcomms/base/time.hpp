// Points in time, their text form, and the clock everything reads them from.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace bizcomms {

// UTC, milliseconds: what ids, the API and the database carry.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

// RFC 3339 in UTC: "2026-01-01T12:00:00Z", with ".mmm" when the milliseconds are not zero.
[[nodiscard]] std::string to_rfc3339(Time time);
// Accepts any RFC 3339 offset and fraction (cut to milliseconds). Nothing for anything else.
[[nodiscard]] std::optional<Time> parse_rfc3339(std::string_view text);
// RFC 2822 in GMT as Twilio and HTTP write it: "Thu, 15 Jan 2026 12:34:56 +0000"; HTTP's "GMT" is read too.
[[nodiscard]] std::string to_rfc2822(Time time);
[[nodiscard]] std::optional<Time> parse_rfc2822(std::string_view text);
// "2026-01-15"
[[nodiscard]] std::string to_date(Time time);
// "1.5 s", "250 ms", "5 min": for messages to people.
[[nodiscard]] std::string to_words(Millis duration);

// Thread-safe.
class Clock {
public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;           // wall clock, may jump
  [[nodiscard]] virtual SteadyTime steady() const = 0;  // never goes back; for waiting and measuring
};

class SystemClock final : public Clock {
public:
  [[nodiscard]] Time now() const override;
  [[nodiscard]] SteadyTime steady() const override;
};

// Stands still until moved. Thread-safe.
class ManualClock final : public Clock {
public:
  explicit ManualClock(Time start = Time{std::chrono::seconds{1'767'268'800}});  // 2026-01-01T12:00:00Z
  [[nodiscard]] Time now() const override;
  [[nodiscard]] SteadyTime steady() const override;
  void advance(Millis by);  // both clocks
  void jump(Millis by);     // the wall clock only, also backwards

private:
  std::atomic<std::int64_t> m_wall_ms;
  std::atomic<std::int64_t> m_steady_ms{0};
};

// Sleeps until `duration` has passed or a stop is asked for; true when it slept to the end. The only sleep in the product.
bool sleep_for(const std::stop_token& stop, Millis duration);

}  // namespace bizcomms

// A circuit breaker: stops sending while the other side is out (a share of the latest requests, or so many in a row, met an outage), and
// lets single requests through to see whether it is back. Pure: time is given. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "bizcomms/base/time.hpp"
#include "bizcomms/worker/settings.hpp"

namespace bizcomms::worker {

class Breaker {
public:
  enum class Allowance : std::uint8_t { all, one, none };
  enum class Change : std::uint8_t { none, opened, closed };

  explicit Breaker(const BreakerSettings& settings) : m_settings(settings) {}

  [[nodiscard]] Allowance allowance(SteadyTime now) const;
  // A request leaves; while open it is the probe, and the next one waits.
  void departed(SteadyTime now);
  // A request that left then ended well, or in an outage. While open only a probe's end counts.
  Change succeeded(SteadyTime left_at, SteadyTime now);
  Change failed(SteadyTime left_at, SteadyTime now);
  // One answer is proof enough (our account or settings were refused).
  Change trip(SteadyTime left_at, SteadyTime now);

  [[nodiscard]] bool is_open() const { return m_open; }
  [[nodiscard]] Millis until_probe(SteadyTime now) const;  // nought when closed or due

private:
  struct Slice {  // a tenth of the window
    std::int64_t number = -1;
    int requests = 0;
    int outages = 0;
  };
  void count(SteadyTime now, bool outage);
  [[nodiscard]] bool outage_prevails(SteadyTime now) const;
  [[nodiscard]] std::int64_t slice_number(SteadyTime now) const;
  void open(SteadyTime now);
  void probe_failed(SteadyTime now);
  // Any since the outage began, not the last alone: an answer may take longer than the wait until the next probe.
  [[nodiscard]] bool is_probe(SteadyTime left_at) const { return m_first_probe_at && left_at >= *m_first_probe_at; }

  BreakerSettings m_settings;
  std::array<Slice, 10> m_slices{};
  bool m_open = false;
  int m_in_a_row = 0;  // outages, while closed
  std::optional<SteadyTime> m_first_probe_at;
  SteadyTime m_probe_failed_at{};
  SteadyTime m_next_probe_at{};
  Millis m_delay{0};
  SteadyTime m_closed_at = SteadyTime::min();  // what left before says nothing of now
};

}  // namespace bizcomms::worker

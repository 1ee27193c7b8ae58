// How many requests may be in flight: halved at once when the provider throttles (429), grown by one for each whole limit of
// requests that it took. Pure: time is given. Not thread-safe.
#pragma once

#include <optional>

#include "bizcomms/base/time.hpp"

namespace bizcomms::worker {

class InFlightLimit {
public:
  explicit InFlightLimit(int most) : m_most(most), m_limit(most) {}

  [[nodiscard]] int limit() const { return m_limit; }
  // Nothing leaves before; in the past when nothing holds it.
  [[nodiscard]] SteadyTime not_before() const { return m_not_before; }

  void taken();
  // Requests that left before the last halving say nothing new.
  void throttled(SteadyTime left_at, SteadyTime now, std::optional<Millis> retry_after);

private:
  int m_most;
  int m_limit;
  int m_taken = 0;  // since the last change
  Millis m_pause{0};
  SteadyTime m_halved_at = SteadyTime::min();
  SteadyTime m_not_before = SteadyTime::min();
};

}  // namespace bizcomms::worker

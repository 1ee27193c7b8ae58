#include "worker/in_flight_limit.hpp"

#include <algorithm>

namespace bizcomms::worker {

namespace {

constexpr Millis k_pause_first{std::chrono::seconds{1}};
constexpr Millis k_pause_longest{std::chrono::seconds{30}};

}  // namespace

void InFlightLimit::taken() {
  m_pause = Millis{0};
  if (m_limit == m_most || ++m_taken < m_limit) { return; }
  m_taken = 0;
  ++m_limit;
}

void InFlightLimit::throttled(SteadyTime left_at, SteadyTime now, std::optional<Millis> retry_after) {
  if (left_at < m_halved_at) { return; }
  const bool was_least = m_limit == 1;
  m_limit = std::max(1, m_limit / 2);
  m_taken = 0;
  m_halved_at = now;
  if (was_least) { m_pause = std::clamp(m_pause * 2, k_pause_first, k_pause_longest); }
  const Millis wait = retry_after ? std::clamp(*retry_after, Millis{0}, k_pause_longest) : m_pause;
  m_not_before = std::max(m_not_before, now + wait);
}

}  // namespace bizcomms::worker

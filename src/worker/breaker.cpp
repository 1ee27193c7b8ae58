#include "worker/breaker.hpp"

#include <algorithm>

namespace bizcomms::worker {

Breaker::Allowance Breaker::allowance(SteadyTime now) const {
  if (!m_open) { return Allowance::all; }
  return now >= m_next_probe_at ? Allowance::one : Allowance::none;
}

void Breaker::departed(SteadyTime now) {
  if (!m_open) { return; }
  if (!m_first_probe_at) { m_first_probe_at = now; }
  m_next_probe_at = now + m_delay;  // should this probe's answer never come
}

Millis Breaker::until_probe(SteadyTime now) const {
  if (!m_open || now >= m_next_probe_at) { return Millis{0}; }
  return std::chrono::ceil<Millis>(m_next_probe_at - now);
}

Breaker::Change Breaker::succeeded(SteadyTime left_at, SteadyTime now) {
  if (!m_open) {
    if (left_at >= m_closed_at) { count(now, false); }
    return Change::none;
  }
  if (!is_probe(left_at)) { return Change::none; }
  m_open = false;
  m_closed_at = now;
  m_slices = {};
  return Change::closed;
}

Breaker::Change Breaker::failed(SteadyTime left_at, SteadyTime now) {
  if (m_open) {
    // Those that were under way together count as one.
    if (is_probe(left_at) && left_at >= m_probe_failed_at) { probe_failed(now); }
    return Change::none;
  }
  if (left_at < m_closed_at) { return Change::none; }
  count(now, true);
  if (!outage_prevails(now)) { return Change::none; }
  open(now);
  return Change::opened;
}

Breaker::Change Breaker::trip(SteadyTime left_at, SteadyTime now) {
  if (m_open) { return failed(left_at, now); }
  open(now);
  return Change::opened;
}

void Breaker::open(SteadyTime now) {
  m_open = true;
  m_first_probe_at.reset();
  m_probe_failed_at = {};
  m_in_a_row = 0;
  m_delay = m_settings.probe_first;
  m_next_probe_at = now + m_delay;
}

void Breaker::probe_failed(SteadyTime now) {
  m_probe_failed_at = now;
  m_delay = std::min(m_delay * 2, m_settings.probe_longest);
  m_next_probe_at = now + m_delay;
}

std::int64_t Breaker::slice_number(SteadyTime now) const {
  const auto length = std::max<std::int64_t>(1, m_settings.window.count() / std::ssize(m_slices));
  return std::chrono::floor<Millis>(now.time_since_epoch()).count() / length;
}

void Breaker::count(SteadyTime now, bool outage) {
  m_in_a_row = outage ? m_in_a_row + 1 : 0;
  const std::int64_t number = slice_number(now);
  Slice& slice = m_slices[static_cast<std::size_t>(number) % m_slices.size()];
  if (slice.number != number) { slice = {.number = number}; }
  ++slice.requests;
  slice.outages += outage ? 1 : 0;
}

bool Breaker::outage_prevails(SteadyTime now) const {
  if (m_in_a_row >= m_settings.in_a_row) { return true; }
  const std::int64_t oldest = slice_number(now) - std::ssize(m_slices) + 1;
  int requests = 0;
  int outages = 0;
  for (const Slice& slice : m_slices) {
    if (slice.number < oldest) { continue; }
    requests += slice.requests;
    outages += slice.outages;
  }
  return requests >= m_settings.requests_min && outages >= m_settings.outage_share * requests;
}

}  // namespace bizcomms::worker

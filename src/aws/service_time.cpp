#include "aws/service_time.hpp"

namespace bizcomms::aws {

namespace {

constexpr std::chrono::seconds k_put_back{20};  // no answer travels that long without being given up

}  // namespace

std::optional<Time> date_of(const http::Headers& headers) {
  const auto text = headers.find("Date");
  return text ? parse_rfc2822(*text) : std::nullopt;
}

// A date is cut to its second and has travelled: none is too late, and the one that is furthest ahead is nearest to the truth. One far
// behind tells that the other clock was put back.
void ServiceTime::learn(Time date, SteadyTime at) {
  const std::lock_guard lock(m_mutex);
  const bool is_first = !m_known;
  const Millis ahead = is_first ? Millis{0} : date - carried_to(at);
  if (is_first || ahead > Millis{0} || ahead < -k_put_back) { m_known = {date, at}; }
}

Time ServiceTime::carried_to(SteadyTime at) const { return m_known->first + std::chrono::floor<Millis>(at - m_known->second); }

bool ServiceTime::is_known() const {
  const std::lock_guard lock(m_mutex);
  return m_known.has_value();
}

Time ServiceTime::now() const {
  const std::lock_guard lock(m_mutex);
  if (!m_known) { return m_clock.now(); }
  return carried_to(m_clock.steady());
}

}  // namespace bizcomms::aws

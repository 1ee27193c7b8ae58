#include "aws/service_time.hpp"

namespace bizcomms::aws {

std::optional<Time> date_of(const http::Headers& headers) {
  const auto text = headers.find("Date");
  return text ? parse_rfc2822(*text) : std::nullopt;
}

void ServiceTime::learn(Time date, SteadyTime at) {
  const std::lock_guard lock(m_mutex);
  if (!m_known || at >= m_known->second) { m_known = {date, at}; }
}

Time ServiceTime::now() const {
  const std::lock_guard lock(m_mutex);
  if (!m_known) { return m_clock.now(); }
  return m_known->first + std::chrono::floor<Millis>(m_clock.steady() - m_known->second);
}

}  // namespace bizcomms::aws

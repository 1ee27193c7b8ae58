#include "aws/inbox.hpp"

#include <utility>

namespace bizcomms::aws {

void Inbox::push(Arrival arrival) {
  {
    const std::lock_guard lock(m_mutex);
    m_arrivals.push_back(std::move(arrival));
  }
  m_changed.notify_one();
}

void Inbox::close() {
  {
    const std::lock_guard lock(m_mutex);
    m_closed = true;
  }
  m_changed.notify_one();
}

std::vector<Arrival> Inbox::take(Millis longest, bool& closed) {
  std::unique_lock lock(m_mutex);
  m_changed.wait_for(lock, longest, [&] { return !m_arrivals.empty() || m_closed != closed; });
  closed = m_closed;
  return std::exchange(m_arrivals, {});
}

}  // namespace bizcomms::aws

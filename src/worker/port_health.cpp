#include "worker/port_health.hpp"

namespace bizcomms::worker {

void PortHealth::worked() {
  if (m_up.load(std::memory_order_relaxed)) { return; }
  if (!m_up.exchange(true)) { m_log.info("Answers again", {{"port", m_name}}); }
}

void PortHealth::failed(const Error& error) {
  if (m_up.exchange(false)) { m_log.warning("Does not answer; waiting for it", error, {{"port", m_name}}); }
}

}  // namespace bizcomms::worker

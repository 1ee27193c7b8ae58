// Rung by whoever writes an event in this process, so that the relay does not wait for its next look. Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "bizcomms/base/time.hpp"

namespace bizcomms::store {

class Bell {
public:
  void ring() {
    {
      const std::scoped_lock lock(m_mutex);
      if (m_rung) { return; }
      m_rung = true;
    }
    m_changed.notify_all();
  }
  // True: it was rung since the last time.
  bool wait(Millis at_most, const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    const bool rung = m_changed.wait_for(lock, stop, at_most, [this] { return m_rung; });
    m_rung = false;
    return rung;
  }

private:
  std::mutex m_mutex;  // guards m_rung
  std::condition_variable_any m_changed;
  bool m_rung = true;  // what an earlier process left behind is looked at first
};

}  // namespace bizcomms::store

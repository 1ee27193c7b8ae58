// How old the oldest message of a lane may be. SQS tells it to CloudWatch alone, so it is judged by what this process received:
// a queue gives out about in order, so nothing that waits was published much before the message that came last for the first time,
// nor before the queue was last seen empty. Where receiving stands still, it grows as it should. Not counted: what waits again after it
// was received. Before this process has received anything it is 0.
#pragma once

#include <mutex>
#include <optional>

#include "bizcomms/base/time.hpp"

namespace bizcomms::aws {

// Thread-safe.
class QueueAge {
public:
  void received(Time published_at) { note(published_at); }  // for the first time
  void found_empty(Time at) { note(at); }
  [[nodiscard]] Millis oldest(std::int64_t waiting, Time now) {
    if (waiting <= 0) { return Millis{0}; }
    const std::scoped_lock lock(m_mutex);
    return m_none_before ? std::max(Millis{0}, now - *m_none_before) : Millis{0};
  }

private:
  void note(Time none_before) {
    const std::scoped_lock lock(m_mutex);
    m_none_before = none_before;
  }

  std::mutex m_mutex;  // guards all below
  std::optional<Time> m_none_before;
};

}  // namespace bizcomms::aws

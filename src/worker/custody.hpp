// The messages we answer for, and the extension of their visibility while we do.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "bizcomms/alert/queue.hpp"
#include "bizcomms/alert/stores.hpp"
#include "bizcomms/base/time.hpp"
#include "worker/port_health.hpp"
#include "worker/work.hpp"

namespace bizcomms::worker {

// Thread-safe.
class Custody {
public:
  Custody(alert::EventQueue& queue, alert::BatchStore& batches, PortHealth& health, const Clock& clock, Millis visibility)
      : m_queue(queue), m_batches(batches), m_health(health), m_clock(clock), m_visibility(visibility) {}

  [[nodiscard]] std::vector<std::shared_ptr<Held>> take(std::vector<alert::Message> messages);
  void drop(const Held& held);

  // Extends what has been held for half of its visibility, and notes that its batch is in hand; those whose receipt is no longer the latest
  // are marked as lost.
  void extend_due();
  // Does so again and again, looking every `interval`.
  void run(Millis interval, const std::stop_token& stop);

private:
  struct Keeping {
    std::shared_ptr<Held> held{};
    SteadyTime extended_at{};
  };
  [[nodiscard]] std::vector<std::shared_ptr<Held>> due(SteadyTime now) const;
  void note(const std::vector<std::shared_ptr<Held>>& asked, const std::vector<bool>& extended, SteadyTime at);

  alert::EventQueue& m_queue;
  alert::BatchStore& m_batches;
  PortHealth& m_health;
  const Clock& m_clock;
  const Millis m_visibility;
  mutable std::mutex m_mutex;  // guards m_kept
  std::map<alert::Receipt, Keeping> m_kept;
};

}  // namespace bizcomms::worker

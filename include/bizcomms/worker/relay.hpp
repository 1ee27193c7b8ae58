// Carries events from the outbox to the queue. Runs in `serve`, which writes them, and in `work`, for those that a dead `serve` left.
#pragma once

#include <functional>
#include <thread>

#include "bizcomms/alert/queue.hpp"
#include "bizcomms/base/backoff.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/tracer.hpp"

namespace bizcomms::worker {

struct RelaySettings {
  int group_max = 500;                             // events published at once
  Millis pause{10};                                // after a group that was not full: those who come next share a write
  Millis sweep_interval{std::chrono::seconds{1}};  // looks at least so often, woken or not
  Backoff port_backoff{std::chrono::milliseconds{250}, std::chrono::seconds{10}};
  std::uint64_t seed = 0;  // nought: from the operating system
};

// Starts a thread of its own, which ends with the object. What could not be published stays in the outbox, and everything while
// `is_active`, which must not block, says no.
class Relay {
public:
  Relay(RelaySettings settings, alert::Outbox& outbox, alert::EventQueue& queue, std::function<bool()> is_active, const Log& log,
        Metrics& metrics, Tracer tracer = {});

private:
  void run(const std::stop_token& stop);
  [[nodiscard]] Result<int> relay_once();
  [[nodiscard]] Result<std::vector<bool>> publish(std::span<const alert::Event> events);

  const RelaySettings m_settings;
  alert::Outbox& m_outbox;
  alert::EventQueue& m_queue;
  const std::function<bool()> m_is_active;
  const Log m_log;
  const Tracer m_tracer;
  Counter& m_relayed;
  Counter& m_failures;
  std::jthread m_thread;  // last: it uses all above
};

}  // namespace bizcomms::worker

// Once a second: drives deliveries that are due, recounts batches that reports have changed, publishes again what has stalled, samples the
// queue's depth. One thread.
#pragma once

#include <map>
#include <stop_token>
#include <vector>

#include "worker/context.hpp"

namespace bizcomms::worker {

using Unknowns = Mailbox<alert::DueDelivery>;

class Sweeper {
public:
  Sweeper(const Context& context, Unknowns& unknowns);
  void run(const std::stop_token& stop);

private:
  using ByAlert = std::map<alert::AlertId, std::vector<alert::DueDelivery>>;
  void sweep(const std::stop_token& stop);
  [[nodiscard]] bool recount_dirty(const std::stop_token& stop);
  void sample_depths();
  void drive_due(const std::stop_token& stop);
  [[nodiscard]] Result<int> drive_group();
  void drive(alert::AlertId id, const std::vector<alert::DueDelivery>& rows);
  void redrive_stalled();

  const Context& m_context;
  Unknowns& m_unknowns;
  Millis m_oldest{0};  // message that waits, of both lanes
  SteadyTime m_redriven_at{};
};

}  // namespace bizcomms::worker

// Once a second: drives deliveries that are due, recounts batches that reports have changed, publishes again what has stalled, samples the
// queue's depth. One thread.
#pragma once

#include <array>
#include <map>
#include <stop_token>
#include <vector>

#include "worker/context.hpp"
#include "worker/depth_sampler.hpp"

namespace bizcomms::worker {

// A due delivery of unknown outcome, and since when it is ours: after `due_hidden_for` others may have it too.
struct Unknown {
  alert::DueDelivery due{};
  SteadyTime taken_at{};
};
using Unknowns = Mailbox<Unknown>;

class Sweeper {
public:
  Sweeper(const Context& context, Unknowns& unknowns, const OldestWaiting& oldest);
  void run(const std::stop_token& stop);

private:
  using ByAlert = std::map<alert::AlertId, std::vector<alert::DueDelivery>>;
  void sweep(const std::stop_token& stop);
  [[nodiscard]] bool recount_dirty(const std::stop_token& stop);
  void drive_due(const std::stop_token& stop);
  [[nodiscard]] Result<bool> drive_group();
  // False where they are left for later.
  [[nodiscard]] bool drive(alert::AlertId id, const std::vector<alert::DueDelivery>& rows);
  void give_up(Work& work, alert::AlertId id, const std::vector<alert::DueDelivery>& rows);
  void redrive_stalled();

  const Context& m_context;
  Unknowns& m_unknowns;
  const OldestWaiting& m_oldest;
  SteadyTime m_redriven_at{};
};

}  // namespace bizcomms::worker

// Looks up deliveries of unknown outcome at the provider and settles what can be told. One thread.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "worker/context.hpp"
#include "worker/judgement.hpp"
#include "worker/sweeper.hpp"

namespace bizcomms::worker {

class Reconciler {
public:
  Reconciler(const Context& context, Unknowns& unknowns);
  void run(const std::stop_token& stop);

private:
  using Rows = std::vector<alert::DueDelivery>;
  void reconcile(const Rows& rows, const std::stop_token& stop);
  void pause_while_out(const std::stop_token& stop) const;
  // Per row what the lists hold; nothing where they cannot tell.
  [[nodiscard]] Result<std::vector<std::optional<Seen>>> look(const Rows& rows, const std::stop_token& stop);
  [[nodiscard]] Status mark_contested(const Rows& rows, std::vector<std::optional<Seen>>& all, const std::stop_token& stop);
  [[nodiscard]] Status mark_claimed(std::vector<std::optional<Seen>>& all, const std::stop_token& stop);
  void record(std::vector<alert::Outcome> outcomes, const std::stop_token& stop);
  void absolve(const std::vector<std::pair<alert::DeliveryId, alert::AttemptToken>>& absent);
  void recount(const Rows& rows);
  void tell(const alert::DueDelivery& row, const Judgement& judgement) const;

  const Context& m_context;
  Unknowns& m_unknowns;
  Random m_random;
  SteadyTime m_asked_for_claims{};
};

}  // namespace bizcomms::worker

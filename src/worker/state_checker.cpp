#include "worker/state_checker.hpp"

#include <algorithm>

namespace bizcomms::worker {

using alert::Delivery;
using alert::ReportKind;

namespace {

constexpr int k_batches_at_once = 4;
constexpr std::size_t k_asked_at_once = 32;  // so that a stop is not kept waiting

// Taken by the provider, and that is all we know.
bool is_unfinished(const Delivery& delivery) {
  return delivery.attempt.state == alert::AttemptState::sent && delivery.attempt.sid &&
         visible(delivery.attempt, delivery.reports).status == alert::DeliveryStatus::sent;
}

alert::Report report_of(const Delivery& delivery, const alert::ProviderStatus& state, Time now) {
  return {.id = delivery.id,
          .token = delivery.attempt.token,
          .sid = *delivery.attempt.sid,
          .rank = state.rank,
          .kind = state.kind,
          .error_code = state.error_code,
          .reason = state.reason,
          .at = now,
          .resending = state.resending,
          .asked = true};
}

}  // namespace

StateChecker::StateChecker(const Context& context) : m_context(context), m_random(context.random(RandomStream::state_checker)) {}

void StateChecker::run(const std::stop_token& stop) {
  do {
    while (!stop.stop_requested() && m_context.traffic->may_send() && check_some(stop)) {}
  } while (sleep_for(stop, m_context.settings.sweep_interval));
}

bool StateChecker::check_some(const std::stop_token& stop) {
  const auto batches = m_context.database.note(m_context.ports.batches.take_unfinished(m_context.settings.state_checks, k_batches_at_once));
  if (!batches) {
    if (!may_pass(batches.error().code)) { m_context.log.error("Batches to be checked cannot be read", batches.error()); }
    return false;
  }
  for (const Key& batch : *batches) {
    if (stop.stop_requested()) { return false; }
    check(batch, stop);
  }
  return std::ssize(*batches) == k_batches_at_once;
}

void StateChecker::check(const Key& batch, const std::stop_token& stop) {
  auto deliveries = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                 [&] { return m_context.ports.ledger.of_batch(batch.first, batch.second); });
  if (!deliveries) {
    m_context.log.error("A batch's deliveries cannot be read", deliveries.error(), {{"alert_id", batch.first.to_string()}});
    return;
  }
  std::erase_if(*deliveries, [](const Delivery& each) { return !is_unfinished(each); });
  for (std::size_t begin = 0; begin < deliveries->size() && !stop.stop_requested(); begin += k_asked_at_once) {
    const std::size_t end = std::min(begin + k_asked_at_once, deliveries->size());
    ask(std::span(*deliveries).subspan(begin, end - begin), stop);
  }
}

void StateChecker::ask(std::span<const Delivery> deliveries, const std::stop_token& stop) {
  std::vector<alert::ProviderId> sids;
  sids.reserve(deliveries.size());
  for (const Delivery& delivery : deliveries) { sids.push_back(*delivery.attempt.sid); }
  learn(deliveries, m_context.ports.lookup.statuses(sids), stop);
}

void StateChecker::learn(std::span<const Delivery> asked, const std::vector<Result<alert::ProviderStatus>>& states,
                         const std::stop_token& stop) {
  std::vector<alert::Report> reports;
  int unanswered = 0;
  const Error* why = nullptr;
  for (std::size_t i = 0; i < states.size() && i < asked.size(); ++i) {
    if (!states[i]) {
      ++unanswered;
      why = &states[i].error();
    } else if (states[i]->kind == ReportKind::delivered || states[i]->kind == ReportKind::failed) {
      reports.push_back(report_of(asked[i], *states[i], m_context.clock.now()));
    }
  }
  m_context.meters.states_asked.add(static_cast<double>(asked.size()));
  m_context.meters.states_learnt.add(static_cast<double>(reports.size()));
  if (why != nullptr) {
    m_context.log.warning("The provider did not say what became of some messages", *why,
                          {{"alert_id", asked.front().id.alert.to_string()}, {"messages", unanswered}});
  }
  if (reports.empty()) { return; }
  const auto merged = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                   [&] { return m_context.ports.ledger.merge(reports); });
  if (!merged && !stop.stop_requested()) {
    m_context.log.error("What became of messages cannot be kept", merged.error(), {{"alert_id", asked.front().id.alert.to_string()}});
  }
}

}  // namespace bizcomms::worker

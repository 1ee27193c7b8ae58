#include "worker/sweeper.hpp"

#include <algorithm>
#include <utility>

#include "worker/preparation.hpp"
#include "worker/sender_choice.hpp"

namespace bizcomms::worker {

using alert::AttemptState;

namespace {

constexpr int k_dirty_group = 200;
constexpr int k_redrive_group = 200;

}  // namespace

Sweeper::Sweeper(const Context& context, Unknowns& unknowns, const OldestWaiting& oldest)
    : m_context(context), m_unknowns(unknowns), m_oldest(oldest), m_redriven_at(context.clock.steady()) {}

void Sweeper::run(const std::stop_token& stop) {
  do { sweep(stop); } while (sleep_for(stop, m_context.settings.sweep_interval));
}

void Sweeper::sweep(const std::stop_token& stop) {
  const auto figures = m_context.traffic->figures();
  m_context.meters.in_flight.set(figures.in_flight);
  if (!recount_dirty(stop)) { return; }  // no database: nothing else can work
  if (!figures.may_send) { return; }
  drive_due(stop);
  redrive_stalled();
}

bool Sweeper::recount_dirty(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto done = m_context.database.note(m_context.ports.batches.recount_dirty(k_dirty_group));
    if (!done) {
      if (!may_pass(done.error().code)) { m_context.log.error("Counts cannot be renewed", done.error()); }
      return !may_pass(done.error().code);
    }
    if (*done < k_dirty_group) { return true; }
  }
  return false;
}

void Sweeper::drive_due(const std::stop_token& stop) {
  const auto& traffic = *m_context.traffic;
  while (!stop.stop_requested() && traffic.may_send()) {
    const auto more = m_context.database.note(drive_group());
    if (!more && !may_pass(more.error().code)) { m_context.log.error("Due deliveries cannot be driven", more.error()); }
    if (!more || !*more) { return; }
  }
}

// More of unknown outcome than can be looked up soon, and more of a lane than it has room for, are left: they come due again. Nobody waits
// for others than his like. True: there may be more, and there is room.
Result<bool> Sweeper::drive_group() {
  const auto unknowns_max = static_cast<std::size_t>(m_context.settings.due_max);
  const SteadyTime taken_at = m_context.clock.steady();
  auto due = m_context.ports.ledger.due(m_context.settings.due_max, m_context.settings.due_hidden_for);
  if (!due) { return due.error(); }
  bool more = std::ssize(*due) == m_context.settings.due_max;
  ByAlert by_alert;
  for (alert::DueDelivery& row : *due) {
    if (row.delivery.attempt.state == AttemptState::unknown) {
      if (m_unknowns.size() >= unknowns_max) {
        more = false;
        continue;
      }
      m_context.meters.due_unknown.add();
      m_unknowns.put({.due = std::move(row), .taken_at = taken_at});
    } else if (row.delivery.attempt.state == AttemptState::retry) {
      m_context.meters.due_retry.add();
      by_alert[row.delivery.id.alert].push_back(std::move(row));
    }
  }
  for (const auto& entry : by_alert) { more = drive(entry.first, entry.second) && more; }
  return more;
}

bool Sweeper::drive(alert::AlertId id, const std::vector<alert::DueDelivery>& rows) {
  auto alert = m_context.ports.alerts.get(id);
  if (!alert) {
    if (!may_pass(alert.error().code)) {
      m_context.log.error("The alert of due deliveries cannot be read", alert.error(), {{"alert_id", id.to_string()}});
    }
    return false;  // they come again
  }
  if (!m_context.traffic->has_room_for_due(lane_of(alert->content.priority))) { return false; }
  auto work = std::make_shared<Work>();
  if (is_too_old(*alert, m_context)) {
    give_up(*work, id, rows);
    m_context.traffic->add(std::move(work));
    return true;
  }
  describe(*work, std::move(*alert), m_context.ports.sender);
  work->is_part_of(m_context.tracer.start(work->alert.trace, "process due deliveries", SpanKind::internal));
  const auto& senders = m_context.ports.sender.senders();
  for (const alert::DueDelivery& row : rows) {
    const alert::DeliveryId& delivery = row.delivery.id;
    const alert::Attempt& attempt = row.delivery.attempt;
    work->rows.push_back({.recipient = delivery.recipient,
                          .batch = delivery.batch,
                          .channel = delivery.channel,
                          .sender = static_cast<std::uint16_t>(chosen_sender(attempt.sender, delivery.recipient, senders)),
                          .previous = attempt.token,
                          .refusals = attempt.looks});
    work->batches.push_back(delivery.batch);
  }
  std::sort(work->batches.begin(), work->batches.end());
  work->batches.erase(std::unique(work->batches.begin(), work->batches.end()), work->batches.end());
  m_context.traffic->add(std::move(work));
  return true;
}

// Too late to be of use to anybody.
void Sweeper::give_up(Work& work, alert::AlertId id, const std::vector<alert::DueDelivery>& rows) {
  work.alert.id = id;
  for (const alert::DueDelivery& row : rows) { work.batches.push_back(row.delivery.id.batch); }
  std::sort(work.batches.begin(), work.batches.end());
  work.batches.erase(std::unique(work.batches.begin(), work.batches.end()), work.batches.end());
  for (const std::int32_t batch : work.batches) {
    m_context.database.note(m_context.ports.batches.give_up(id, batch, too_old_reason(m_context)));
  }
}

// What waits in the queue has not stalled: published again, it would only be there twice.
void Sweeper::redrive_stalled() {
  const Millis stalled_after = m_context.settings.stalled_after;
  const SteadyTime now = m_context.clock.steady();
  if (now - m_redriven_at < stalled_after / 8) { return; }
  m_redriven_at = now;
  m_context.database.note(m_context.ports.batches.finish_stalled(stalled_after, k_redrive_group));
  for (const alert::Lane lane : {alert::Lane::urgent, alert::Lane::standard}) {
    if (m_oldest.of(lane) >= stalled_after) { continue; }
    const auto driven = m_context.database.note(m_context.ports.batches.redrive_stalled(lane, stalled_after, k_redrive_group));
    if (!driven) { return; }
    m_context.meters.redriven.add(*driven);
    if (*driven > 0) { m_context.log.warning("Published again what had stalled", {{"events", *driven}, {"lane", to_string(lane)}}); }
  }
}

}  // namespace bizcomms::worker

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

Sweeper::Sweeper(const Context& context, Unknowns& unknowns)
    : m_context(context), m_unknowns(unknowns), m_redriven_at(context.clock.steady()) {}

void Sweeper::run(const std::stop_token& stop) {
  do { sweep(stop); } while (sleep_for(stop, m_context.settings.sweep_interval));
}

void Sweeper::sweep(const std::stop_token& stop) {
  sample_depths();
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

void Sweeper::sample_depths() {
  Millis oldest{0};
  for (const alert::Lane lane : {alert::Lane::standard, alert::Lane::urgent}) {
    const auto depth = m_context.queue.note(m_context.ports.queue.depth(lane));
    if (!depth) { return; }
    LaneMeters& meters = m_context.meters.lane(lane);
    meters.visible->set(static_cast<double>(depth->visible));
    meters.hidden->set(static_cast<double>(depth->in_flight));
    meters.dead->set(static_cast<double>(depth->dead));
    meters.oldest_seconds->set(std::chrono::duration<double>(depth->oldest).count());
    oldest = std::max(oldest, depth->oldest);
  }
  m_oldest = oldest;
}

void Sweeper::drive_due(const std::stop_token& stop) {
  const auto capacity = static_cast<std::size_t>(m_context.settings.due_max);
  const auto& traffic = *m_context.traffic;
  while (!stop.stop_requested() && traffic.may_send() && traffic.has_room(alert::Lane::standard) && traffic.has_room(alert::Lane::urgent) &&
         m_unknowns.size() < capacity) {
    const auto driven = m_context.database.note(drive_group());
    if (!driven && !may_pass(driven.error().code)) { m_context.log.error("Due deliveries cannot be driven", driven.error()); }
    if (!driven || *driven < m_context.settings.due_max) { return; }
  }
}

Result<int> Sweeper::drive_group() {
  auto due = m_context.ports.ledger.due(m_context.settings.due_max, m_context.settings.due_hidden_for);
  if (!due) { return due.error(); }
  const int count = static_cast<int>(due->size());
  ByAlert by_alert;
  for (alert::DueDelivery& row : *due) {
    if (row.delivery.attempt.state == AttemptState::unknown) {
      m_context.meters.due_unknown.add();
      m_unknowns.put(std::move(row));
    } else if (row.delivery.attempt.state == AttemptState::retry) {
      m_context.meters.due_retry.add();
      by_alert[row.delivery.id.alert].push_back(std::move(row));
    }
  }
  for (const auto& entry : by_alert) { drive(entry.first, entry.second); }
  return count;
}

void Sweeper::drive(alert::AlertId id, const std::vector<alert::DueDelivery>& rows) {
  auto alert = m_context.ports.alerts.get(id);
  if (!alert) {
    if (!may_pass(alert.error().code)) {
      m_context.log.error("The alert of due deliveries cannot be read", alert.error(), {{"alert_id", id.to_string()}});
    }
    return;  // they come again
  }
  const bool too_old = m_context.clock.now() - alert->created_at > m_context.settings.alert_age_max;
  if (too_old) { return; }
  auto work = std::make_shared<Work>();
  describe(*work, std::move(*alert), m_context.ports.sender);
  const auto& senders = m_context.ports.sender.senders();
  for (const alert::DueDelivery& row : rows) {
    const alert::DeliveryId& delivery = row.delivery.id;
    const alert::Attempt& attempt = row.delivery.attempt;
    work->rows.push_back({.recipient = delivery.recipient,
                          .batch = delivery.batch,
                          .channel = delivery.channel,
                          .sender = static_cast<std::uint16_t>(chosen_sender(attempt.sender, delivery.recipient, senders)),
                          .previous = attempt.token});
    work->batches.push_back(delivery.batch);
  }
  std::sort(work->batches.begin(), work->batches.end());
  work->batches.erase(std::unique(work->batches.begin(), work->batches.end()), work->batches.end());
  m_context.traffic->add(std::move(work));
}

// What waits in the queue has not stalled: published again, it would only be there twice.
void Sweeper::redrive_stalled() {
  const Millis stalled_after = m_context.settings.stalled_after;
  const SteadyTime now = m_context.clock.steady();
  if (m_oldest >= stalled_after || now - m_redriven_at < stalled_after / 8) { return; }
  m_redriven_at = now;
  const auto driven = m_context.database.note(m_context.ports.batches.redrive_stalled(stalled_after, k_redrive_group));
  if (!driven) { return; }
  m_context.meters.redriven.add(*driven);
  if (*driven > 0) { m_context.log.warning("Published again what had stalled", {{"events", *driven}}); }
}

}  // namespace bizcomms::worker

// MemoryStore: what callers do with alerts; the outbox.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "support/memory/memory_store.hpp"

namespace bizcomms::test {

using namespace alert;

namespace {

constexpr std::chrono::hours k_answers_kept{24};

bool passes(const Alert& alert, const AlertQuery& query) {
  if (query.after && alert.id >= *query.after) { return false; }
  if (query.status && alert.status != *query.status) { return false; }
  if (query.priority && alert.content.priority != *query.priority) { return false; }
  if (query.created_after && alert.created_at <= *query.created_after) { return false; }
  return !query.created_before || alert.created_at < *query.created_before;
}

}  // namespace

void MemoryStore::set_down(bool down) {
  const std::scoped_lock lock(m_mutex);
  m_down = down;
}

void MemoryStore::take_over() {
  const std::scoped_lock lock(m_mutex);
  ++m_state.epoch;
  m_state.taken_over_at = m_clock.now();
}

void MemoryStore::restore(MemoryState state) {
  const std::scoped_lock lock(m_mutex);
  m_state = std::move(state);
}

std::optional<Error> MemoryStore::down() const {
  if (!m_down) { return std::nullopt; }
  return Error{.code = ErrorCode::unavailable, .message = "The database is down."};
}

void MemoryStore::put_event(EventKind kind, const Alert& alert, std::int32_t batch) {
  m_state.put_event(kind, alert, batch);
  m_event_written.notify_all();
}

Result<Alert> MemoryStore::create(AlertId id, AlertDraft draft, std::optional<Idempotency> idempotency, std::string trace) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const Time now = m_clock.now();
  if (idempotency) {
    const auto kept = m_state.kept_answers.find({idempotency->key_name, idempotency->key});
    if (kept != m_state.kept_answers.end() && now - kept->second.at < k_answers_kept) {
      if (kept->second.body_hash == idempotency->body_hash) { return kept->second.alert; }
      return Error{.code = ErrorCode::conflict,
                   .message = "This Idempotency-Key was used with another body.",
                   .fields = {{"Idempotency-Key", "was used with another body in the last 24 hours; use a new key"}}};
    }
  }
  Alert made{.id = id, .content = std::move(draft), .epoch = m_state.epoch, .trace = std::move(trace), .created_at = id.uuid.time()};
  made.updated_at = made.created_at;
  made.estimated_recipients = std::ssize(m_state.matching(made));
  m_state.alerts.emplace(id, AlertRow{.alert = made, .progressed_at = now});
  put_event(EventKind::alert_created, made, 0);
  if (idempotency) {
    m_state.kept_answers.insert_or_assign({idempotency->key_name, idempotency->key}, KeptAnswer{idempotency->body_hash, made, now});
  }
  return made;
}

Result<Alert> MemoryStore::get(AlertId id) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const AlertRow* row = m_state.alert(id);
  if (row == nullptr) { return no_alert(); }
  return row->alert;
}

Result<Page<Alert, AlertId>> MemoryStore::list(const AlertQuery& query) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  Page<Alert, AlertId> page;
  for (auto at = m_state.alerts.rbegin(); at != m_state.alerts.rend(); ++at) {
    const Alert& alert = at->second.alert;
    if (!passes(alert, query)) { continue; }
    if (std::ssize(page.items) == query.limit) {
      page.next = page.items.back().id;
      break;
    }
    page.items.push_back(alert);
    page.items.back().epoch = 0;
    page.items.back().trace.clear();
  }
  return page;
}

Result<AlertReport> MemoryStore::report(AlertId id, const StatusQuery& query) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const AlertRow* row = m_state.alert(id);
  if (row == nullptr) { return no_alert(); }
  AlertReport report{.alert = row->alert, .counts = {}, .deliveries = {}};
  for (const auto& [number, batch] : row->batches) {
    report.counts.total_recipients += batch.recipients;
    report.counts.deliveries += batch.counts;
  }
  auto& page = report.deliveries;
  for (auto at = m_state.deliveries.lower_bound(DeliveryId{.alert = id}); at != m_state.deliveries.end() && at->first.alert == id; ++at) {
    const Delivery& delivery = at->second.delivery;
    const VisibleDelivery seen = visible(delivery.attempt, delivery.reports);
    if ((query.after && delivery.id <= *query.after) || (query.status && seen.status != *query.status)) { continue; }
    if (std::ssize(page.items) == query.limit) {
      page.next = page.items.back().id;
      break;
    }
    page.items.push_back({.id = delivery.id, .phone_number = delivery.phone_number, .attempts = delivery.attempt.number, .visible = seen});
  }
  return report;
}

Result<Alert> MemoryStore::replace(AlertId id, const AlertDraft& content, Time expected_updated_at) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  AlertRow* row = m_state.alert(id);
  if (row == nullptr) { return no_alert(); }
  if (row->alert.status != AlertStatus::queued) {
    return Error{.code = ErrorCode::conflict,
                 .message = fmt::format("The alert is {}; it can be changed only until sending has begun.", to_string(row->alert.status)),
                 .fields = {{"status", "is no longer queued"}}};
  }
  if (row->alert.updated_at != expected_updated_at) {
    return Error{.code = ErrorCode::conflict, .message = "The alert was changed meanwhile; try again."};
  }
  row->alert.content = content;
  row->alert.updated_at = std::max(m_clock.now(), row->alert.updated_at + Millis{1});
  row->alert.estimated_recipients = std::ssize(m_state.matching(row->alert));
  row->progressed_at = m_clock.now();
  put_event(EventKind::alert_created, row->alert, 0);
  return row->alert;
}

Time MemoryStore::end(AlertRow& row, AlertStatus status) {
  const Time now = m_clock.now();
  row.alert.status = status;
  row.alert.ended_at = now;
  row.alert.updated_at = std::max(now, row.alert.updated_at + Millis{1});
  return now;
}

Status MemoryStore::cancel(AlertId id) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  AlertRow* row = m_state.alert(id);
  if (row == nullptr) { return no_alert(); }
  const AlertStatus status = row->alert.status;
  if (status == AlertStatus::cancelled) { return {}; }
  if (status == AlertStatus::completed || status == AlertStatus::failed) {
    return Error{.code = ErrorCode::conflict,
                 .message = fmt::format("The alert is {}; it cannot be cancelled any more.", to_string(status))};
  }
  end(*row, AlertStatus::cancelled);
  for (auto& [number, batch] : row->batches) { batch.dirty = true; }
  return {};
}

Result<int> MemoryStore::relay(int max, const Publish& publish) {
  std::vector<std::size_t> places;
  std::vector<Event> events;
  {
    const std::scoped_lock lock(m_mutex);
    if (auto error = down()) { return *error; }
    for (std::size_t i = 0; i < m_state.outbox.size() && std::ssize(events) < max; ++i) {
      OutboxRow& row = m_state.outbox[i];
      if (row.sent || row.handed_out) { continue; }
      row.handed_out = true;
      places.push_back(i);
      events.push_back(row.event);
    }
  }
  if (events.empty()) { return 0; }
  const auto published = publish(events);
  const std::scoped_lock lock(m_mutex);
  int marked = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    OutboxRow& row = m_state.outbox[places[i]];
    row.handed_out = false;
    row.sent = published && i < published->size() && (*published)[i];
    marked += row.sent ? 1 : 0;
  }
  if (!published) { return published.error(); }
  return marked;
}

void MemoryStore::wait(Millis wait, const std::stop_token& stop) {
  std::unique_lock lock(m_mutex);
  m_event_written.wait_for(lock, stop, wait, [&] {
    return std::any_of(m_state.outbox.begin(), m_state.outbox.end(), [](const OutboxRow& row) { return !row.sent && !row.handed_out; });
  });
}

}  // namespace bizcomms::test

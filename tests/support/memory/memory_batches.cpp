// MemoryStore: the worker's view of an alert's batches.
#include <algorithm>

#include <fmt/format.h>

#include "support/memory/memory_store.hpp"

namespace bizcomms::test {

using namespace alert;

namespace {

constexpr int k_blames_max = 3;

// What failed unsent with that reason is due again.
void reopen_one(DeliveryRow& row, const std::string& reason, Time now) {
  Attempt& attempt = row.delivery.attempt;
  const bool unsent = attempt.state == AttemptState::failed && row.delivery.phone_number && !attempt.sid && !row.delivery.reports;
  if (!unsent || attempt.reason.empty() || !reason.starts_with(attempt.reason)) { return; }
  attempt.state = AttemptState::retry;
  attempt.due_at = now;
  attempt.reason.clear();
}

Error no_batch() { return {.code = ErrorCode::not_found, .message = "There is no such batch."}; }

}  // namespace

Result<Expansion> MemoryStore::expand(AlertId id, int batch_size) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  AlertRow* row = m_state.alert(id);
  if (row == nullptr) { return no_alert(); }
  Alert& alert = row->alert;
  if (alert.status == AlertStatus::cancelled) { return Error{.code = ErrorCode::conflict, .message = "The alert was cancelled."}; }
  Expansion expansion;
  if (alert.status != AlertStatus::queued) {
    expansion.already_done = true;
    expansion.batches = static_cast<int>(row->batches.size());
    for (const auto& [number, batch] : row->batches) { expansion.recipients += batch.recipients; }
    return expansion;
  }
  const Time now = m_clock.now();
  const auto matching = m_state.matching(alert);
  alert.status = AlertStatus::sending;
  alert.sending_at = now;
  alert.updated_at = std::max(now, alert.updated_at + Millis{1});
  row->progressed_at = now;
  expansion.recipients = std::ssize(matching);
  const auto size = static_cast<std::size_t>(batch_size);
  for (std::size_t begin = 0; begin < matching.size(); begin += size) {
    const std::size_t end = std::min(begin + size, matching.size());
    const std::int32_t number = ++expansion.batches;
    BatchRow batch{.first = matching[begin]->recipient.id, .last = matching[end - 1]->recipient.id};
    batch.recipients = static_cast<std::int64_t>(end - begin);
    batch.progressed_at = now;
    batch.counts.pending = std::ssize(m_state.not_begun(alert, number, batch));
    row->batches.emplace(number, batch);
  }
  if (matching.empty()) { end(*row, AlertStatus::completed); }
  if (expansion.batches > 1) {
    for (const auto& [number, batch] : row->batches) { put_event(EventKind::batch_ready, alert, number); }
  }
  return expansion;
}

Result<Batch> MemoryStore::load(AlertId id, std::int32_t number) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const BatchRow* row = m_state.batch(id, number);
  if (row == nullptr) { return no_batch(); }
  Batch batch{.alert = id, .number = number, .state = row->settled ? BatchState::settled : BatchState::open, .members = {}};
  if (row->settled) { return batch; }
  for (const RecipientRow* member : m_state.members(m_state.alert(id)->alert, *row)) {
    batch.members.push_back(
        {.recipient = member->recipient.id, .preferences = member->recipient.content.preferences, .sender = member->sender});
  }
  return batch;
}

bool MemoryStore::recount_one(AlertRow& row, std::int32_t number) {
  BatchRow& batch = row.batches.at(number);
  const bool cancelled = row.alert.status == AlertStatus::cancelled;
  Counts counts;
  bool all_settled = true;
  for (const DeliveryRow* delivery : m_state.deliveries_of(row.alert.id, number)) {
    const auto& [attempt, reports] = std::tie(delivery->delivery.attempt, delivery->delivery.reports);
    counts.count(visible(attempt, reports).status);
    all_settled = all_settled && is_settled(attempt, reports);
  }
  if (!batch.settled) {
    const std::int64_t missing = std::ssize(m_state.not_begun(row.alert, number, batch));
    batch.settled = all_settled && (cancelled || missing == 0);
    batch.never_begun = cancelled ? missing : 0;
    counts.pending += cancelled ? 0 : missing;
  } else {
    const auto& before = batch.counts;
    const auto rows = std::ssize(m_state.deliveries_of(row.alert.id, number));
    const auto left = before.sent + before.failed + before.pending + before.cancelled - rows;
    batch.never_begun = std::min(batch.never_begun, std::max<std::int64_t>(0, left));
  }
  counts.cancelled += batch.never_begun;
  batch.counts = counts;
  batch.dirty = false;
  if (batch.settled && !batch.settled_at) { batch.settled_at = m_clock.now(); }
  return batch.settled;
}

void MemoryStore::complete_if_over(AlertRow& row) {
  const auto settled = [](const auto& entry) { return entry.second.settled; };
  if (row.alert.status != AlertStatus::sending || !std::all_of(row.batches.begin(), row.batches.end(), settled)) { return; }
  end(row, AlertStatus::completed);
}

Result<std::vector<bool>> MemoryStore::recount(std::span<const std::pair<AlertId, std::int32_t>> batches) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> answers;
  for (const auto& [id, number] : batches) {
    const bool known = m_state.batch(id, number) != nullptr;
    answers.push_back(known && recount_one(*m_state.alert(id), number));
  }
  for (const auto& [id, number] : batches) {
    if (AlertRow* row = m_state.alert(id)) { complete_if_over(*row); }
  }
  return answers;
}

Result<int> MemoryStore::recount_dirty(int limit) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  int done = 0;
  for (auto& [id, row] : m_state.alerts) {
    for (auto& [number, batch] : row.batches) {
      if (!batch.dirty || done == limit) { continue; }
      recount_one(row, number);
      ++done;
    }
    complete_if_over(row);
  }
  return done;
}

Result<std::vector<std::pair<AlertId, std::int32_t>>> MemoryStore::take_unfinished(std::span<const Millis> schedule, int limit) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<std::pair<AlertId, std::int32_t>> taken;
  for (auto& [id, row] : m_state.alerts) {
    for (auto& [number, batch] : row.batches) {
      if (!batch.settled_at || batch.counts.sent <= batch.counts.delivered || std::ssize(taken) == limit) { continue; }
      const Millis since = m_clock.now() - *batch.settled_at;
      const auto passed =
          static_cast<std::size_t>(std::count_if(schedule.begin(), schedule.end(), [&](Millis after) { return after <= since; }));
      if (passed <= batch.checks) { continue; }
      batch.checks = passed;
      taken.emplace_back(id, number);
    }
  }
  return taken;
}

Status MemoryStore::blame(AlertId id, std::int32_t number, const std::string& reason) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  BatchRow* batch = m_state.batch(id, number);
  if (batch == nullptr) { return no_batch(); }
  if (++batch->blamed >= k_blames_max) { give_up_one(id, number, *batch, reason); }
  return {};
}

Status MemoryStore::give_up(AlertId id, std::int32_t number, const std::string& reason) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  if (BatchRow* batch = m_state.batch(id, number)) { give_up_one(id, number, *batch, reason); }
  return {};
}

void MemoryStore::give_up_one(AlertId id, std::int32_t number, BatchRow& batch, const std::string& reason) {
  const Time now = m_clock.now();
  for (const DeliveryId& missing : m_state.not_begun(m_state.alert(id)->alert, number, batch)) {
    Attempt attempt{.state = AttemptState::failed, .started_at = now, .reason = reason};
    m_state.deliveries.emplace(missing, DeliveryRow{.delivery = {.id = missing, .phone_number = {}, .attempt = attempt, .reports = {}}});
  }
  // What is `sending` or `unknown` may have been taken: only a look-up can settle it.
  for (DeliveryRow* row : m_state.deliveries_of(id, number)) {
    Attempt& attempt = row->delivery.attempt;
    if (!may_begin_again(attempt, row->delivery.reports)) { continue; }
    attempt.state = AttemptState::failed;
    attempt.due_at.reset();
    attempt.reason = reason;
  }
  batch.dirty = true;
}

Status MemoryStore::note_held(std::span<const std::pair<AlertId, std::int32_t>> batches) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  for (const auto& [id, number] : batches) {
    if (BatchRow* batch = m_state.batch(id, number)) { batch->progressed_at = m_clock.now(); }
  }
  return {};
}

Status MemoryStore::fail(AlertId id, const std::string& reason) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  AlertRow* row = m_state.alert(id);
  if (row == nullptr) { return no_alert(); }
  const AlertStatus status = row->alert.status;
  const bool may_fail = status == AlertStatus::queued || (status == AlertStatus::sending && row->batches.empty());
  if (!may_fail) { return Error{.code = ErrorCode::conflict, .message = fmt::format("The alert is {} already.", to_string(status))}; }
  row->alert.reason = reason;
  end(*row, AlertStatus::failed);
  return {};
}

Status MemoryStore::reopen(AlertId id, std::int32_t number, const std::string& reason) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  AlertRow* row = m_state.alert(id);
  if (row == nullptr) { return {}; }
  Alert& alert = row->alert;
  const Time now = m_clock.now();
  if (alert.status == AlertStatus::failed) {
    alert.status = AlertStatus::queued;
    alert.reason.clear();
    alert.ended_at.reset();
    row->progressed_at = now;
  }
  number = std::max(number, 1);
  BatchRow* batch = m_state.batch(id, number);
  const bool goes_on = alert.status == AlertStatus::sending || alert.status == AlertStatus::completed;
  if (batch == nullptr || batch->blamed < k_blames_max || !goes_on) { return {}; }
  for (DeliveryRow* delivery : m_state.deliveries_of(id, number)) { reopen_one(*delivery, reason, now); }
  std::erase_if(m_state.deliveries, [&](const auto& entry) {
    const bool here = entry.first.alert == id && entry.first.batch == number;
    const auto& [attempt, reports] = std::tie(entry.second.delivery.attempt, entry.second.delivery.reports);
    return here && attempt.state == AttemptState::failed && !entry.second.delivery.phone_number && !reports;
  });
  alert.status = AlertStatus::sending;
  alert.ended_at.reset();
  batch->settled = false;
  batch->settled_at.reset();
  batch->checks = 0;
  batch->blamed = 0;
  batch->dirty = true;
  batch->progressed_at = now;
  return {};
}

Status MemoryStore::finish_stalled(Millis /*idle*/, int /*limit*/) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  for (auto& [id, row] : m_state.alerts) { complete_if_over(row); }
  return {};
}

Result<int> MemoryStore::redrive_stalled(Lane lane, Millis idle, int limit) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const Time now = m_clock.now();
  int driven = 0;
  for (auto& [id, row] : m_state.alerts) {
    if (lane_of(row.alert.content.priority) != lane) { continue; }
    if (row.alert.status == AlertStatus::queued && now - row.progressed_at >= idle && driven < limit) {
      put_event(EventKind::alert_created, row.alert, 0);
      row.progressed_at = now;
      ++driven;
    }
    if (row.alert.status != AlertStatus::sending) { continue; }
    for (auto& [number, batch] : row.batches) {
      if (batch.settled || now - batch.progressed_at < idle || driven == limit) { continue; }
      put_event(EventKind::batch_ready, row.alert, number);
      batch.progressed_at = now;
      ++driven;
    }
  }
  return driven;
}

}  // namespace bizcomms::test

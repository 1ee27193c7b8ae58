#include "aws/table_ledger.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace bizcomms::aws {

using alert::Attempt;
using alert::AttemptState;
using alert::DeliveryId;
using alert::LedgerDraft;
using alert::LedgerRow;
using alert::ProviderId;

namespace {

constexpr int k_tries = 16;        // of a write for which somebody else was faster
constexpr int k_batch_max = 2000;  // a batch has at most 1,000 recipients, on two channels

bool is_settled(const LedgerRow& row) { return alert::is_settled(row.delivery.attempt, row.delivery.reports); }

}  // namespace

void TableLedger::Task::load(const std::optional<StoredRow>& stored) {
  if (!stored) { return; }
  versions.emplace(stored->row.delivery.id, stored->version);
  draft.load(stored->row);
}

void TableLedger::Task::load(const ProviderId& sid, const std::optional<StoredClaim>& stored) {
  claims.emplace(sid, stored);
  if (stored) { draft.load(sid, {.id = stored->id, .by_look_up = stored->by_look_up}); }
}

TableWrite TableLedger::Task::write() {
  TableWrite write;
  for (const DeliveryId& changed : draft.changed()) {
    const auto version = versions.find(changed);
    write.rows.push_back({.row = *draft.row(changed), .version = version == versions.end() ? 0 : version->second});
  }
  for (const auto& [sid, claim] : draft.claims()) {
    const auto before = claims.find(sid);
    ClaimChange change{.sid = sid, .before = before == claims.end() ? std::nullopt : before->second};
    if (!claim.released) { change.after = {.id = claim.id, .by_look_up = claim.by_look_up}; }
    if (change.before != change.after) { write.claims.push_back(std::move(change)); }
  }
  return write;
}

TableLedger::TableLedger(std::unique_ptr<DeliveryTable> table, alert::LedgerGround& ground, Millis clock_margin)
    : m_table(std::move(table)), m_ground(ground), m_clock_margin(clock_margin) {}

Status TableLedger::load(std::vector<Task>& tasks) {
  std::vector<DeliveryId> ids;
  std::vector<ProviderId> sids;
  for (Task& task : tasks) {
    task.draft = {};
    task.draft.set_now(m_table->now());
    task.versions.clear();
    task.claims.clear();
    ids.push_back(task.id);
    sids.insert(sids.end(), task.sids.begin(), task.sids.end());
  }
  const auto state = m_table->read(ids, sids);
  if (!state) { return state.error(); }
  std::size_t next = 0;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].load(state->rows[i]);
    for (const ProviderId& sid : tasks[i].sids) { tasks[i].load(sid, state->claims[next++]); }
  }
  return load_more(tasks);
}

// Who may lose a message to these reports, and what look-ups may have found for the deliveries they name: rare.
Status TableLedger::load_more(std::vector<Task>& tasks) {
  for (Task& task : tasks) {
    if (const auto losers = task.draft.losers(task.news); !losers.empty()) {
      const auto rows = m_table->rows(losers);
      if (!rows) { return rows.error(); }
      for (const auto& row : *rows) { task.load(row); }
    }
    if (const auto guesses = task.draft.guesses(task.news); !guesses.empty()) {
      const auto claims = m_table->claims(guesses);
      if (!claims) { return claims.error(); }
      for (std::size_t i = 0; i < guesses.size(); ++i) { task.load(guesses[i], (*claims)[i]); }
    }
  }
  return {};
}

Status TableLedger::settle(std::vector<Task> tasks, const Decide& decide) {
  Touched touched;
  std::optional<Error> failure;  // what was written until then is noted all the same
  for (int tries = 0; !tasks.empty() && !failure; ++tries) {
    if (tries == k_tries) { failure = Error{.code = ErrorCode::unavailable, .message = "Too many change the same delivery at once."}; }
    if (const auto loaded = load(tasks); !loaded) { failure = loaded.error(); }
    if (failure) { break; }
    std::vector<TableWrite> writes;
    for (Task& task : tasks) {
      for (const std::size_t place : task.places) { decide(task.draft, place); }
      writes.push_back(task.write());
    }
    const auto written = m_table->write(writes);
    std::vector<Task> again;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (written[i] && *written[i]) {
        for (const auto& [batch, dirty] : tasks[i].draft.touched()) { touched[batch] = touched[batch] || dirty; }
      } else if (written[i]) {
        again.push_back(std::move(tasks[i]));
      } else {
        failure = written[i].error();
      }
    }
    tasks = std::move(again);
  }
  if (auto noted = touch(touched); !noted) { return noted; }
  return failure ? Status(*failure) : Status{};
}

std::vector<TableLedger::Task> TableLedger::all_of(std::map<DeliveryId, Task>& tasks) {
  std::vector<Task> all;
  for (auto& [id, task] : tasks) { all.push_back(std::move(task)); }
  return all;
}

// Behind the write: whoever counts the batch now, sees it.
Status TableLedger::touch(const Touched& touched) {
  if (touched.empty()) { return {}; }
  std::vector<alert::TouchedBatch> batches;
  for (const auto& [batch, dirty] : touched) { batches.push_back({.alert = batch.first, .batch = batch.second, .dirty = dirty}); }
  return m_ground.touch(batches);
}

Result<std::vector<alert::RecordVerdict>> TableLedger::record(std::span<const alert::Outcome> outcomes) {
  std::map<DeliveryId, Task> tasks;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const alert::Outcome& outcome = outcomes[i];
    Task& task = tasks[outcome.id];
    task.id = outcome.id;
    task.places.push_back(i);
    if (!outcome.sid) { continue; }
    task.sids.push_back(*outcome.sid);
    if (!outcome.looked_up) { task.news.push_back({.id = outcome.id, .token = outcome.token, .sid = *outcome.sid}); }
  }
  std::vector<alert::RecordVerdict> verdicts(outcomes.size());
  const auto done = settle(all_of(tasks), [&](LedgerDraft& draft, std::size_t i) { verdicts[i] = draft.record(outcomes[i]); });
  if (!done) { return done.error(); }
  return verdicts;
}

Result<std::vector<bool>> TableLedger::merge(std::span<const alert::Report> reports) {
  std::map<DeliveryId, Task> tasks;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    Task& task = tasks[reports[i].id];
    task.id = reports[i].id;
    task.places.push_back(i);
    task.news.push_back(reports[i]);
    if (!reports[i].sid.empty()) { task.sids.push_back(reports[i].sid); }
  }
  std::vector<bool> known(reports.size());
  const auto done = settle(all_of(tasks), [&](LedgerDraft& draft, std::size_t i) { known[i] = draft.merge(reports[i]); });
  if (!done) { return done.error(); }
  return known;
}

Result<std::vector<bool>> TableLedger::absolve(std::span<const std::pair<DeliveryId, alert::AttemptToken>> absent) {
  std::map<DeliveryId, Task> tasks;
  for (std::size_t i = 0; i < absent.size(); ++i) {
    tasks[absent[i].first].id = absent[i].first;
    tasks[absent[i].first].places.push_back(i);
  }
  std::vector<bool> absolved(absent.size());
  const auto done = settle(all_of(tasks), [&](LedgerDraft& draft, std::size_t i) {
    LedgerRow* row = draft.row(absent[i].first);
    absolved[i] = row != nullptr && row->delivery.attempt.token == absent[i].second && row->delivery.attempt.state == AttemptState::unknown;
    if (!absolved[i]) { return; }
    Attempt& attempt = row->delivery.attempt;
    attempt.state = AttemptState::retry;
    attempt.looks = 0;
    attempt.due_at = draft.now();
    row->hidden_until.reset();
    draft.change(*row, false);
  });
  if (!done) { return done.error(); }
  return absolved;
}

Result<std::vector<bool>> TableLedger::claimed(std::span<const ProviderId> sids) {
  const auto claims = m_table->claims(sids);
  if (!claims) { return claims.error(); }
  std::vector<bool> answers;
  for (const auto& claim : *claims) { answers.push_back(claim.has_value()); }
  return answers;
}

Result<std::vector<alert::Delivery>> TableLedger::with_numbers(std::vector<StoredRow> rows) {
  std::vector<std::pair<alert::RecipientId, std::int16_t>> went_to;
  for (const StoredRow& stored : rows) {
    if (stored.row.phone_version) { went_to.emplace_back(stored.row.delivery.id.recipient, *stored.row.phone_version); }
  }
  auto numbers = m_ground.numbers(went_to);
  if (!numbers) { return numbers.error(); }
  std::vector<alert::Delivery> deliveries;
  std::size_t next = 0;
  for (StoredRow& stored : rows) {
    if (stored.row.phone_version) { stored.row.delivery.phone_number = std::move((*numbers)[next++]); }
    deliveries.push_back(std::move(stored.row.delivery));
  }
  return deliveries;
}

Result<std::vector<alert::Delivery>> TableLedger::of_batch(alert::AlertId alert, std::int32_t batch) {
  return page(alert, batch, std::nullopt, k_batch_max);
}

Result<std::vector<alert::Delivery>> TableLedger::without_numbers(alert::AlertId alert, std::int32_t batch) {
  auto rows = m_table->of_batch(alert, batch, std::nullopt, k_batch_max);
  if (!rows) { return rows.error(); }
  std::vector<alert::Delivery> deliveries;
  for (StoredRow& stored : *rows) { deliveries.push_back(std::move(stored.row.delivery)); }
  return deliveries;
}

Result<std::vector<alert::Delivery>> TableLedger::page(alert::AlertId alert, std::int32_t batch, const std::optional<DeliveryId>& after,
                                                       int limit) {
  auto rows = m_table->of_batch(alert, batch, after, limit);
  if (!rows) { return rows.error(); }
  return with_numbers(*std::move(rows));
}

Result<std::vector<alert::DueDelivery>> TableLedger::due(int limit, Millis hidden_for) {
  const auto waking = m_table->waking(m_table->now(), limit);
  if (!waking) { return waking.error(); }
  const auto read = m_table->rows(*waking);
  if (!read) { return read.error(); }
  const Time now = m_table->now();
  std::vector<StoredRow> rows;
  std::vector<TableWrite> writes;
  for (const auto& stored : *read) {
    if (!stored || wakes_at(stored->row).value_or(Time::max()) > now) { continue; }  // the list of those that wake lags
    rows.push_back(*stored);
    Attempt& attempt = rows.back().row.delivery.attempt;
    if (attempt.state == AttemptState::sending) { become_unknown(attempt, now); }  // sent again, and its lease has ended
    rows.back().row.hidden_until = now + hidden_for;
    writes.push_back({.rows = {rows.back()}});
  }
  const auto handed = m_table->write(writes);  // to us, where nobody was faster
  std::vector<StoredRow> ours;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (handed[i] && *handed[i]) { ours.push_back(std::move(rows[i])); }
  }
  std::stable_sort(ours.begin(), ours.end(),
                   [](const auto& a, const auto& b) { return a.row.delivery.attempt.due_at < b.row.delivery.attempt.due_at; });
  auto deliveries = with_numbers(std::move(ours));
  if (!deliveries) { return deliveries.error(); }
  std::vector<alert::DueDelivery> due;
  for (alert::Delivery& delivery : *deliveries) { due.push_back({.delivery = std::move(delivery), .now = now}); }
  return due;
}

// Changes the rows of a batch for which `change` says so, again where somebody was faster.
Status TableLedger::change_batch(alert::AlertId alert, std::int32_t batch, const std::function<bool(LedgerRow&)>& change, bool dirty,
                                 int* changed) {
  for (int tries = 0; tries < k_tries; ++tries) {
    auto rows = m_table->of_batch(alert, batch, std::nullopt, k_batch_max);
    if (!rows) { return rows.error(); }
    std::vector<TableWrite> writes;
    for (StoredRow& stored : *rows) {
      if (change(stored.row)) { writes.push_back({.rows = {std::move(stored)}}); }
    }
    if (writes.empty()) { return {}; }
    const auto written = m_table->write(writes);
    const auto count = std::ranges::count_if(written, [](const auto& one) { return one && *one; });
    if (changed != nullptr) { *changed += static_cast<int>(count); }
    const alert::TouchedBatch touched{.alert = alert, .batch = batch, .dirty = dirty};
    if (auto noted = m_ground.touch(std::span(&touched, 1)); !noted) { return noted; }
    for (const auto& one : written) {
      if (!one) { return one.error(); }
    }
    if (count == std::ssize(writes)) { return {}; }
  }
  return Error{.code = ErrorCode::unavailable, .message = "Too many change the same batch at once."};
}

Result<alert::DeliveryLedger::Expiry> TableLedger::expire_leases(alert::AlertId alert, std::int32_t batch) {
  Expiry expiry;
  const auto expire = [&](LedgerRow& row) {
    Attempt& attempt = row.delivery.attempt;
    if (attempt.state != AttemptState::sending) { return false; }
    const Time now = m_table->now();
    const Millis left = *attempt.lease_until + m_clock_margin - now;
    if (left > Millis{0}) {
      expiry.next_in = std::min(expiry.next_in.value_or(left), left);
      return false;
    }
    become_unknown(attempt, now);
    row.hidden_until.reset();
    return true;
  };
  if (auto done = change_batch(alert, batch, expire, false, &expiry.expired); !done) { return done.error(); }
  return expiry;
}

Status TableLedger::give_up(alert::AlertId alert, std::int32_t batch, std::span<const DeliveryId> missing, const std::string& reason) {
  std::vector<TableWrite> never_begun;
  for (const DeliveryId& id : missing) {
    LedgerRow row;
    row.delivery.id = id;
    row.delivery.attempt.state = AttemptState::failed;
    row.delivery.attempt.started_at = m_table->now();
    row.delivery.attempt.reason = reason;
    never_begun.push_back({.rows = {{.row = std::move(row)}}});
  }
  for (const auto& written : m_table->write(never_begun)) {  // who was faster has begun it
    if (!written) { return written.error(); }
  }
  return change_batch(
      alert, batch,
      [&](LedgerRow& row) {
        Attempt& attempt = row.delivery.attempt;
        if (attempt.state != AttemptState::retry || is_settled(row)) { return false; }
        attempt.state = AttemptState::failed;
        attempt.due_at.reset();
        attempt.reason = reason;
        return true;
      },
      true);
}

Status TableLedger::reopen(alert::AlertId alert, std::int32_t batch, const std::string& reason) {
  return change_batch(
      alert, batch,
      [&](LedgerRow& row) {
        Attempt& attempt = row.delivery.attempt;
        if (attempt.state != AttemptState::failed || row.delivery.reports || attempt.sid) { return false; }
        const bool never_begun = !row.phone_version;
        if (!never_begun && (attempt.reason.empty() || !reason.starts_with(attempt.reason))) { return false; }
        attempt.state = AttemptState::retry;
        attempt.due_at = m_table->now();
        attempt.reason.clear();
        row.hidden_until.reset();
        return true;
      },
      true);
}

Result<std::vector<bool>> TableLedger::contested(std::span<const std::pair<DeliveryId, Time>> calls) {
  std::vector<alert::RecipientId> recipients;
  for (const auto& call : calls) { recipients.push_back(call.first.recipient); }
  const auto inherited = m_ground.inherited_calls(recipients);
  if (!inherited) { return inherited.error(); }
  std::vector<bool> answers;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto contested = is_contested(calls[i].first, calls[i].second, (*inherited)[i]);
    if (!contested) { return contested.error(); }
    answers.push_back(*contested);
  }
  return answers;
}

Result<bool> TableLedger::is_contested(const DeliveryId& call, Time since, const alert::LedgerGround::Inherited& inherited) {
  const auto others = m_table->calls_to(call.recipient);
  if (!others) { return others.error(); }
  const auto rows = m_table->rows(*others);
  if (!rows) { return rows.error(); }
  std::set<alert::AlertId> begun{call.alert};
  for (const auto& stored : *rows) {
    if (!stored) { continue; }
    const DeliveryId& id = stored->row.delivery.id;
    begun.insert(id.alert);
    if (id.alert != call.alert && alert::may_be_its_call(stored->row.delivery.attempt, since, inherited.taken_over_at)) { return true; }
  }
  return std::any_of(inherited.alerts.begin(), inherited.alerts.end(), [&](const auto& id) { return !begun.contains(id); });
}

}  // namespace bizcomms::aws

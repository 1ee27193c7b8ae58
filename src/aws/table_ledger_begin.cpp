// The ledger's begin: asks the store what may begin, then writes each intent on condition that it is the first, or drives the retry it was
// meant for.
#include <algorithm>
#include <map>
#include <utility>

#include "aws/table_ledger.hpp"

namespace bizcomms::aws {

using alert::Attempt;
using alert::AttemptState;
using alert::BeginAnswer;
using alert::BeginVerdict;
using alert::Clearance;
using alert::Intent;
using alert::LedgerRow;

namespace {

// It went nowhere, so there is nothing that it tells of: as if it were not there.
bool never_begun(const LedgerRow& row) { return !row.phone_version; }

// Whether the cell before this one may have sent it: it has no row, or one that may not be the last.
bool is_doubtful(const Clearance& clearance, const std::optional<Attempt>& last, Millis clock_margin) {
  if (!clearance.taken_over_at) { return false; }
  if (!last) { return true; }
  const bool failed_inherited = last->number == 0 && last->sid;
  return last->started_at < *clearance.taken_over_at + clock_margin || failed_inherited;
}

void withdraw(LedgerRow& row, const Intent& intent, const Clearance& clearance, Time now) {
  Attempt& attempt = row.delivery.attempt;
  if (!intent.previous) {
    attempt = {.token = intent.token, .started_at = now, .account = intent.account, .sender = intent.sender, .body_hash = intent.body_hash};
  }
  attempt.state = clearance.withdrawn_as;
  attempt.lease_until.reset();
  attempt.due_at.reset();
  attempt.error_code.reset();
  attempt.reason = clearance.reason;
}

BeginAnswer start(LedgerRow& row, const Intent& intent, const Clearance& clearance, bool doubtful, Time now) {
  Attempt& attempt = row.delivery.attempt;
  const int number = doubtful ? 0 : (intent.previous ? attempt.number + 1 : 1);
  attempt = Attempt{.token = intent.token,
                    .number = number,
                    .looks = doubtful ? 0 : attempt.looks,
                    .started_at = now,
                    .account = intent.account,
                    .sender = clearance.sender.empty() ? intent.sender : clearance.sender,
                    .body_hash = intent.body_hash,
                    .resent = attempt.resent};
  row.phone_version = clearance.phone_version;
  if (doubtful) {
    become_unknown(attempt, now);
    return {.verdict = BeginVerdict::doubtful};
  }
  attempt.lease_until = now + intent.lease;
  return {.verdict = BeginVerdict::begun,
          .phone_number = clearance.phone_number,
          .attempt = number,
          .sender = clearance.sender,
          .started_at = now};
}

}  // namespace

Result<std::vector<BeginAnswer>> TableLedger::begin(std::span<const Intent> intents) {
  if (auto known = m_table->learn_time(); !known) { return known.error(); }
  const auto clearances = m_ground.clear(intents);
  if (!clearances) { return clearances.error(); }
  std::vector<BeginAnswer> answers(intents.size());
  std::vector<Intent> asked(intents.begin(), intents.end());
  auto done = begin_first(asked, *clearances, answers);
  if (auto again = begin_again(asked, *clearances, answers); !again) { done = again; }
  // What was begun leaves, whatever became of the others: their leases end, and they are looked up.
  const bool some = std::ranges::any_of(answers, [](const BeginAnswer& answer) { return answer.verdict == BeginVerdict::begun; });
  if (!done && !some) { return done.error(); }
  return answers;
}

// Not read before it is written: nearly all are the first.
Status TableLedger::begin_first(std::span<Intent> intents, const std::vector<Clearance>& clearances, std::vector<BeginAnswer>& answers) {
  std::vector<TableWrite> writes;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    if (intents[i].previous || clearances[i].kind == Clearance::Kind::no_such_alert) { continue; }
    LedgerRow row;
    row.delivery.id = intents[i].id;
    answers[i] = begin_one(row, intents[i], clearances[i], std::nullopt);
    writes.push_back({.rows = {{.row = std::move(row)}}});
    places.push_back(i);
  }
  if (writes.empty()) { return {}; }
  const auto written = m_table->write(writes);
  Touched touched;
  std::vector<std::size_t> lost;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const alert::DeliveryId& id = intents[places[i]].id;
    if (!written[i] || !*written[i]) {
      lost.push_back(places[i]);
      continue;
    }
    bool& dirty = touched[{id.alert, id.batch}];
    dirty = dirty || answers[places[i]].verdict == BeginVerdict::withdrawn;
  }
  if (auto kept = keep_own(intents, lost, answers); !kept) { return kept; }
  return touch(touched);
}

// Somebody else was faster; or we were, in a try whose end was not known to us: then the token is ours. Or the row stands for a delivery
// that was given up unbegun, and is open again: it is driven as that row's retry.
Status TableLedger::keep_own(std::span<Intent> intents, const std::vector<std::size_t>& lost, std::vector<BeginAnswer>& answers) {
  std::vector<alert::DeliveryId> ids;
  std::vector<BeginAnswer> hoped;
  for (const std::size_t place : lost) {
    ids.push_back(intents[place].id);
    hoped.push_back(std::exchange(answers[place], {}));
  }
  const auto rows = m_table->rows(ids);
  if (!rows) { return rows.error(); }
  for (std::size_t i = 0; i < lost.size(); ++i) {
    const auto& row = (*rows)[i];
    if (row && row->row.delivery.attempt.token == intents[lost[i]].token) {
      answers[lost[i]] = std::move(hoped[i]);
      answers[lost[i]].started_at = row->row.delivery.attempt.started_at;
      continue;
    }
    if (row && never_begun(row->row)) { intents[lost[i]].previous = row->row.delivery.attempt.token; }
  }
  return {};
}

Status TableLedger::begin_again(std::span<const Intent> intents, const std::vector<Clearance>& clearances,
                                std::vector<BeginAnswer>& answers) {
  std::map<alert::DeliveryId, Task> tasks;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    if (!intents[i].previous || clearances[i].kind == Clearance::Kind::no_such_alert) { continue; }
    tasks[intents[i].id].id = intents[i].id;
    tasks[intents[i].id].places.push_back(i);
  }
  auto settled = settle(all_of(tasks), [&](alert::LedgerDraft& draft, std::size_t i) {
    answers[i] = {};
    LedgerRow* row = draft.row(intents[i].id);
    if (row == nullptr) { return; }
    const alert::Delivery& delivery = row->delivery;
    if (delivery.attempt.token != *intents[i].previous || !may_begin_again(delivery.attempt, delivery.reports)) { return; }
    answers[i] = begin_one(*row, intents[i], clearances[i], never_begun(*row) ? std::nullopt : std::optional(delivery.attempt));
    const Attempt& begun = row->delivery.attempt;
    row->hidden_until = begun.lease_until ? std::optional(*begun.lease_until + m_clock_margin) : std::nullopt;
    draft.change(*row, answers[i].verdict == BeginVerdict::withdrawn);
  });
  for (std::size_t i = 0; i < intents.size() && !settled; ++i) {
    if (intents[i].previous) { answers[i] = {}; }
  }
  return settled;
}

BeginAnswer TableLedger::begin_one(LedgerRow& row, const Intent& intent, const Clearance& clearance,
                                   const std::optional<Attempt>& last) const {
  const Time now = m_table->now();
  if (clearance.kind == Clearance::Kind::withdrawn) {
    withdraw(row, intent, clearance, now);
    return {.verdict = BeginVerdict::withdrawn};
  }
  return start(row, intent, clearance, is_doubtful(clearance, last, m_clock_margin), now);
}

}  // namespace bizcomms::aws

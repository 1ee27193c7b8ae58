// The ledger's begin: asks the store what may begin, then writes each intent on condition that it is the first, or drives the retry it was
// meant for.
#include <algorithm>
#include <map>
#include <utility>

#include "aws/table_ledger.hpp"

namespace bizcomms::aws {

using alert::BeginAnswer;
using alert::BeginVerdict;
using alert::Clearance;
using alert::Intent;
using alert::LedgerRow;

namespace {

BeginAnswer failed_answer(Error error) { return {.verdict = BeginVerdict::failed, .error = std::move(error)}; }

// What was begun leaves, whatever became of the others.
void fail_unbegun(const std::vector<std::size_t>& places, const Error& error, std::vector<BeginAnswer>& answers) {
  for (const std::size_t place : places) {
    if (answers[place].verdict != BeginVerdict::begun) { answers[place] = failed_answer(error); }
  }
}

}  // namespace

Result<std::vector<BeginAnswer>> TableLedger::begin(std::span<const Intent> intents) {
  if (auto known = m_table->learn_time(); !known) { return known.error(); }
  const auto clearances = m_ground.clear(intents);
  if (!clearances) { return clearances.error(); }
  std::vector<BeginAnswer> answers(intents.size());
  std::vector<Intent> asked(intents.begin(), intents.end());
  begin_first(asked, *clearances, answers);
  begin_again(asked, *clearances, answers);
  const bool none = std::ranges::all_of(answers, [](const BeginAnswer& answer) { return answer.verdict == BeginVerdict::failed; });
  if (none && !answers.empty()) { return *answers.front().error; }
  return answers;
}

// Not read before it is written: nearly all are the first.
void TableLedger::begin_first(std::span<Intent> intents, const std::vector<Clearance>& clearances, std::vector<BeginAnswer>& answers) {
  std::vector<TableWrite> writes;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    if (intents[i].previous || clearances[i].kind == Clearance::Kind::no_such_alert) { continue; }
    LedgerRow row;
    row.delivery.id = intents[i].id;
    answers[i] = alert::begin(row, intents[i], clearances[i], {.now = m_table->now(), .clock_margin = m_clock_margin});
    writes.push_back({.rows = {{.row = std::move(row)}}});
    places.push_back(i);
  }
  if (writes.empty()) { return; }
  const auto written = m_table->write(writes);
  Touched touched;
  std::vector<Lost> lost;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const alert::DeliveryId& id = intents[places[i]].id;
    if (!written[i] || !*written[i]) {
      lost.push_back({.place = places[i], .failure = written[i] ? std::nullopt : std::optional(written[i].error())});
      continue;
    }
    bool& dirty = touched[{id.alert, id.batch}];
    dirty = dirty || answers[places[i]].verdict == BeginVerdict::withdrawn;
  }
  keep_own(intents, lost, answers);
  if (const auto noted = touch(touched); !noted) { fail_unbegun(places, noted.error(), answers); }
}

// Somebody else was faster; or we were, in a try whose end was not known to us: then the token is ours. Or the row stands for a delivery
// that was given up unbegun, and is open again: it is driven as that row's retry.
void TableLedger::keep_own(std::span<Intent> intents, const std::vector<Lost>& lost, std::vector<BeginAnswer>& answers) {
  std::vector<alert::DeliveryId> ids;
  for (const Lost& one : lost) { ids.push_back(intents[one.place].id); }
  const auto rows = m_table->rows(ids);
  for (std::size_t i = 0; i < lost.size(); ++i) {
    Intent& intent = intents[lost[i].place];
    BeginAnswer hoped = std::exchange(answers[lost[i].place], {});
    if (!rows || (!(*rows)[i] && lost[i].failure)) {
      answers[lost[i].place] = failed_answer(rows ? *lost[i].failure : rows.error());
      continue;
    }
    const auto& row = (*rows)[i];
    if (row && row->row.delivery.attempt.token == intent.token) {
      hoped.started_at = row->row.delivery.attempt.started_at;
      answers[lost[i].place] = std::move(hoped);
    } else if (row && was_never_begun(row->row)) {
      intent.previous = row->row.delivery.attempt.token;
    }
  }
}

void TableLedger::begin_again(std::span<const Intent> intents, const std::vector<Clearance>& clearances,
                              std::vector<BeginAnswer>& answers) {
  std::map<alert::DeliveryId, Task> tasks;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    if (!intents[i].previous || clearances[i].kind == Clearance::Kind::no_such_alert) { continue; }
    tasks[intents[i].id].id = intents[i].id;
    tasks[intents[i].id].places.push_back(i);
  }
  auto settled = settle(all_of(tasks), [&](alert::LedgerDraft& draft, std::size_t i) {
    answers[i] = draft.begin(intents[i], clearances[i], m_clock_margin);
  });
  for (std::size_t i = 0; i < intents.size() && !settled; ++i) {
    if (intents[i].previous) { answers[i] = failed_answer(settled.error()); }
  }
}

}  // namespace bizcomms::aws

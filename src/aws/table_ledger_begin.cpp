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
    answers[i] = alert::begin(row, intents[i], clearances[i], {.now = m_table->now(), .clock_margin = m_clock_margin});
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
    if (row && was_never_begun(row->row)) { intents[lost[i]].previous = row->row.delivery.attempt.token; }
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
    answers[i] = draft.begin(intents[i], clearances[i], m_clock_margin);
  });
  for (std::size_t i = 0; i < intents.size() && !settled; ++i) {
    if (intents[i].previous) { answers[i] = {}; }
  }
  return settled;
}

}  // namespace bizcomms::aws

// The ledger's thorough half: news from the provider, and outcomes that meet anything but an attempt that simply waits for them.
#include <algorithm>

#include "store/ledger.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::Attempt;
using alert::AttemptState;
using alert::DeliveryId;
using alert::Outcome;
using alert::RecordVerdict;
using alert::Report;

template <class Element>
std::vector<std::size_t> in_key_order(std::span<const Element> elements, std::vector<std::size_t> places) {
  std::stable_sort(places.begin(), places.end(), [&](auto a, auto b) { return elements[a].id < elements[b].id; });
  return places;
}

// A callback outranks a claim by look-up: the loser is to be looked up again.
void take_claim(LedgerTransaction& transaction, Claim& claim, const Report& report) {
  DeliveryRow* loser = transaction.row(claim.id);
  if (loser != nullptr && loser->delivery.attempt.sid == report.sid) {  // else it has another by now
    alert::Delivery& delivery = loser->delivery;
    become_unknown(delivery.attempt, transaction.now());
    delivery.attempt.sid.reset();
    delivery.attempt.sent_at.reset();
    if (delivery.reports && delivery.reports->sid == report.sid) { delivery.reports.reset(); }
    loser->wake_at.reset();
    transaction.changed(*loser, true);
  }
  claim = {.id = report.id, .by_look_up = false, .fresh = false, .changed = true};
}

// Whose the message is that the report speaks of; nobody's: there is nothing to learn here.
DeliveryRow* owner_by_report(LedgerTransaction& transaction, DeliveryRow& named, const Report& report) {
  if (report.sid.empty()) { return &named; }
  Claim* claim = transaction.claim_for(report.sid, report.id);
  check(claim != nullptr, "open() has claimed it, or read who holds it");
  if (claim->id == report.id) {
    if (!report.asked) {
      claim->changed = claim->changed || claim->by_look_up;
      claim->by_look_up = false;
    }
    return &named;
  }
  if (!claim->by_look_up) { return nullptr; }
  DeliveryRow* holder = transaction.row(claim->id);
  if (holder != nullptr && counts_for_holder(holder->delivery.attempt, named.delivery.attempt, report)) { return holder; }
  take_claim(transaction, *claim, report);
  return &named;
}

bool is_first_news(LedgerTransaction& transaction, const Report& report) {
  const Claim* claim = transaction.claim(report.sid);
  return claim != nullptr && claim->fresh && claim->id == report.id;
}

// What a look-up found for it is somebody else's.
void give_up_guess(LedgerTransaction& transaction, alert::Delivery& delivery, const Report& report) {
  if (!disproves_guess(delivery.attempt, report, is_first_news(transaction, report))) { return; }
  Claim* guessed = transaction.claim(*delivery.attempt.sid);
  if (guessed == nullptr || guessed->id != delivery.id || !guessed->by_look_up) { return; }
  guessed->released = true;
  delivery.attempt.sid = report.sid;
  delivery.attempt.token = report.token;
}

bool merge_one(LedgerTransaction& transaction, const Report& report) {
  DeliveryRow* named = transaction.row(report.id);
  if (named == nullptr) { return false; }
  DeliveryRow* row = owner_by_report(transaction, *named, report);
  if (row == nullptr) { return true; }
  alert::Delivery& delivery = row->delivery;
  Attempt& attempt = delivery.attempt;
  Report news = report;
  if (row == named) {
    const bool first_news = is_first_news(transaction, report);
    give_up_guess(transaction, delivery, report);
    if (tells_of_same(attempt, report, first_news)) { attempt.token = report.token; }
    if (says_nothing_new(attempt, report, first_news)) { return true; }
  } else {
    news.token = attempt.token;
  }
  delivery.reports = merged(attempt, delivery.reports, news);
  const bool refused_for_all_we_knew = attempt.state == AttemptState::retry && !attempt.sid;
  if (attempt.token == news.token && (is_open(attempt.state) || refused_for_all_we_knew)) {
    settle_as_sent(attempt, report.sid, report.at);
  }
  if (is_to_be_resent(attempt, *delivery.reports, news)) {
    resend(attempt, transaction.now() + news.resending->after);
    row->wake_at.reset();
  }
  transaction.changed(*row, true);
  return true;
}

RecordVerdict record_stale(LedgerTransaction& transaction, const Outcome& outcome) {
  const DeliveryRow* row = transaction.row(outcome.id);
  if (!outcome.sid || row == nullptr) { return RecordVerdict::stale; }
  Claim* claim = transaction.claim_for(*outcome.sid, outcome.id);
  if (outcome.looked_up) {
    if (claim != nullptr && claim->fresh && claim->id == outcome.id) { claim->released = true; }
    return RecordVerdict::stale;
  }
  if (claim != nullptr && claim->id != outcome.id) { return RecordVerdict::sid_taken; }
  const Attempt& attempt = row->delivery.attempt;
  // A callback was faster than the answer that it follows.
  const bool known = attempt.token == outcome.token && attempt.sid == outcome.sid;
  merge_one(transaction, {.id = outcome.id, .token = outcome.token, .sid = *outcome.sid, .at = transaction.now()});
  return known ? RecordVerdict::recorded : RecordVerdict::stale;
}

RecordVerdict record_sent(LedgerTransaction& transaction, DeliveryRow& row, const Outcome& outcome) {
  Claim* claim = transaction.claim_for(*outcome.sid, outcome.id);
  if (claim == nullptr || claim->id != outcome.id) { return RecordVerdict::sid_taken; }
  if (claim->fresh && outcome.looked_up) {
    claim->by_look_up = true;
    claim->changed = true;
  }
  settle_as_sent(row.delivery.attempt, *outcome.sid, transaction.now());
  transaction.changed(row, false);
  return RecordVerdict::recorded;
}

RecordVerdict record_one(LedgerTransaction& transaction, const Outcome& outcome) {
  DeliveryRow* row = transaction.row(outcome.id);
  if (row == nullptr) { return RecordVerdict::stale; }
  Attempt& attempt = row->delivery.attempt;
  if (attempt.token != outcome.token || !is_open(attempt.state)) { return record_stale(transaction, outcome); }
  if (outcome.kind == Outcome::Kind::sent) { return record_sent(transaction, *row, outcome); }
  const Time due_at = transaction.now() + outcome.due_in;
  if (outcome.kind == Outcome::Kind::unknown) {
    become_unknown(attempt, due_at);
    attempt.looks += outcome.looked ? 1 : 0;
  } else {
    const bool over = outcome.kind == Outcome::Kind::failed;
    attempt.state = over ? AttemptState::failed : AttemptState::retry;
    attempt.lease_until.reset();
    attempt.due_at = over ? std::nullopt : std::optional(due_at);
    if (!over) {  // it does not count
      --attempt.number;
      ++attempt.looks;
    }
  }
  attempt.error_code = outcome.error_code;
  attempt.reason = outcome.reason;
  row->wake_at.reset();
  transaction.changed(*row, false);
  return RecordVerdict::recorded;
}

// Deliveries that may lose a SID to a report.
std::vector<DeliveryId> losers(const LedgerTransaction& transaction, std::span<const Report> reports) {
  std::vector<DeliveryId> ids;
  for (const Report& report : reports) {
    const auto found = transaction.claims().find(report.sid);
    if (found != transaction.claims().end() && found->second.id != report.id && found->second.by_look_up) {
      ids.push_back(found->second.id);
    }
  }
  return ids;
}

// Messages that look-ups may have found for deliveries of which the reports name others.
Status load_guesses(LedgerTransaction& transaction, std::span<const Report> reports) {
  std::vector<alert::ProviderId> sids;
  for (const Report& report : reports) {
    const DeliveryRow* row = transaction.row(report.id);
    if (row != nullptr && disproves_guess(row->delivery.attempt, report, is_first_news(transaction, report))) {
      sids.push_back(*row->delivery.attempt.sid);
    }
  }
  return sids.empty() ? Status{} : transaction.load_claims(sids);
}

}  // namespace

Status PostgresLedger::record_other(std::span<const Outcome> outcomes, const Places& places, std::vector<RecordVerdict>& verdicts) {
  auto connection = m_pool.take();
  if (!connection) { return connection.error(); }
  std::vector<DeliveryId> ids;
  std::vector<WantedClaim> claims;
  const Places ordered = in_key_order(outcomes, places);
  for (const std::size_t place : ordered) {
    ids.push_back(outcomes[place].id);
    if (outcomes[place].sid) { claims.push_back({.sid = *outcomes[place].sid, .id = outcomes[place].id}); }
  }
  LedgerTransaction transaction(**connection);
  if (const auto opened = transaction.open(ids, claims); !opened) { return opened.error(); }
  std::vector<Report> answers;
  for (const std::size_t place : ordered) {
    const Outcome& outcome = outcomes[place];
    if (outcome.sid && !outcome.looked_up) { answers.push_back({.id = outcome.id, .token = outcome.token, .sid = *outcome.sid}); }
  }
  if (const auto loaded = load_guesses(transaction, answers); !loaded) { return loaded.error(); }
  for (const std::size_t place : ordered) { verdicts[place] = record_one(transaction, outcomes[place]); }
  return transaction.commit();
}

Result<std::vector<bool>> PostgresLedger::merge_group(std::span<const Report> reports) {
  auto connection = m_pool.take();
  if (!connection) { return connection.error(); }
  Places all(reports.size());
  for (std::size_t i = 0; i < all.size(); ++i) { all[i] = i; }
  all = in_key_order(reports, std::move(all));
  std::vector<DeliveryId> ids;
  std::vector<WantedClaim> claims;
  for (const std::size_t place : all) {
    ids.push_back(reports[place].id);
    if (!reports[place].sid.empty()) { claims.push_back({.sid = reports[place].sid, .id = reports[place].id}); }
  }
  LedgerTransaction transaction(**connection);
  if (const auto opened = transaction.open(ids, claims); !opened) { return opened.error(); }
  if (const auto losing = losers(transaction, reports); !losing.empty()) {
    if (const auto loaded = transaction.load(losing); !loaded) { return loaded.error(); }
  }
  if (const auto loaded = load_guesses(transaction, reports); !loaded) { return loaded.error(); }
  std::vector<bool> answers(reports.size());
  for (const std::size_t place : all) { answers[place] = merge_one(transaction, reports[place]); }
  if (const auto committed = transaction.commit(); !committed) { return committed.error(); }
  return answers;
}

Result<std::vector<bool>> PostgresLedger::merge(std::span<const Report> reports) {
  if (reports.empty()) { return std::vector<bool>{}; }
  if (reports.size() > 1) {
    return repeating([&] { return merge_group(reports); });
  }
  const auto known = m_merging.run(reports.front());
  if (!known) { return known.error(); }
  return std::vector<bool>{*known};
}

void PostgresLedger::merge_gathered(std::vector<Merging::Call*>& calls) {
  std::vector<Report> reports;
  for (const auto* call : calls) { reports.push_back(call->request); }
  const auto answers = repeating([&] { return merge_group(reports); });
  if (answers || calls.size() == 1) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      calls[i]->answer = answers ? Result<bool>((*answers)[i]) : Result<bool>(answers.error());
    }
    return;
  }
  for (auto* call : calls) {  // each fails only by its own fault
    const auto one = repeating([&] { return merge_group(std::span(&call->request, 1)); });
    call->answer = one ? Result<bool>(one->front()) : Result<bool>(one.error());
  }
}

}  // namespace bizcomms::store

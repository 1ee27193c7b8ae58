#include "bizcomms/alert/ledger_draft.hpp"

#include <algorithm>

namespace bizcomms::alert {

std::optional<Time> wakes_at(const LedgerRow& row) {
  const Attempt& attempt = row.delivery.attempt;
  if (attempt.state == AttemptState::sending) { return row.hidden_until; }
  const bool waits = attempt.state == AttemptState::retry || attempt.state == AttemptState::unknown;
  if (!waits || !attempt.due_at || is_settled(attempt, row.delivery.reports)) { return std::nullopt; }
  return row.hidden_until ? std::max(*row.hidden_until, *attempt.due_at) : *attempt.due_at;
}

void LedgerDraft::load(const LedgerRow& row) { m_rows.try_emplace(row.delivery.id, row); }

void LedgerDraft::load(const ProviderId& sid, const Claim& claim) {
  Claim& loaded = m_claims[sid];
  loaded.id = claim.id;
  loaded.by_look_up = claim.by_look_up;
}

LedgerRow* LedgerDraft::row(const DeliveryId& id) {
  const auto found = m_rows.find(id);
  return found == m_rows.end() ? nullptr : &found->second;
}

Claim* LedgerDraft::claim(const ProviderId& sid) {
  const auto found = m_claims.find(sid);
  return found == m_claims.end() ? nullptr : &found->second;
}

// One that is nobody's becomes that delivery's.
Claim& LedgerDraft::claim_for(const ProviderId& sid, const DeliveryId& id) {
  const auto [found, inserted] = m_claims.try_emplace(sid);
  if (inserted || found->second.released) { found->second = {.id = id, .fresh = true, .changed = true}; }
  return found->second;
}

std::vector<DeliveryId> LedgerDraft::losers(std::span<const Report> reports) const {
  std::vector<DeliveryId> ids;
  for (const Report& report : reports) {
    const auto found = m_claims.find(report.sid);
    if (found != m_claims.end() && found->second.id != report.id && found->second.by_look_up) { ids.push_back(found->second.id); }
  }
  return ids;
}

std::vector<ProviderId> LedgerDraft::guesses(std::span<const Report> reports) {
  std::vector<ProviderId> sids;
  for (const Report& report : reports) {
    const LedgerRow* named = row(report.id);
    if (named != nullptr && disproves_guess(named->delivery.attempt, report, is_first_news(report))) {
      sids.push_back(*named->delivery.attempt.sid);
    }
  }
  return sids;
}

void LedgerDraft::change(const LedgerRow& row, bool dirty) {
  const DeliveryId& id = row.delivery.id;
  m_changed.insert(id);
  bool& marked = m_touched[{id.alert, id.batch}];
  marked = marked || dirty;
}

bool LedgerDraft::is_first_news(const Report& report) {
  if (report.sid.empty()) { return false; }
  const Claim* known = claim(report.sid);
  return known == nullptr || known->released || (known->fresh && known->id == report.id);
}

// A callback outranks a claim by look-up: the loser is to be looked up again.
void LedgerDraft::take_claim(Claim& claim, const Report& report) {
  LedgerRow* loser = row(claim.id);
  if (loser != nullptr && loser->delivery.attempt.sid == report.sid) {  // else it has another by now
    Delivery& delivery = loser->delivery;
    become_unknown(delivery.attempt, m_now);
    delivery.attempt.sid.reset();
    delivery.attempt.sent_at.reset();
    if (delivery.reports && delivery.reports->sid == report.sid) { delivery.reports.reset(); }
    loser->hidden_until.reset();
    change(*loser, true);
  }
  claim = {.id = report.id, .by_look_up = false, .fresh = false, .changed = true};
}

// Whose the message is that the report speaks of; nobody's: there is nothing to learn here.
LedgerRow* LedgerDraft::owner_by_report(LedgerRow& named, const Report& report) {
  if (report.sid.empty()) { return &named; }
  Claim& claim = claim_for(report.sid, report.id);
  if (claim.id == report.id) {
    if (!report.asked) {
      claim.changed = claim.changed || claim.by_look_up;
      claim.by_look_up = false;
    }
    return &named;
  }
  if (!claim.by_look_up) { return nullptr; }
  LedgerRow* holder = row(claim.id);
  if (holder != nullptr && counts_for_holder(holder->delivery.attempt, named.delivery.attempt, report)) { return holder; }
  take_claim(claim, report);
  return &named;
}

// What a look-up found for it is somebody else's.
void LedgerDraft::give_up_guess(Delivery& delivery, const Report& report, bool first_news) {
  if (!disproves_guess(delivery.attempt, report, first_news)) { return; }
  Claim* guessed = claim(*delivery.attempt.sid);
  if (guessed == nullptr || guessed->id != delivery.id || !guessed->by_look_up) { return; }
  guessed->released = true;
  delivery.attempt.sid = report.sid;
  delivery.attempt.token = report.token;
}

bool LedgerDraft::merge(const Report& report) {
  LedgerRow* named = row(report.id);
  if (named == nullptr) { return false; }
  const bool first_news = is_first_news(report);
  LedgerRow* owner = owner_by_report(*named, report);
  if (owner == nullptr) { return true; }
  Delivery& delivery = owner->delivery;
  Attempt& attempt = delivery.attempt;
  Report news = report;
  if (owner == named) {
    give_up_guess(delivery, report, first_news);
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
    resend(attempt, m_now + news.resending->after);
    owner->hidden_until.reset();
  }
  change(*owner, true);
  return true;
}

RecordVerdict LedgerDraft::record_stale(const Outcome& outcome) {
  const LedgerRow* owner = row(outcome.id);
  if (!outcome.sid || owner == nullptr) { return RecordVerdict::stale; }
  if (outcome.looked_up) {
    Claim* known = claim(*outcome.sid);
    if (known != nullptr && known->fresh && known->id == outcome.id) { known->released = true; }
    return RecordVerdict::stale;
  }
  const Attempt& attempt = owner->delivery.attempt;
  // A callback was faster than the answer that it follows.
  const bool known = attempt.token == outcome.token && attempt.sid == outcome.sid;
  const Claim* held = claim(*outcome.sid);
  if (held != nullptr && !held->released && held->id != outcome.id) { return RecordVerdict::sid_taken; }
  merge({.id = outcome.id, .token = outcome.token, .sid = *outcome.sid, .at = m_now});
  return known ? RecordVerdict::recorded : RecordVerdict::stale;
}

RecordVerdict LedgerDraft::record_sent(LedgerRow& row, const Outcome& outcome) {
  Claim& claim = claim_for(*outcome.sid, outcome.id);
  if (claim.id != outcome.id) { return RecordVerdict::sid_taken; }
  if (claim.fresh && outcome.looked_up) {
    claim.by_look_up = true;
    claim.changed = true;
  }
  settle_as_sent(row.delivery.attempt, *outcome.sid, m_now);
  change(row, false);
  return RecordVerdict::recorded;
}

RecordVerdict LedgerDraft::record(const Outcome& outcome) {
  LedgerRow* named = row(outcome.id);
  if (named == nullptr) { return RecordVerdict::stale; }
  Attempt& attempt = named->delivery.attempt;
  if (attempt.token != outcome.token || !is_open(attempt.state)) { return record_stale(outcome); }
  if (outcome.kind == Outcome::Kind::sent) { return record_sent(*named, outcome); }
  const Time due_at = m_now + outcome.due_in;
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
  named->hidden_until.reset();
  change(*named, false);
  return RecordVerdict::recorded;
}

}  // namespace bizcomms::alert

// The rules of begin.
#include "bizcomms/alert/ledger_draft.hpp"

namespace bizcomms::alert {
namespace {

// Whether the cell before this one may have sent it: it has no row, or one that may not be the last.
bool is_doubtful(const LedgerRow& row, const Clearance& clearance, const BeginTime& time) {
  if (!clearance.taken_over_at) { return false; }
  if (was_never_begun(row)) { return true; }
  const Attempt& last = row.delivery.attempt;
  const bool failed_inherited = last.number == 0 && last.sid;  // the cell before may have sent it again
  return last.started_at < *clearance.taken_over_at + time.clock_margin || failed_inherited;
}

Attempt next_attempt(const Attempt& last, const Intent& intent, const Clearance& clearance, Time now) {
  return {.token = intent.token,
          .number = last.number + 1,
          .looks = last.looks,
          .started_at = now,
          .account = intent.account,
          .sender = clearance.sender.empty() ? intent.sender : clearance.sender,
          .body_hash = intent.body_hash,
          .resent = last.resent};
}

BeginAnswer withdraw(Attempt& attempt, const Clearance& clearance) {
  attempt.state = clearance.withdrawn_as;
  attempt.lease_until.reset();
  attempt.due_at.reset();
  attempt.error_code.reset();
  attempt.reason = clearance.reason;
  return {.verdict = BeginVerdict::withdrawn};
}

BeginAnswer doubt(Attempt& attempt, Time now) {
  attempt.number = 0;
  attempt.looks = 0;
  become_unknown(attempt, now);
  return {.verdict = BeginVerdict::doubtful};
}

}  // namespace

bool was_never_begun(const LedgerRow& row) { return !row.phone_version; }

BeginAnswer begin(LedgerRow& row, const Intent& intent, const Clearance& clearance, const BeginTime& time) {
  Attempt& attempt = row.delivery.attempt;
  if (clearance.kind == Clearance::Kind::withdrawn) {
    if (!intent.previous) {
      attempt = {
          .token = intent.token, .started_at = time.now, .account = intent.account, .sender = intent.sender, .body_hash = intent.body_hash};
    }
    return withdraw(attempt, clearance);
  }
  const bool doubtful = is_doubtful(row, clearance, time);
  attempt = next_attempt(attempt, intent, clearance, time.now);
  row.phone_version = clearance.phone_version;
  if (doubtful) { return doubt(attempt, time.now); }
  attempt.lease_until = time.now + intent.lease;
  return {.verdict = BeginVerdict::begun,
          .phone_number = clearance.phone_number,
          .attempt = attempt.number,
          .sender = clearance.sender,
          .started_at = time.now};
}

BeginAnswer LedgerDraft::begin(const Intent& intent, const Clearance& clearance, Millis clock_margin) {
  LedgerRow* known = row(intent.id);
  if (known == nullptr) { return {}; }
  const Attempt& attempt = known->delivery.attempt;
  if (attempt.token != *intent.previous || !may_begin_again(attempt, known->delivery.reports)) { return {}; }
  auto answer = alert::begin(*known, intent, clearance, {.now = m_now, .clock_margin = clock_margin});
  known->hidden_until = attempt.lease_until ? std::optional(*attempt.lease_until + clock_margin) : std::nullopt;
  change(*known, answer.verdict == BeginVerdict::withdrawn);
  return answer;
}

}  // namespace bizcomms::alert

// How the two halves of a delivery become what a caller sees, and how a report becomes part of its half. Any order of the same
// reports ends in the same state: a delivered message counts for ever; one that was taken though we thought it refused counts as
// sent; otherwise the current attempt's own message speaks, by its highest rank.
#include <algorithm>

#include "bizcomms/alert/delivery.hpp"

namespace bizcomms::alert {

namespace {

// What the reports prove about the delivery as a whole.
enum class Proof : std::uint8_t {
  nothing,
  outlived,  // a message failed that is being sent once more, or has been
  failed,    // the current message failed
  taken,     // Twilio has one that has not failed
  delivered,
};

bool is_current(const Attempt& attempt, const AttemptToken& token, const ProviderId& sid) {
  return token == attempt.token && (!attempt.sid || *attempt.sid == sid);
}

bool is_current(const Attempt& attempt, const Reports& reports) { return is_current(attempt, reports.token, reports.sid); }

bool has_sid(const std::optional<Reports>& reports) { return reports && reports->rank >= 0; }

Proof proof(const Attempt& attempt, const std::optional<Reports>& reports) {
  if (!has_sid(reports)) { return Proof::nothing; }
  if (reports->delivered_at || reports->kind == ReportKind::delivered) { return Proof::delivered; }
  if (reports->kind != ReportKind::failed) { return Proof::taken; }
  const bool being_retried = attempt.state == AttemptState::retry && attempt.sid == reports->sid;
  return is_current(attempt, *reports) && !being_retried ? Proof::failed : Proof::outlived;
}

DeliveryStatus status_without_proof(AttemptState state) {
  switch (state) {
    case AttemptState::sending:
      return DeliveryStatus::sending;
    case AttemptState::sent:
      return DeliveryStatus::sent;
    case AttemptState::retry:
      return DeliveryStatus::pending;
    case AttemptState::unknown:
      return DeliveryStatus::unknown;
    case AttemptState::failed:
      return DeliveryStatus::failed;
    case AttemptState::cancelled:
      return DeliveryStatus::cancelled;
  }
  return DeliveryStatus::unknown;
}

DeliveryStatus status_of(AttemptState state, Proof proven) {
  switch (proven) {
    case Proof::nothing:
      return status_without_proof(state);
    case Proof::failed:
      return DeliveryStatus::failed;
    case Proof::taken:
      return DeliveryStatus::sent;
    case Proof::delivered:
      return DeliveryStatus::delivered;
    case Proof::outlived:
      break;
  }
  // It was shown as sent once: while the next try is open it stays so; called off, the failure is what remains.
  const bool over = state == AttemptState::failed || state == AttemptState::cancelled;
  return over ? DeliveryStatus::failed : DeliveryStatus::sent;
}

bool is_final(ReportKind kind) { return kind == ReportKind::delivered || kind == ReportKind::failed; }

void keep_earliest(std::optional<Time>& kept, Time at) { kept = kept ? std::min(*kept, at) : at; }

void take(Reports& reports, const Report& report) {
  reports.sid = report.sid;
  reports.token = report.token;
  reports.rank = report.rank;
  reports.kind = report.kind;
  reports.error_code = report.error_code;
  reports.reason = report.reason;
}

// Whether the news moves the message it speaks of, which the reports already follow.
bool rises(const Reports& reports, const Report& report) {
  return report.rank > reports.rank && (is_final(report.kind) || !is_final(reports.kind));
}

// Whether the news is about a message that counts more than the one the reports follow.
bool outweighs(const Attempt& attempt, const Reports& reports, const Report& report) {
  if (reports.kind == ReportKind::delivered) {
    return report.kind == ReportKind::delivered && is_current(attempt, report.token, report.sid);
  }
  if (report.kind == ReportKind::delivered) { return true; }
  if (!is_current(attempt, report.token, report.sid)) { return is_current(attempt, reports) || reports.kind == ReportKind::failed; }
  const bool same_attempt = is_current(attempt, reports);  // one request, two messages: the one that has not failed counts
  return reports.kind == ReportKind::failed && (!same_attempt || report.kind != ReportKind::failed);
}

bool applies(const Attempt& attempt, const std::optional<Reports>& reports, const Report& report) {
  // The failure of an earlier attempt's message says nothing about the current one.
  if (report.kind == ReportKind::failed && !is_current(attempt, report.token, report.sid)) { return false; }
  if (!has_sid(reports)) { return true; }
  return reports->sid == report.sid ? rises(*reports, report) : outweighs(attempt, *reports, report);
}

// The failure of a message that we do not know may be an earlier attempt's, unless there were none.
bool is_its_own(const Attempt& attempt, const Report& report, bool first_news) {
  if (attempt.token == report.token) { return true; }
  const bool may_lack_it = attempt.state == AttemptState::unknown || attempt.state == AttemptState::sent;
  return first_news && may_lack_it && (report.kind != ReportKind::failed || is_inherited(attempt));
}

}  // namespace

VisibleDelivery visible(const Attempt& attempt, const std::optional<Reports>& reports) {
  const Proof proven = proof(attempt, reports);
  VisibleDelivery seen;
  seen.status = status_of(attempt.state, proven);
  seen.sid = attempt.sid;
  seen.sent_at = attempt.sent_at;
  if (reports) {
    const bool follows_other = proven == Proof::outlived && attempt.sid;
    if (has_sid(reports) && !follows_other) { seen.sid = reports->sid; }
    if (!seen.sent_at) { seen.sent_at = reports->accepted_at; }
    seen.delivered_at = reports->delivered_at;
    seen.acknowledged_at = reports->acknowledged_at;
  }
  if (seen.status == DeliveryStatus::sent || seen.status == DeliveryStatus::delivered) { return seen; }
  const bool report_speaks = proven == Proof::failed || (proven == Proof::outlived && attempt.state == AttemptState::cancelled);
  seen.error_code = report_speaks ? reports->error_code : attempt.error_code;
  seen.reason = report_speaks ? reports->reason : attempt.reason;
  return seen;
}

Reports merged(const Attempt& attempt, const std::optional<Reports>& reports, const Report& report) {
  Reports result = reports.value_or(Reports{});
  if (report.acknowledged) { keep_earliest(result.acknowledged_at, report.at); }
  if (report.kind == ReportKind::failed && !is_current(attempt, report.token, report.sid)) { return result; }
  keep_earliest(result.accepted_at, report.at);
  if (applies(attempt, reports, report)) { take(result, report); }
  if (result.kind == ReportKind::delivered && report.kind == ReportKind::delivered) { keep_earliest(result.delivered_at, report.at); }
  return result;
}

bool is_to_be_resent(const Attempt& attempt, const Reports& reports, const Report& report) {
  return report.resending && attempt.state == AttemptState::sent && attempt.resent < report.resending->times && report.sid == reports.sid &&
         report.token == attempt.token && proof(attempt, reports) == Proof::failed;
}

void resend(Attempt& attempt, Time due_at) {
  attempt.state = AttemptState::retry;
  attempt.looks = 0;
  attempt.due_at = due_at;
  ++attempt.resent;
}

bool may_begin_again(const Attempt& attempt, const std::optional<Reports>& reports) {
  const Proof proven = proof(attempt, reports);
  return attempt.state == AttemptState::retry && (proven == Proof::nothing || proven == Proof::outlived);
}

bool counts_for_holder(const Attempt& holder, const Attempt& named, const Report& report) {
  return holder.sid == report.sid && named.token != report.token && named.body_hash == holder.body_hash &&
         holder.body_hash != BodyHash{};  // calls have none
}

bool disproves_guess(const Attempt& attempt, const Report& report, bool first_news) {
  return attempt.sid && !report.sid.empty() && *attempt.sid != report.sid && is_its_own(attempt, report, first_news);
}

bool says_nothing_new(const Attempt& attempt, const Report& report, bool first_news) {
  const bool of_earlier = report.token != attempt.token && !report.sid.empty();
  return of_earlier && attempt.resent > 0 && !first_news && report.kind != ReportKind::delivered && !report.acknowledged;
}

bool tells_of_same(const Attempt& attempt, const Report& report, bool first_news) {
  if (report.sid.empty()) { return false; }
  if (attempt.state == AttemptState::unknown) { return is_its_own(attempt, report, first_news); }
  return attempt.state == AttemptState::sent && attempt.sid == report.sid;
}

bool is_settled(const Attempt& attempt, const std::optional<Reports>& reports) {
  const Proof proven = proof(attempt, reports);
  if (proven != Proof::nothing && proven != Proof::outlived) { return true; }
  return attempt.state == AttemptState::sent || attempt.state == AttemptState::failed || attempt.state == AttemptState::cancelled;
}

}  // namespace bizcomms::alert

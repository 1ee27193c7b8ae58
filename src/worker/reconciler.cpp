#include "worker/reconciler.hpp"

#include <map>
#include <set>
#include <utility>

namespace bizcomms::worker {

using alert::Outcome;

namespace {

constexpr std::array<const char*, 4> k_judgement_names{"found", "absent", "cannot tell", "given up"};

alert::LookupQuestion question_of(const alert::Delivery& delivery) {
  const alert::Attempt& attempt = delivery.attempt;
  return {.id = delivery.id,
          .to = *delivery.phone_number,
          .account = attempt.account,
          .sender = attempt.sender,
          .body_hash = attempt.body_hash,
          .started_at = sought_since(delivery)};
}

// Nothing for `absent`, which is absolved instead.
std::optional<Outcome> outcome_of(const alert::Delivery& delivery, const Judgement& judgement) {
  Outcome outcome{.id = delivery.id, .token = delivery.attempt.token};
  switch (judgement.kind) {
    case Judgement::Kind::absent:
      return std::nullopt;
    case Judgement::Kind::found:
      outcome.kind = Outcome::Kind::sent;
      outcome.sid = judgement.sid;
      outcome.looked_up = true;
      break;
    case Judgement::Kind::cannot_tell:
      outcome.kind = Outcome::Kind::unknown;
      outcome.due_in = judgement.look_in;
      outcome.looked = judgement.looked;
      outcome.error_code = delivery.attempt.error_code;
      outcome.reason = delivery.attempt.reason;
      break;
    case Judgement::Kind::given_up:
      outcome.kind = Outcome::Kind::failed;
      outcome.reason = judgement.reason;
      break;
  }
  return outcome;
}

}  // namespace

Reconciler::Reconciler(const Context& context, Unknowns& unknowns)
    : m_context(context), m_unknowns(unknowns), m_random(context.random(RandomStream::reconciler)) {}

void Reconciler::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Rows rows;
    const int most = m_context.traffic->may_send() ? m_context.settings.lookup_group_max : 1;
    for (Unknown& unknown : m_unknowns.take(static_cast<std::size_t>(most), stop)) {
      const bool ours = m_context.clock.steady() - unknown.taken_at < m_context.settings.due_hidden_for;
      if (ours) { rows.push_back(std::move(unknown.due)); }  // else it has come due again, to somebody who looks sooner
    }
    if (rows.empty()) { continue; }
    reconcile(rows, stop);
    pause_while_out(stop);
  }
}

// Who is out is asked little, and one at a time.
void Reconciler::pause_while_out(const std::stop_token& stop) const {
  const auto until = m_context.clock.steady() + m_context.settings.breaker.probe_first;
  while (!m_context.traffic->may_send() && m_context.clock.steady() < until && sleep_for(stop, m_context.settings.sweep_interval)) {}
}

void Reconciler::reconcile(const Rows& rows, const std::stop_token& stop) {
  const auto seen = look(rows, stop);
  if (!seen) { return; }  // they come due again
  std::vector<Outcome> outcomes;
  std::vector<std::pair<alert::DeliveryId, alert::AttemptToken>> absent;
  std::set<alert::ProviderId> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const alert::Delivery& delivery = rows[i].delivery;
    const Judgement judgement = judge(delivery, rows[i].now, (*seen)[i], m_context.settings.delivery);
    if (judgement.sid && !found.insert(*judgement.sid).second) { continue; }  // its twin takes it; this one comes due again
    // Frozen since we asked who has claimed what: somebody may have set its message free. It comes due again.
    const bool late = m_context.clock.steady() - m_asked_for_claims >= m_context.settings.delivery.request_timeout;
    if (late && judgement.kind == Judgement::Kind::absent) { continue; }
    tell(rows[i], judgement);
    if (auto outcome = outcome_of(delivery, judgement)) {
      outcomes.push_back(std::move(*outcome));
    } else {
      absent.emplace_back(delivery.id, delivery.attempt.token);
    }
  }
  absolve(absent);
  record(std::move(outcomes), stop);
  recount(rows);
}

Result<std::vector<std::optional<Seen>>> Reconciler::look(const Rows& rows, const std::stop_token& stop) {
  std::vector<std::optional<Seen>> all(rows.size());
  std::vector<alert::LookupQuestion> questions;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].delivery.phone_number) { continue; }  // erased: nobody can be asked
    questions.push_back(question_of(rows[i].delivery));
    places.push_back(i);
  }
  if (questions.empty()) { return all; }
  auto answers = m_context.ports.lookup.look_up(questions);
  for (std::size_t i = 0; i < answers.size() && i < places.size(); ++i) {
    if (answers[i]) {
      all[places[i]] = Seen{.candidates = std::move(*answers[i])};
    } else {
      m_context.log.warning("The provider's lists cannot tell", answers[i].error(), {{"alert_id", questions[i].id.alert.to_string()}});
    }
  }
  if (auto marked = mark_contested(rows, all, stop); !marked) { return marked.error(); }
  if (auto marked = mark_claimed(all, stop); !marked) { return marked.error(); }
  return all;
}

Status Reconciler::mark_contested(const Rows& rows, std::vector<std::optional<Seen>>& all, const std::stop_token& stop) {
  std::vector<std::pair<alert::DeliveryId, Time>> calls;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].delivery.id.channel != alert::Channel::voice || !all[i] || all[i]->candidates.empty()) { continue; }
    calls.emplace_back(rows[i].delivery.id, contested_since(rows[i].delivery, m_context.settings.delivery));
    places.push_back(i);
  }
  if (calls.empty()) { return {}; }
  const auto contested = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                      [&] { return m_context.ports.ledger.contested(calls); });
  if (!contested) { return contested.error(); }
  for (std::size_t i = 0; i < places.size(); ++i) { all[places[i]]->contested = (*contested)[i]; }
  return {};
}

Status Reconciler::mark_claimed(std::vector<std::optional<Seen>>& all, const std::stop_token& stop) {
  std::vector<alert::ProviderId> sids;
  for (const auto& seen : all) {
    if (!seen) { continue; }
    for (const alert::Candidate& candidate : seen->candidates) { sids.push_back(candidate.sid); }
  }
  m_asked_for_claims = m_context.clock.steady();
  if (sids.empty()) { return {}; }
  const auto claimed = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                    [&] { return m_context.ports.ledger.claimed(sids); });
  if (!claimed) { return claimed.error(); }
  std::size_t place = 0;
  for (auto& seen : all) {
    if (!seen) { continue; }
    for (std::size_t i = 0; i < seen->candidates.size(); ++i) { seen->claimed.push_back((*claimed)[place++]); }
  }
  return {};
}

void Reconciler::record(std::vector<Outcome> outcomes, const std::stop_token& stop) {
  if (outcomes.empty()) { return; }
  const auto write = [&] {
    return persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                        [&] { return m_context.ports.ledger.record(outcomes); });
  };
  const auto verdicts = write();
  if (!verdicts) {
    m_context.log.error("What was looked up cannot be recorded", verdicts.error());
    return;
  }
  // Somebody was faster with that SID: still unknown, to be looked up again.
  std::vector<Outcome> again;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if ((*verdicts)[i] != alert::RecordVerdict::sid_taken) { continue; }
    outcomes[i].kind = Outcome::Kind::unknown;
    outcomes[i].sid.reset();
    outcomes[i].due_in = m_context.settings.delivery.request_timeout;
    again.push_back(outcomes[i]);
  }
  if (again.empty()) { return; }
  outcomes = std::move(again);
  if (const auto second = write(); !second) { m_context.log.error("What was looked up cannot be recorded", second.error()); }
}

// At once or not at all: later, somebody may have set a message of theirs free. They come due again.
void Reconciler::absolve(const std::vector<std::pair<alert::DeliveryId, alert::AttemptToken>>& absent) {
  if (absent.empty()) { return; }
  const auto absolved = m_context.ports.ledger.absolve(absent);
  if (!absolved) { m_context.log.error("What was never taken cannot be freed to be sent again", absolved.error()); }
}

void Reconciler::recount(const Rows& rows) {
  std::map<alert::AlertId, std::set<std::int32_t>> batches;
  for (const alert::DueDelivery& row : rows) { batches[row.delivery.id.alert].insert(row.delivery.id.batch); }
  for (const auto& entry : batches) {
    auto work = std::make_shared<Work>();
    work->alert.id = entry.first;
    work->batches.assign(entry.second.begin(), entry.second.end());
    m_context.traffic->add(std::move(work));
  }
}

void Reconciler::tell(const alert::DueDelivery& row, const Judgement& judgement) const {
  const auto place = static_cast<std::size_t>(judgement.kind);
  m_context.meters.judged[place]->add();
  m_context.log.info("Looked up a delivery of unknown outcome", {{"alert_id", row.delivery.id.alert.to_string()},
                                                                 {"recipient_id", row.delivery.id.recipient.to_string()},
                                                                 {"judgement", k_judgement_names[place]},
                                                                 {"looks", row.delivery.attempt.looks + 1}});
}

}  // namespace bizcomms::worker

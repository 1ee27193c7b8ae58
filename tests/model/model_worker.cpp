// The model's workers: what the dispatcher, the recorder, the sweeper and the reconciler do, a step at a time.
#include <algorithm>

#include <fmt/format.h>

#include "model/protocol_model.hpp"
#include "worker/outcome.hpp"

namespace bizcomms::model {

using namespace alert;

namespace {

constexpr Millis k_hidden_for{60s};

BodyHash hash_of(const Scenario& scenario, int text) {
  return scenario.channel == Channel::voice ? BodyHash{} : BodyHash{static_cast<std::uint8_t>(text)};
}

}  // namespace

std::vector<DeliveryId> Model::not_begun() const {
  std::vector<DeliveryId> ids;
  for (const DeliveryId& id : m_deliveries) {
    if (!m_store.state().deliveries.contains(id)) { ids.push_back(id); }
  }
  return ids;
}

bool Model::anything_due() const {
  const Time now = m_clock.now();
  const auto& rows = m_store.state().deliveries;
  return std::any_of(rows.begin(), rows.end(), [&](const auto& entry) {
    const Attempt& attempt = entry.second.delivery.attempt;
    if (attempt.lease_until && *attempt.lease_until <= now) { return true; }
    return attempt.due_at && std::max(*attempt.due_at, entry.second.hidden_until) <= now &&
           !is_settled(attempt, entry.second.delivery.reports);
  });
}

std::size_t Model::place_of(const DeliveryId& id) const {
  return static_cast<std::size_t>(std::find(m_deliveries.begin(), m_deliveries.end(), id) - m_deliveries.begin());
}

void Model::begin_one(Worker& worker) {
  const auto ids = not_begun();
  begin(worker, ids[m_chooser->one_of(std::vector<int>(ids.size(), 1))], std::nullopt);
}

void Model::begin(Worker& worker, const DeliveryId& id, std::optional<AttemptToken> previous) {
  Intent intent{.id = id,
                .token = {m_ids.next_uuid()},
                .previous = previous,
                .account = "AC",
                .sender = "+1",
                .body_hash = hash_of(m_scenario, text_of(id)),
                .lease = m_settings.lease};
  const Time lease_ends = m_clock.now() + intent.lease;
  const auto answers = m_store.begin(std::span(&intent, 1));
  if (answers->front().verdict == BeginVerdict::doubtful) { tell("{}: doubtful", place_of(id)); }
  if (answers->front().verdict != BeginVerdict::begun) { return; }
  tell("{}: begun, attempt {}", place_of(id), answers->front().attempt);
  worker.requests.push_back({.id = id, .token = intent.token, .attempt = answers->front().attempt, .lease_ends = lease_ends});
}

void Model::sweep(Worker& worker) {
  for (const DeliveryId& id : m_deliveries) { static_cast<void>(m_store.expire_leases(id.alert, id.batch)); }
  const auto rows = m_store.due(10, k_hidden_for);
  for (const DueDelivery& due : *rows) {
    const Attempt& attempt = due.delivery.attempt;
    if (attempt.state == AttemptState::retry) {
      begin(worker, due.delivery.id, attempt.token);
    } else if (m_scenario.rules.reconciles) {
      look_up(worker, due);
    } else {
      absolve(due.delivery.id, attempt.token);
    }
  }
}

void Model::absolve(const DeliveryId& id, const AttemptToken& token) {
  const std::pair absent{id, token};
  static_cast<void>(m_store.absolve(std::span(&absent, 1)));
}

void Model::look_up(Worker& worker, DueDelivery due) {
  LookUp look{.due = std::move(due)};
  const Delivery& delivery = look.due.delivery;
  look.seen.candidates = m_provider.listed(text_of(delivery.id), worker::sought_since(delivery));
  if (m_scenario.channel == alert::Channel::voice && m_scenario.rules.asks_for_other_calls) {
    const std::pair call{delivery.id, worker::contested_since(delivery, m_settings)};
    look.seen.contested = m_store.contested(std::span(&call, 1))->front();
  }
  std::vector<ProviderId> sids;
  for (const Candidate& candidate : look.seen.candidates) { sids.push_back(candidate.sid); }
  look.seen.claimed = *m_store.claimed(sids);
  worker.look_ups.push_back(std::move(look));
}

void Model::judge_one(Worker& worker) {
  const std::size_t place = m_chooser->one_of(std::vector<int>(worker.look_ups.size(), 1));
  const LookUp look = worker.look_ups[place];
  worker.look_ups.erase(worker.look_ups.begin() + static_cast<std::ptrdiff_t>(place));
  const Attempt& attempt = look.due.delivery.attempt;
  const auto judgement = worker::judge(look.due.delivery, look.due.now, look.seen, m_settings);
  Outcome outcome{.id = look.due.delivery.id, .token = attempt.token, .due_in = judgement.look_in};
  switch (judgement.kind) {
    case worker::Judgement::Kind::absent: {
      const bool stale = m_clock.now() - look.due.now >= m_settings.request_timeout;  // who has claimed what may have changed
      if (stale && m_scenario.rules.looks_go_stale) { return; }
      tell("{}: absent", place_of(outcome.id));
      return absolve(outcome.id, outcome.token);
    }
    case worker::Judgement::Kind::found:
      tell("{}: found {}", place_of(outcome.id), *judgement.sid);
      outcome.kind = Outcome::Kind::sent;
      outcome.sid = judgement.sid;
      outcome.looked_up = true;
      break;
    case worker::Judgement::Kind::cannot_tell:
      outcome.looked = judgement.looked;
      break;
    case worker::Judgement::Kind::given_up:
      tell("{}: given up: {}", place_of(outcome.id), judgement.reason);
      outcome.kind = Outcome::Kind::failed;
      outcome.reason = judgement.reason;
      break;
  }
  if (m_store.record(std::span(&outcome, 1))->front() != RecordVerdict::sid_taken) { return; }
  outcome.kind = Outcome::Kind::unknown;  // its twin was faster
  outcome.sid.reset();
  outcome.due_in = m_settings.request_timeout;
  static_cast<void>(m_store.record(std::span(&outcome, 1)));
}

void Model::leave(Worker& worker) {
  const auto request =
      std::find_if(worker.requests.begin(), worker.requests.end(), [](const Request& each) { return each.at == Request::At::begun; });
  const Millis left = request->lease_ends - m_clock.now();
  if (m_scenario.rules.checks_lease && left < DeliverySettings::needed_of_lease(m_settings.request_timeout)) {
    tell("{}: too late to leave", place_of(request->id));
    request->at = Request::At::answered;
    request->answer = Error{.code = ErrorCode::unavailable, .message = {}};
    return;
  }
  tell("{}: left", place_of(request->id));
  request->at = Request::At::on_the_wire;
  request->left_at = m_clock.now();
  m_provider.put_on_wire({.id = request->id, .token = request->token, .text = text_of(request->id), .left_at = request->left_at});
}

void Model::record(Worker& worker) {
  const auto answered =
      std::find_if(worker.requests.begin(), worker.requests.end(), [](const Request& each) { return each.at == Request::At::answered; });
  Random jitter(1);  // the same each time: a state has one future for each choice
  const auto outcome = worker::outcome_of({answered->id, answered->token}, answered->answer, m_settings, jitter);
  worker.requests.erase(answered);
  record(outcome);
}

void Model::record(const Outcome& outcome) {
  if (m_store.record(std::span(&outcome, 1))->front() != RecordVerdict::sid_taken) { return; }
  const Report insisted{.id = outcome.id, .token = outcome.token, .sid = *outcome.sid, .at = m_clock.now()};
  static_cast<void>(m_store.merge(std::span(&insisted, 1)));
}

}  // namespace bizcomms::model

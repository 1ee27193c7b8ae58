#include "model/protocol_model.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "worker/outcome.hpp"

namespace bizcomms::model {

using namespace alert;

namespace {

constexpr const char* k_phone = "+15551000001";
constexpr int k_batch = 1;
constexpr Millis k_hidden_for{60s};
constexpr Millis k_settling_step{10s};
constexpr Millis k_settling_longest{30h};

}  // namespace

Model::Model(Rules rules, int alerts, std::uint64_t seed) : m_rules(rules), m_random(seed), m_ids(m_clock, seed), m_store(m_clock) {
  const auto recipient = m_ids.next<RecipientId>();
  check(static_cast<RecipientStore&>(m_store).create(recipient, {.name = "R", .phone_number = k_phone}).has_value(), "there is a phone");
  for (int i = 0; i < alerts; ++i) {
    const auto id = m_ids.next<AlertId>();
    check(static_cast<AlertStore&>(m_store).create(id, {.title = "T", .message = "M"}, std::nullopt, "").has_value(), "there is an alert");
    check(m_store.expand(id, 500).has_value(), "the alert has its batch");
    m_deliveries.push_back({.alert = id, .batch = k_batch, .recipient = recipient});
  }
}

void Model::tell(std::string what) {
  m_story.push_back(fmt::format("{:>6} s  {}", (m_clock.now() - m_deliveries.front().alert.uuid.time()) / 1s, std::move(what)));
}

Model::Worker& Model::some_worker() { return m_workers[m_random.below(m_workers.size())]; }

template <class T>
T Model::take_some(std::vector<T>& from) {
  const auto place = from.begin() + static_cast<std::ptrdiff_t>(m_random.below(from.size()));
  T taken = std::move(*place);
  from.erase(place);
  return taken;
}

void Model::run(int steps) {
  for (int i = 0; i < steps; ++i) { step(); }
}

void Model::step() {
  Worker& worker = some_worker();
  const auto dice = m_random.below(100);
  if (dice < 8) {
    begin_anew();
  } else if (dice < 22) {
    leave(worker);
  } else if (dice < 36) {
    reach_provider();
  } else if (dice < 50) {
    record(worker);
  } else if (dice < 60) {
    sweep();
  } else if (dice < 70) {
    judge_one(worker);
  } else if (dice < 76) {
    call_back();
  } else if (dice < 80) {
    crash();
  } else if (dice < 83) {
    freeze();
  } else {
    constexpr std::array<Millis, 6> k_spans{1s, 3s, 10s, 20s, 70s, 240s};
    pass(k_spans.at(m_random.below(k_spans.size())));
  }
}

void Model::settle() {
  m_breaks = false;
  for (Worker& worker : m_workers) { worker.frozen = false; }
  for (const DeliveryId& id : m_deliveries) { m_started.insert(id); }
  const auto news_left = [&] {
    return std::any_of(m_messages.begin(), m_messages.end(), [](const Message& m) { return m.callbacks_left > 0; });
  };
  for (Millis passed{0}; passed < k_settling_longest && (passed == Millis{0} || news_left() || verdict().shown_open > 0);
       passed += k_settling_step) {
    begin_anew();
    sweep();
    for (Worker& worker : m_workers) {
      while (!worker.look_ups.empty()) { judge_one(worker); }
      while (std::any_of(worker.requests.begin(), worker.requests.end(), [](const Request& r) { return r.at == Request::At::begun; })) {
        leave(worker);
      }
    }
    while (!m_wire.empty()) { reach_provider(); }
    for (Worker& worker : m_workers) {
      for (std::size_t left = worker.requests.size(); left > 0; --left) { record(worker); }
    }
    call_back();
    pass(k_settling_step);
  }
}

// What is on the wire arrives, or is lost, within the time of a request: none is stepped over.
void Model::pass(Millis duration) {
  const Time until = m_clock.now() + duration;
  while (!m_wire.empty() && m_wire.front().left_at + m_settings.request_timeout <= until) { reach_provider(); }
  m_clock.advance(duration);
  time_out();
}

// Whoever has the message of the batch begins what has no row; both may have it.
void Model::begin_anew() {
  Worker& worker = some_worker();
  if (worker.frozen) { return; }
  for (const DeliveryId& id : m_deliveries) {
    if (m_random.chance(0.3)) { m_started.insert(id); }  // its message has come out of the queue
    const auto rows = m_store.of_batch(id.alert, id.batch);
    if (rows->empty() && m_started.contains(id)) { begin(worker, id, std::nullopt); }
  }
}

void Model::begin(Worker& worker, const DeliveryId& id, std::optional<AttemptToken> previous) {
  Intent intent{.id = id,
                .token = {m_ids.next_uuid()},
                .previous = previous,
                .account = "AC",
                .sender = "+1",
                .body_hash = {1},
                .lease = m_settings.lease};
  const Time lease_ends = m_clock.now() + intent.lease;
  const auto answers = m_store.begin(std::span(&intent, 1));
  if (answers->front().verdict != BeginVerdict::begun) { return; }
  tell("begun");
  worker.requests.push_back({.id = id, .token = intent.token, .attempt = answers->front().attempt, .lease_ends = lease_ends});
}

void Model::sweep() {
  Worker& worker = some_worker();
  if (worker.frozen) { return; }
  for (const DeliveryId& id : m_deliveries) { static_cast<void>(m_store.expire_leases(id.alert, id.batch)); }
  const auto rows = m_store.due(10, k_hidden_for);
  for (const DueDelivery& due : *rows) {
    const Attempt& attempt = due.delivery.attempt;
    if (attempt.state == AttemptState::retry) {
      begin(worker, due.delivery.id, attempt.token);
    } else if (m_rules.reconciles) {
      look_up(worker, due);
    } else {
      const std::pair absent{due.delivery.id, attempt.token};
      static_cast<void>(m_store.absolve(std::span(&absent, 1)));
    }
  }
}

void Model::look_up(Worker& worker, DueDelivery due) {
  LookUp look{.due = std::move(due)};
  std::vector<ProviderId> sids;
  for (const Message& message : m_messages) {
    const bool old = message.created_at < look.due.delivery.attempt.started_at - 60s;
    if (message.listed_at > m_clock.now() || old) { continue; }
    look.seen.candidates.push_back({.sid = message.sid, .same_body = true, .created_at = message.created_at});
    sids.push_back(message.sid);
  }
  look.seen.claimed = *m_store.claimed(sids);
  worker.look_ups.push_back(std::move(look));
}

void Model::judge_one(Worker& worker) {
  if (worker.frozen || worker.look_ups.empty()) { return; }
  const LookUp look = take_some(worker.look_ups);
  const Attempt& attempt = look.due.delivery.attempt;
  const auto judgement = worker::judge(look.due.delivery, look.due.now, look.seen, m_settings);
  Outcome outcome{.id = look.due.delivery.id, .token = attempt.token, .due_in = judgement.look_in};
  switch (judgement.kind) {
    case worker::Judgement::Kind::absent: {
      if (m_clock.now() - look.due.now >= m_settings.request_timeout) { return; }  // who has claimed what may have changed
      tell("looked up: absent");
      const std::pair absent{outcome.id, outcome.token};
      static_cast<void>(m_store.absolve(std::span(&absent, 1)));
      return;
    }
    case worker::Judgement::Kind::found:
      tell("looked up: " + *judgement.sid);
      outcome.kind = Outcome::Kind::sent;
      outcome.sid = judgement.sid;
      outcome.looked_up = true;
      break;
    case worker::Judgement::Kind::cannot_tell:
      outcome.looked = judgement.looked;
      break;
    case worker::Judgement::Kind::given_up:
      tell("given up: " + judgement.reason);
      outcome.kind = Outcome::Kind::failed;
      break;
  }
  if (m_store.record(std::span(&outcome, 1))->front() != RecordVerdict::sid_taken) { return; }
  outcome.kind = Outcome::Kind::unknown;  // its twin was faster
  outcome.sid.reset();
  outcome.due_in = m_settings.request_timeout;
  static_cast<void>(m_store.record(std::span(&outcome, 1)));
}

void Model::leave(Worker& worker) {
  if (worker.frozen) { return; }
  for (Request& request : worker.requests) {
    if (request.at != Request::At::begun) { continue; }
    if (m_rules.checks_lease && request.lease_ends - m_clock.now() < DeliverySettings::needed_of_lease(m_settings.request_timeout)) {
      request.at = Request::At::answered;
      request.answer = Error{.code = ErrorCode::unavailable, .message = {}};
      return;
    }
    tell("left");
    request.at = Request::At::on_the_wire;
    request.left_at = m_clock.now();
    m_wire.push_back({.id = request.id, .token = request.token, .left_at = request.left_at});
    return;
  }
}

// Taken and answered; taken and the answer lost; refused for now; lost on its way.
void Model::reach_provider() {
  if (m_wire.empty()) { return; }
  const OnTheWire request = m_wire.front();
  m_wire.erase(m_wire.begin());
  const auto dice = m_breaks ? m_random.below(10) : 9;
  if (dice == 0) {
    answer(request.token, Error{.code = ErrorCode::rate_limited, .message = {}});
  } else if (dice == 1) {
    tell("lost on its way");
  } else {
    const auto lag = Millis{static_cast<Millis::rep>(m_random.below(static_cast<std::uint64_t>(m_rules.real_list_lag.count()) + 1))};
    Message& message = m_messages.emplace_back();
    message = {.sid = fmt::format("SM{}", m_messages.size()), .id = request.id, .token = request.token, .created_at = m_clock.now()};
    message.listed_at = m_clock.now() + lag;
    tell(fmt::format("{} on the phone", message.sid));
    if (dice > 3) { answer(request.token, message.sid); }
  }
}

void Model::answer(const AttemptToken& token, const Result<ProviderId>& result) {
  for (Worker& worker : m_workers) {
    for (Request& request : worker.requests) {
      if (request.token != token || request.at != Request::At::on_the_wire) { continue; }
      request.at = Request::At::answered;
      request.answer = result;
    }
  }
}

void Model::time_out() {
  for (Worker& worker : m_workers) {
    for (Request& request : worker.requests) {
      const bool late = request.at == Request::At::on_the_wire && m_clock.now() - request.left_at >= m_settings.request_timeout;
      if (!late) { continue; }
      request.at = Request::At::answered;
      request.answer = Error{.code = ErrorCode::outcome_unknown, .message = {}};
    }
  }
}

void Model::record(Worker& worker) {
  const auto answered =
      std::find_if(worker.requests.begin(), worker.requests.end(), [](const auto& r) { return r.at == Request::At::answered; });
  if (worker.frozen || answered == worker.requests.end()) { return; }
  const auto outcome = worker::outcome_of({answered->id, answered->token, answered->attempt}, answered->answer, m_settings, m_random);
  worker.requests.erase(answered);
  record(outcome);
}

void Model::record(const Outcome& outcome) {
  if (m_store.record(std::span(&outcome, 1))->front() != RecordVerdict::sid_taken) { return; }
  const Report insisted{.id = outcome.id, .token = outcome.token, .sid = *outcome.sid, .at = m_clock.now()};
  static_cast<void>(m_store.merge(std::span(&insisted, 1)));
}

// In any order, some twice, some never.
void Model::call_back() {
  if (m_messages.empty()) { return; }
  Message& message = m_messages[m_random.below(m_messages.size())];
  if (message.callbacks_left == 0) { return; }
  if (!m_random.chance(0.2)) { --message.callbacks_left; }
  if (m_random.chance(0.3)) { return; }
  constexpr std::array<ReportKind, 3> k_kinds{ReportKind::accepted, ReportKind::sent, ReportKind::delivered};
  const auto rank = static_cast<int>(m_random.below(k_kinds.size()));
  const Report report{.id = message.id,
                      .token = message.token,
                      .sid = message.sid,
                      .rank = rank,
                      .kind = k_kinds.at(static_cast<std::size_t>(rank)),
                      .at = m_clock.now()};
  tell(fmt::format("callback for {}", message.sid));
  static_cast<void>(m_store.merge(std::span(&report, 1)));
}

void Model::crash() {
  if (!m_breaks) { return; }
  tell("a worker dies");
  some_worker() = {};
}

void Model::freeze() {
  Worker& worker = some_worker();
  worker.frozen = m_breaks && !worker.frozen;
}

Model::Verdict Model::verdict() {
  Verdict verdict{.messages = static_cast<int>(m_messages.size()), .alerts = static_cast<int>(m_deliveries.size())};
  for (const DeliveryId& id : m_deliveries) {
    const auto rows = m_store.of_batch(id.alert, id.batch);
    const auto status = rows->empty() ? DeliveryStatus::pending : visible(rows->front().attempt, rows->front().reports).status;
    verdict.shown_sent += status == DeliveryStatus::sent || status == DeliveryStatus::delivered ? 1 : 0;
    verdict.shown_failed += status == DeliveryStatus::failed ? 1 : 0;
    const bool open = status == DeliveryStatus::pending || status == DeliveryStatus::sending || status == DeliveryStatus::unknown;
    verdict.shown_open += open ? 1 : 0;
  }
  return verdict;
}

}  // namespace bizcomms::model

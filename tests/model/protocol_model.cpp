#include "model/protocol_model.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace bizcomms::model {

using namespace alert;

namespace {

constexpr const char* k_phone = "+15551000001";
constexpr int k_batch = 1;
constexpr std::int64_t k_first_epoch = 1;
constexpr std::uint64_t k_settling_seed = 1;
constexpr Millis k_settling_longest{30h};
constexpr Millis k_after_nothing{10s};

}  // namespace

Model::Model(const Scenario& scenario, Chooser& chooser, bool tells)
    : m_scenario(scenario),
      m_chooser(&chooser),
      m_tells(tells),
      m_left(scenario.limits),
      m_ids(m_clock, k_settling_seed),
      m_store(m_clock, scenario.rules.ledger),
      m_provider(m_scenario, m_clock) {
  const auto recipient = m_ids.next<RecipientId>();
  const RecipientDraft person{.name = "R", .phone_number = k_phone, .preferences = {.sms_enabled = true, .voice_enabled = true}};
  check(static_cast<RecipientStore&>(m_store).create(recipient, person).has_value(), "there is a phone");
  const auto method = scenario.channel == Channel::sms ? DeliveryMethod::sms : DeliveryMethod::voice;
  for (std::size_t i = 0; i < scenario.texts.size(); ++i) {
    const auto id = m_ids.next<AlertId>();
    const AlertDraft draft{.title = "T", .message = "M", .method = method};
    check(static_cast<AlertStore&>(m_store).create(id, draft, std::nullopt, "").has_value(), "there is an alert");
    check(m_store.expand(id, 500).has_value(), "the alert has its batch");
    m_deliveries.push_back({.alert = id, .batch = k_batch, .recipient = recipient, .channel = scenario.channel});
  }
  m_replica = m_store.state();
}

void Model::tell_line(const std::string& what) {
  m_story.push_back(fmt::format("{:>6} s  {}", (m_clock.now() - m_deliveries.front().alert.uuid.time()) / 1s, what));
}

bool Model::Worker::has(Request::At at) const {
  return std::any_of(requests.begin(), requests.end(), [&](const Request& request) { return request.at == at; });
}

bool Model::step() {
  const auto actions = possible();
  if (actions.empty()) { return false; }
  std::vector<int> weights;
  for (const Action& action : actions) { weights.push_back(action.weight); }
  act(actions[m_chooser->one_of(weights)]);
  return true;
}

std::vector<Model::Action> Model::possible() const {
  using Kind = Action::Kind;
  std::vector<Action> actions;
  for (std::size_t i = 0; i < m_workers.size(); ++i) { add_actions_of(i, actions); }
  if (!m_provider.wire().empty()) { actions.push_back({.kind = Kind::arrive, .weight = 14}); }
  if (m_provider.may_call_back()) { actions.push_back({.kind = Kind::call_back, .weight = 6}); }
  if (m_left.takeovers > 0) {
    actions.push_back({.kind = Kind::replicate, .weight = 5});
    actions.push_back({.kind = Kind::take_over, .weight = 2});
  }
  if (!m_scenario.spans.empty() || next_moment()) { actions.push_back({.kind = Kind::pass, .weight = 17}); }
  return actions;
}

void Model::add_actions_of(std::size_t place, std::vector<Action>& actions) const {
  using Kind = Action::Kind;
  const Worker& worker = m_workers[place];
  const auto add = [&](Kind kind, int weight) { actions.push_back({.kind = kind, .worker = place, .weight = weight}); };
  const bool idle = worker.requests.empty() && worker.look_ups.empty();
  if (m_left.crashes > 0 && !idle) { add(Kind::crash, 2); }
  if (m_left.freezes > 0 && (!idle || worker.frozen)) { add(Kind::freeze, 2); }
  if (worker.frozen) { return; }
  if (worker.has(Request::At::begun)) { add(Kind::leave, 8); }
  if (worker.outlived) { return; }
  if (worker.has(Request::At::answered)) { add(Kind::record, 8); }
  if (!not_begun().empty()) { add(Kind::begin, 4); }
  if (anything_due()) { add(Kind::sweep, 8); }
  if (!worker.look_ups.empty()) { add(Kind::judge, 6); }
}

void Model::act(const Action& action) {
  using Kind = Action::Kind;
  Worker& worker = m_workers[action.worker];
  switch (action.kind) {
    case Kind::begin:
      return begin_one(worker);
    case Kind::leave:
      return leave(worker);
    case Kind::arrive:
      return arrive();
    case Kind::record:
      return record(worker);
    case Kind::sweep:
      return sweep(worker);
    case Kind::judge:
      return judge_one(worker);
    case Kind::call_back:
      return call_back();
    case Kind::crash:
      return crash(worker);
    case Kind::freeze:
      return freeze(worker);
    case Kind::replicate:
      tell("replicated");
      m_replica = m_store.state();
      return;
    case Kind::take_over:
      return take_over();
    case Kind::pass:
      return pass_some();
  }
}

// The next moment at which something may be otherwise than now.
std::optional<Time> Model::next_moment() const {
  std::optional<Time> next;
  const auto consider = [&](Time at) {
    if (at > m_clock.now() && (!next || at < *next)) { next = at; }
  };
  for (const OnTheWire& request : m_provider.wire()) { consider(request.left_at + m_settings.request_timeout); }
  for (const Message& message : m_provider.messages()) { consider(message.listed_at); }
  for (const Worker& worker : m_workers) {
    for (const LookUp& look : worker.look_ups) { consider(look.due.now + m_settings.request_timeout); }
    for (const Request& request : worker.requests) {
      if (request.at == Request::At::on_the_wire) { consider(request.left_at + m_settings.request_timeout); }
      if (request.at != Request::At::begun) { continue; }
      consider(request.lease_ends - DeliverySettings::needed_of_lease(m_settings.request_timeout));
    }
  }
  for (const auto& [id, row] : m_store.state().deliveries) {
    const Attempt& attempt = row.delivery.attempt;
    if (attempt.lease_until) { consider(*attempt.lease_until); }
    if (attempt.due_at && !is_settled(attempt, row.delivery.reports)) { consider(std::max(*attempt.due_at, row.hidden_until)); }
    if (attempt.state == AttemptState::unknown) { consider(attempt.started_at + m_settings.grace() + 1ms); }
  }
  return next;
}

void Model::pass_some() {
  const auto moment = next_moment();
  std::vector<int> weights(m_scenario.spans.size(), 1);
  weights.push_back(moment ? 3 : 0);
  const std::size_t choice = m_chooser->one_of(weights);
  pass_to(choice < m_scenario.spans.size() ? m_clock.now() + m_scenario.spans[choice] : *moment);
}

// What is on the wire arrives, or is lost, within the time of a request: none is stepped over.
void Model::pass_to(Time until) {
  while (!m_provider.wire().empty() && m_provider.wire().front().left_at + m_settings.request_timeout <= until) {
    m_clock.advance(std::max(m_provider.wire().front().left_at + m_settings.request_timeout - m_clock.now(), Millis{0}));
    arrive();
  }
  m_clock.advance(until - m_clock.now());
  time_out();
}

void Model::arrive() {
  const std::size_t before = m_provider.messages().size();
  const auto answer = m_provider.arrive(*m_chooser);
  if (m_provider.messages().size() > before) {
    const Message& message = m_provider.messages().back();
    tell("{}: {} taken{}{}", place_of(message.id), message.sid, message.fails ? ", will fail" : "", answer ? "" : ", answer lost");
  } else {
    tell("{}", answer ? "refused" : "lost on its way");
  }
  if (!answer) { return; }
  for (Worker& worker : m_workers) {
    for (Request& request : worker.requests) {
      if (request.token != answer->token || request.at != Request::At::on_the_wire) { continue; }
      request.at = Request::At::answered;
      request.answer = answer->result;
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

// In any order, some twice, some never.
void Model::call_back() {
  Message* message = nullptr;
  const auto report = m_provider.call_back(*m_chooser, message);
  if (!report) { return; }
  const auto known = m_store.merge(std::span(&*report, 1));
  tell("{}: callback {} for {}{}", place_of(message->id), static_cast<int>(report->kind), message->sid,
       known->front() ? "" : ", which nobody knows");
  if (report->kind == ReportKind::failed && heeds_failure_of(*message)) { message->failure_known = true; }
}

// Told is told; but after a takeover the failure of a message that nobody knows may pass for an earlier attempt's.
bool Model::heeds_failure_of(const Message& message) const {
  const auto& rows = m_store.state().deliveries;
  if (m_store.state().epoch == k_first_epoch) { return rows.contains(message.id); }
  return std::any_of(rows.begin(), rows.end(), [&](const auto& entry) {
    const auto& reports = entry.second.delivery.reports;
    return reports && reports->sid == message.sid && reports->kind == ReportKind::failed;
  });
}

void Model::crash(Worker& worker) {
  --m_left.crashes;
  tell("a worker dies");
  worker = {.outlived = worker.outlived};
}

void Model::freeze(Worker& worker) {
  --m_left.freezes;
  worker.frozen = !worker.frozen;
}

// The ledger loses what was not replicated. The old cell's workers do not know yet.
void Model::take_over() {
  --m_left.takeovers;
  tell("another cell takes over");
  m_store.restore(m_replica);
  m_store.take_over();
  m_provider.forget_told_failures();
  for (Worker& worker : m_workers) { worker.outlived = true; }
  m_workers.resize(m_workers.size() + 2);
}

void Model::settle() {
  RandomChooser chooser(k_settling_seed);
  m_chooser = &chooser;
  m_left = {};
  m_provider.stop_faults();
  for (Worker& worker : m_workers) { worker.frozen = false; }
  const Time end = m_clock.now() + k_settling_longest;
  do {
    settle_once();
    pass_to(next_moment().value_or(m_clock.now() + k_after_nothing));
  } while (m_clock.now() < end && (m_provider.may_call_back() || verdict().shown_open > 0));
}

void Model::settle_once() {
  for (Worker& worker : m_workers) {
    while (worker.has(Request::At::begun)) { leave(worker); }
    if (worker.outlived) { continue; }
    while (!not_begun().empty()) { begin_one(worker); }
    if (anything_due()) { sweep(worker); }
    while (!worker.look_ups.empty()) { judge_one(worker); }
    while (worker.has(Request::At::begun)) { leave(worker); }
  }
  while (!m_provider.wire().empty()) { arrive(); }
  for (Worker& worker : m_workers) {
    while (!worker.outlived && worker.has(Request::At::answered)) { record(worker); }
  }
  if (m_provider.may_call_back()) { call_back(); }
}

namespace {

// Of one text.
struct Count {
  int alerts = 0;
  int reached = 0;
  int failed_untold = 0;  // failed on the way, and nobody told us
  int given_up = 0;
  Verdict shown{};
};

void judge_count(const Count& count, Verdict& verdict) {
  verdict.doubled = verdict.doubled || count.reached > count.alerts;
  verdict.lost = verdict.lost || count.reached + count.failed_untold + count.shown.shown_failed < count.alerts;
  const int sent = count.shown.shown_sent;
  const bool overstated = sent > count.reached + count.failed_untold;
  const bool understated = sent + count.given_up < std::min(count.reached, count.alerts);
  verdict.wrong = verdict.wrong || overstated || understated || count.shown.shown_open > 0;
}

}  // namespace

Verdict Model::verdict() const {
  std::map<int, Count> counts;
  for (const Message& message : m_provider.messages()) {
    counts[message.text].reached += message.fails ? 0 : 1;
    counts[message.text].failed_untold += message.fails && !message.failure_known ? 1 : 0;
  }
  for (std::size_t i = 0; i < m_deliveries.size(); ++i) {
    Count& count = counts[m_scenario.texts[i]];
    ++count.alerts;
    const auto row = m_store.state().deliveries.find(m_deliveries[i]);
    const auto seen =
        row == m_store.state().deliveries.end() ? VisibleDelivery{} : visible(row->second.delivery.attempt, row->second.delivery.reports);
    const bool sent = seen.status == DeliveryStatus::sent || seen.status == DeliveryStatus::delivered;
    const bool waits = row != m_store.state().deliveries.end() && !is_settled(row->second.delivery.attempt, row->second.delivery.reports);
    count.shown.shown_sent += sent ? 1 : 0;
    count.shown.shown_failed += seen.status == DeliveryStatus::failed ? 1 : 0;
    count.shown.shown_open += waits || (!sent && seen.status != DeliveryStatus::failed) ? 1 : 0;
    count.given_up += seen.status == DeliveryStatus::failed && seen.reason.starts_with("Outcome unknown") ? 1 : 0;
  }
  Verdict verdict;
  for (const auto& [text, count] : counts) {
    verdict.messages += count.reached;
    verdict.alerts += count.alerts;
    verdict.shown_sent += count.shown.shown_sent;
    verdict.shown_failed += count.shown.shown_failed;
    verdict.shown_open += count.shown.shown_open;
    judge_count(count, verdict);
  }
  return verdict;
}

}  // namespace bizcomms::model

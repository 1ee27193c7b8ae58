// MemoryStore: the delivery ledger.
#include <algorithm>
#include <numeric>
#include <set>

#include "support/memory/memory_store.hpp"

namespace bizcomms::test {

using namespace alert;

namespace {

// Places in the order in which a group is written: by key.
template <class Element>
std::vector<std::size_t> in_key_order(std::span<const Element> elements) {
  std::vector<std::size_t> order(elements.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return elements[a].id < elements[b].id; });
  return order;
}

}  // namespace

void MemoryStore::touch(const DeliveryId& id, bool dirty) {
  BatchRow* batch = m_state.batch(id.alert, id.batch);
  if (batch == nullptr) { return; }
  batch->progressed_at = m_clock.now();
  batch->dirty = batch->dirty || dirty || batch->settled;
}

Result<std::vector<BeginAnswer>> MemoryStore::begin(std::span<const Intent> intents) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<BeginAnswer> answers(intents.size());
  for (const std::size_t place : in_key_order(intents)) { answers[place] = begin_one(intents[place]); }
  return answers;
}

BeginAnswer MemoryStore::begin_one(const Intent& intent) {
  const DeliveryRow* row = m_state.delivery(intent.id);
  const AlertRow* alert = m_state.alert(intent.id.alert);
  if (alert == nullptr || (row == nullptr) != !intent.previous) { return {}; }
  if (row != nullptr) {
    const Delivery& delivery = row->delivery;
    if (delivery.attempt.token != *intent.previous || !may_begin_again(delivery.attempt, delivery.reports)) { return {}; }
  }
  if (alert->alert.status == AlertStatus::cancelled) { return withdraw(intent, AttemptState::cancelled, "The alert was cancelled."); }
  RecipientRow* recipient = m_state.recipient(intent.id.recipient);
  if (recipient == nullptr) { return withdraw(intent, AttemptState::cancelled, "The recipient was deleted."); }
  const RecipientDraft& content = recipient->recipient.content;
  if (m_state.opt_outs.contains(content.phone_number)) {
    return withdraw(intent, AttemptState::failed, "The recipient has opted out of messages.");
  }
  if (alert->alert.content.filter.active_only && !content.active) {
    return withdraw(intent, AttemptState::cancelled, "The recipient is no longer active.");
  }
  if (!channel_enabled(content.preferences, intent.id.channel)) {
    return withdraw(intent, AttemptState::cancelled, "The recipient has switched this channel off.");
  }
  return is_doubtful(*alert, row) ? doubt(intent, *recipient) : start(intent, *recipient);
}

bool MemoryStore::is_doubtful(const AlertRow& alert, const DeliveryRow* row) const {
  if (alert.alert.epoch >= m_state.epoch) { return false; }
  if (row == nullptr) { return m_rules.doubts_what_has_no_row; }
  const Attempt& attempt = row->delivery.attempt;
  const bool failed_inherited = attempt.number == 0 && attempt.sid;  // the cell before may have sent it again
  return m_rules.doubts_earlier_retries && (attempt.started_at < m_state.taken_over_at || failed_inherited);
}

BeginAnswer MemoryStore::doubt(const Intent& intent, const RecipientRow& recipient) {
  const Time now = m_clock.now();
  auto& row = m_state.deliveries.try_emplace(intent.id).first->second;
  row.delivery.id = intent.id;
  row.delivery.phone_number = recipient.recipient.content.phone_number;
  row.delivery.attempt = Attempt{.token = intent.token,
                                 .state = AttemptState::unknown,
                                 .started_at = now,
                                 .due_at = now,
                                 .account = intent.account,
                                 .sender = recipient.sender.value_or(intent.sender),
                                 .body_hash = intent.body_hash,
                                 .resent = row.delivery.attempt.resent};
  row.hidden_until = {};
  touch(intent.id, false);
  return {.verdict = BeginVerdict::doubtful};
}

BeginAnswer MemoryStore::withdraw(const Intent& intent, AttemptState state, std::string reason) {
  auto& row = m_state.deliveries.try_emplace(intent.id).first->second;
  row.delivery.id = intent.id;
  Attempt& attempt = row.delivery.attempt;
  if (!intent.previous) { attempt.token = intent.token; }
  attempt.state = state;
  attempt.lease_until.reset();
  attempt.due_at.reset();
  attempt.error_code.reset();
  attempt.reason = std::move(reason);
  touch(intent.id, true);
  return {.verdict = BeginVerdict::withdrawn, .phone_number = {}, .attempt = 0, .sender = {}};
}

BeginAnswer MemoryStore::start(const Intent& intent, RecipientRow& recipient) {
  const Time now = m_clock.now();
  auto& row = m_state.deliveries.try_emplace(intent.id).first->second;
  const int number = intent.previous ? row.delivery.attempt.number + 1 : 1;
  const int refusals = row.delivery.attempt.looks;
  const int resent = row.delivery.attempt.resent;
  BeginAnswer answer{.verdict = BeginVerdict::begun,
                     .phone_number = recipient.recipient.content.phone_number,
                     .attempt = number,
                     .sender = recipient.sender.value_or(""),
                     .started_at = now};
  row.delivery.id = intent.id;
  row.delivery.phone_number = answer.phone_number;
  row.delivery.attempt = Attempt{.token = intent.token,
                                 .state = AttemptState::sending,
                                 .number = number,
                                 .looks = refusals,
                                 .started_at = now,
                                 .lease_until = now + intent.lease,
                                 .account = intent.account,
                                 .sender = recipient.sender.value_or(intent.sender),
                                 .body_hash = intent.body_hash,
                                 .resent = resent};
  row.hidden_until = intent.previous ? now + intent.lease : Time{};  // who sends it again is looked after
  if (!recipient.sender) { recipient.sender = intent.sender; }
  touch(intent.id, false);
  return answer;
}

Result<std::vector<RecordVerdict>> MemoryStore::record(std::span<const Outcome> outcomes) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<RecordVerdict> verdicts(outcomes.size());
  for (const std::size_t place : in_key_order(outcomes)) { verdicts[place] = record_one(outcomes[place]); }
  return verdicts;
}

RecordVerdict MemoryStore::record_one(const Outcome& outcome) {
  DeliveryRow* row = m_state.delivery(outcome.id);
  if (row == nullptr) { return RecordVerdict::stale; }
  Attempt& attempt = row->delivery.attempt;
  if (attempt.token != outcome.token || !is_open(attempt.state)) { return record_stale(outcome); }
  if (outcome.kind == Outcome::Kind::sent) {
    const Claim claim{.id = outcome.id, .by_look_up = outcome.looked_up};
    const auto [held, inserted] = m_state.claims.try_emplace(*outcome.sid, claim);
    if (held->second.id != outcome.id) { return RecordVerdict::sid_taken; }
    settle_as_sent(attempt, *outcome.sid, m_clock.now());
    touch(outcome.id, false);
    return RecordVerdict::recorded;
  }
  const Time due_at = m_clock.now() + outcome.due_in;
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
  row->hidden_until = {};
  touch(outcome.id, false);
  return RecordVerdict::recorded;
}

RecordVerdict MemoryStore::record_stale(const Outcome& outcome) {
  if (!outcome.sid || (outcome.looked_up && m_rules.looks_up_for_open_attempts_only)) { return RecordVerdict::stale; }
  const auto held = m_state.claims.find(*outcome.sid);
  if (held != m_state.claims.end() && held->second.id != outcome.id) { return RecordVerdict::sid_taken; }
  const Attempt& attempt = m_state.delivery(outcome.id)->delivery.attempt;
  // A callback was faster than the answer that it follows.
  const bool known = attempt.token == outcome.token && attempt.sid == outcome.sid;
  merge_one({.id = outcome.id, .token = outcome.token, .sid = *outcome.sid, .reason = {}, .at = m_clock.now()});
  return known ? RecordVerdict::recorded : RecordVerdict::stale;
}

DeliveryRow* MemoryStore::owner_by_report(DeliveryRow& named, const Report& report) {
  if (report.sid.empty()) { return &named; }
  const auto [held, inserted] = m_state.claims.try_emplace(report.sid, Claim{.id = report.id});
  if (inserted) { return &named; }
  if (held->second.id == report.id) {
    held->second.by_look_up = held->second.by_look_up && report.asked;
    return &named;
  }
  if (!held->second.by_look_up) { return nullptr; }
  DeliveryRow& loser = *m_state.delivery(held->second.id);
  if (m_rules.counts_for_holders && counts_for_holder(loser.delivery.attempt, named.delivery.attempt, report)) { return &loser; }
  held->second = Claim{.id = report.id};
  if (loser.delivery.attempt.sid != report.sid) { return &named; }  // it has another by now
  become_unknown(loser.delivery.attempt, m_clock.now());
  loser.delivery.attempt.sid.reset();
  loser.delivery.attempt.sent_at.reset();
  if (loser.delivery.reports && loser.delivery.reports->sid == report.sid) { loser.delivery.reports.reset(); }
  loser.hidden_until = {};
  touch(loser.delivery.id, true);
  return &named;
}

void MemoryStore::give_up_guess(Delivery& delivery, const Report& report, bool first_news) {
  if (!m_rules.disproves_guesses || !disproves_guess(delivery.attempt, report, first_news)) { return; }
  const auto guessed = m_state.claims.find(*delivery.attempt.sid);
  if (guessed == m_state.claims.end() || guessed->second.id != delivery.id || !guessed->second.by_look_up) { return; }
  m_state.claims.erase(guessed);
  delivery.attempt.sid = report.sid;
  delivery.attempt.token = report.token;
}

bool MemoryStore::merge_one(const Report& report) {
  DeliveryRow* named = m_state.delivery(report.id);
  if (named == nullptr) { return false; }
  const bool first_news = !m_state.claims.contains(report.sid);
  DeliveryRow* row = owner_by_report(*named, report);
  if (row == nullptr) { return true; }  // it is surely another's: nothing to learn here
  Delivery& delivery = row->delivery;
  Attempt& attempt = delivery.attempt;
  Report news = report;
  if (row != named) {
    news.token = attempt.token;
  } else {
    give_up_guess(delivery, report, first_news);
    if (m_rules.tells_of_same && tells_of_same(attempt, report, first_news)) { attempt.token = report.token; }
    if (says_nothing_new(attempt, report, first_news)) { return true; }
  }
  delivery.reports = merged(attempt, delivery.reports, news);
  const bool refused_for_all_we_knew = attempt.state == AttemptState::retry && !attempt.sid;
  if (attempt.token == news.token && (is_open(attempt.state) || refused_for_all_we_knew)) {
    settle_as_sent(attempt, report.sid, report.at);
  }
  if (is_to_be_resent(attempt, *delivery.reports, news)) {
    resend(attempt, m_clock.now() + news.resending->after);
    row->hidden_until = {};
  }
  touch(delivery.id, true);
  return true;
}

Result<std::vector<bool>> MemoryStore::merge(std::span<const Report> reports) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> answers(reports.size());
  for (const std::size_t place : in_key_order(reports)) { answers[place] = merge_one(reports[place]); }
  return answers;
}

Result<std::vector<Delivery>> MemoryStore::of_batch(AlertId alert, std::int32_t batch) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<Delivery> deliveries;
  for (const DeliveryRow* row : m_state.deliveries_of(alert, batch)) { deliveries.push_back(row->delivery); }
  return deliveries;
}

Result<DeliveryLedger::Expiry> MemoryStore::expire_leases(AlertId alert, std::int32_t batch) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const Time now = m_clock.now();
  Expiry expiry;
  for (DeliveryRow* row : m_state.deliveries_of(alert, batch)) {
    Attempt& attempt = row->delivery.attempt;
    if (attempt.state != AttemptState::sending) { continue; }
    const Millis left = *attempt.lease_until - now;
    if (left > Millis{0}) {
      expiry.next_in = std::min(expiry.next_in.value_or(left), left);
      continue;
    }
    become_unknown(attempt, now);
    row->hidden_until = {};
    ++expiry.expired;
  }
  return expiry;
}

Result<std::vector<DueDelivery>> MemoryStore::due(int limit, Millis hidden_for) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const Time now = m_clock.now();
  std::vector<DeliveryRow*> rows;
  for (auto& [id, row] : m_state.deliveries) {
    Attempt& attempt = row.delivery.attempt;
    if (attempt.state == AttemptState::sending && row.hidden_until != Time{} && row.hidden_until <= now) { become_unknown(attempt, now); }
    const bool waits = attempt.state == AttemptState::retry || attempt.state == AttemptState::unknown;
    if (waits && !is_settled(attempt, row.delivery.reports) && attempt.due_at <= now && row.hidden_until <= now) { rows.push_back(&row); }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const DeliveryRow* a, const DeliveryRow* b) { return a->delivery.attempt.due_at < b->delivery.attempt.due_at; });
  std::vector<DueDelivery> due;
  for (DeliveryRow* row : rows) {
    if (std::ssize(due) == limit) { break; }
    row->hidden_until = now + hidden_for;
    due.push_back({.delivery = row->delivery, .now = now});
  }
  return due;
}

Result<std::vector<bool>> MemoryStore::contested(std::span<const std::pair<DeliveryId, Time>> calls) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> answers;
  for (const auto& call : calls) { answers.push_back(is_contested(call.first, call.second)); }
  return answers;
}

bool MemoryStore::is_contested(const DeliveryId& call, Time since) const {
  std::set<AlertId> begun;
  for (const auto& [id, row] : m_state.deliveries) {
    if (id.recipient != call.recipient || id.channel != Channel::voice) { continue; }
    begun.insert(id.alert);
    if (id.alert != call.alert && may_be_its_call(row.delivery.attempt, since, m_state.taken_over_at)) { return true; }
  }
  const auto recipient = m_state.recipients.find(call.recipient);
  return std::any_of(m_state.alerts.begin(), m_state.alerts.end(), [&](const auto& entry) {
    const Alert& alert = entry.second.alert;
    const bool inherited = alert.epoch < m_state.epoch && (alert.status == AlertStatus::queued || alert.status == AlertStatus::sending);
    return inherited && alert.content.method != DeliveryMethod::sms && !begun.contains(alert.id) && recipient != m_state.recipients.end() &&
           MemoryState::matches(alert, recipient->second);
  });
}

Result<std::vector<bool>> MemoryStore::claimed(std::span<const ProviderId> sids) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> answers;
  for (const ProviderId& sid : sids) { answers.push_back(m_state.claims.contains(sid)); }
  return answers;
}

Result<std::vector<bool>> MemoryStore::absolve(std::span<const std::pair<DeliveryId, AttemptToken>> absent) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> answers;
  for (const auto& [id, token] : absent) {
    DeliveryRow* row = m_state.delivery(id);
    answers.push_back(row != nullptr && row->delivery.attempt.token == token && row->delivery.attempt.state == AttemptState::unknown);
    if (!answers.back()) { continue; }
    row->delivery.attempt.state = AttemptState::retry;
    row->delivery.attempt.looks = 0;
    row->delivery.attempt.due_at = m_clock.now();
    row->hidden_until = {};
  }
  return answers;
}

}  // namespace bizcomms::test

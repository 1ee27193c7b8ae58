#include "contract/store_subject.hpp"

#include <algorithm>
#include <barrier>
#include <thread>

#include <fmt/format.h>

namespace bizcomms::contract {

using namespace alert;

namespace {

constexpr std::uint64_t k_seed = 20'260'101;

}  // namespace

StoreContract::StoreContract() : m_subject(GetParam().make()), m_ids(m_subject->clock(), k_seed) {}

AlertDraft StoreContract::draft(std::vector<std::string> tags) {
  return {.title = "New story", .message = "Read it.", .filter = {.tags = std::move(tags)}};
}

RecipientDraft StoreContract::person(std::vector<std::string> tags) {
  ++m_people;
  return {.name = fmt::format("Person {}", m_people), .phone_number = fmt::format("+1555{:07}", m_people), .tags = std::move(tags)};
}

Recipient StoreContract::add_person(std::vector<std::string> tags) {
  const auto created = recipients().create(recipient_id(), person(std::move(tags)));
  EXPECT_TRUE(created);
  return *created;
}

Alert StoreContract::add_alert(const AlertDraft& content) {
  const auto created = alerts().create(alert_id(), content, std::nullopt, "00-trace");
  EXPECT_TRUE(created);
  return *created;
}

std::vector<Event> StoreContract::relayed() {
  std::vector<Event> taken;
  const auto marked = outbox().relay(1000, [&](std::span<const Event> events) {
    taken.insert(taken.end(), events.begin(), events.end());
    return Result<std::vector<bool>>(std::vector<bool>(events.size(), true));
  });
  EXPECT_TRUE(marked);
  return taken;
}

StoreContract::Scene StoreContract::sending(int people, DeliveryMethod method, int batch_size) {
  Scene scene;
  const std::string tag = fmt::format("scene {}", m_people);
  for (int i = 0; i < people; ++i) { scene.people.push_back(add_person({tag}).id); }
  AlertDraft content = draft({tag});
  content.method = method;
  scene.alert = add_alert(content).id;
  EXPECT_TRUE(batches().expand(scene.alert, batch_size));
  return scene;
}

DeliveryId StoreContract::delivery_id(const Scene& scene, std::size_t person, std::int32_t batch) {
  return {.alert = scene.alert, .batch = batch, .recipient = scene.people.at(person), .channel = Channel::sms};
}

Intent StoreContract::intent(const DeliveryId& id, Millis lease) {
  return {.id = id, .token = token(), .account = "AC1", .sender = "+15550000001", .body_hash = {1, 2, 3}, .lease = lease};
}

Intent StoreContract::again(const DeliveryId& id, const AttemptToken& previous) {
  Intent made = intent(id);
  made.previous = previous;
  return made;
}

BeginAnswer StoreContract::begin(const Intent& intent) {
  const auto answers = ledger().begin(std::span(&intent, 1));
  EXPECT_TRUE(answers);
  EXPECT_EQ(answers->size(), 1U);
  return answers->at(0);
}

RecordVerdict StoreContract::record(const Outcome& outcome) {
  const auto verdicts = ledger().record(std::span(&outcome, 1));
  EXPECT_TRUE(verdicts);
  EXPECT_EQ(verdicts->size(), 1U);
  return verdicts->at(0);
}

bool StoreContract::merge(const Report& report) {
  const auto answers = ledger().merge(std::span(&report, 1));
  EXPECT_TRUE(answers);
  EXPECT_EQ(answers->size(), 1U);
  return answers->at(0);
}

Outcome StoreContract::sent(const Intent& intent, const std::string& sid) {
  return {.id = intent.id, .token = intent.token, .kind = Outcome::Kind::sent, .sid = sid};
}

Intent GuessContract::unknown_one(const Scene& scene, std::size_t person) {
  Intent one = intent(delivery_id(scene, person));
  begin(one);
  record(ended(one, Outcome::Kind::unknown, std::chrono::hours{1}));
  return one;
}

Intent TakeoverContract::doubtful_one(const Scene& scene, std::size_t person) {
  Intent one = intent(delivery_id(scene, person));
  EXPECT_EQ(begin(one).verdict, BeginVerdict::doubtful);
  return one;
}

bool GuessContract::is_claimed(const std::string& sid) {
  const std::vector<ProviderId> asked{sid};
  return ledger().claimed(asked)->at(0);
}

Outcome StoreContract::found(const Intent& intent, const std::string& sid) {
  Outcome outcome = sent(intent, sid);
  outcome.looked_up = true;
  return outcome;
}

Outcome StoreContract::ended(const Intent& intent, Outcome::Kind kind, Millis due_in) {
  return {.id = intent.id, .token = intent.token, .kind = kind, .due_in = due_in, .error_code = 20429, .reason = "Not this time."};
}

Report StoreContract::report(const Intent& intent, const std::string& sid, ReportKind kind, int rank) {
  Report made{.id = intent.id, .token = intent.token, .sid = sid, .rank = rank, .kind = kind, .at = m_subject->clock().now()};
  if (kind == ReportKind::failed) {
    made.error_code = 30006;
    made.reason = "The number is a landline.";
  }
  return made;
}

Delivery StoreContract::row(const DeliveryId& id) {
  const auto rows = ledger().of_batch(id.alert, id.batch);
  EXPECT_TRUE(rows);
  for (const Delivery& delivery : *rows) {
    if (delivery.id == id) { return delivery; }
  }
  ADD_FAILURE() << "no such delivery";
  return {};
}

bool StoreContract::has_row(const DeliveryId& id) {
  const auto rows = ledger().of_batch(id.alert, id.batch);
  EXPECT_TRUE(rows);
  return std::any_of(rows->begin(), rows->end(), [&](const Delivery& delivery) { return delivery.id == id; });
}

VisibleDelivery StoreContract::seen(const DeliveryId& id) {
  const Delivery delivery = row(id);
  return visible(delivery.attempt, delivery.reports);
}

AlertCounts StoreContract::counts(AlertId id) {
  const auto answer = alerts().report(id, {});
  EXPECT_TRUE(answer);
  return answer->counts;
}

AlertStatus StoreContract::status(AlertId id) {
  const auto answer = alerts().get(id);
  EXPECT_TRUE(answer);
  return answer->status;
}

bool StoreContract::recount(AlertId id, std::int32_t batch) {
  const std::pair<AlertId, std::int32_t> one{id, batch};
  const auto answers = batches().recount(std::span(&one, 1));
  EXPECT_TRUE(answers);
  EXPECT_EQ(answers->size(), 1U);
  return answers->at(0);
}

RecipientId CallsContract::add_callee(const std::string& tag) {
  RecipientDraft callee = person({tag});
  callee.preferences.voice_enabled = true;
  const auto created = recipients().create(recipient_id(), callee);
  EXPECT_TRUE(created);
  return created->id;
}

DeliveryId CallsContract::call_to(RecipientId callee, const std::string& tag, DeliveryMethod method) {
  AlertDraft content = draft({tag});
  content.method = method;
  const AlertId id = add_alert(content).id;
  EXPECT_TRUE(batches().expand(id, 500));
  return {.alert = id, .batch = 1, .recipient = callee, .channel = Channel::voice};
}

bool CallsContract::is_contested(const DeliveryId& call, Millis within) {
  const std::pair asked{call, now() - within};
  const auto answers = ledger().contested(std::span(&asked, 1));
  EXPECT_TRUE(answers);
  return answers->at(0);
}

void StoreContract::send_all(const Scene& scene, std::int32_t batch) {
  const auto loaded = batches().load(scene.alert, batch);
  ASSERT_TRUE(loaded);
  for (const BatchMember& member : loaded->members) {
    const Intent one = intent({.alert = scene.alert, .batch = batch, .recipient = member.recipient, .channel = Channel::sms});
    ASSERT_EQ(begin(one).verdict, BeginVerdict::begun);
    ASSERT_EQ(record(sent(one, fmt::format("SM{:032x}", ++m_sids))), RecordVerdict::recorded);
  }
}

void at_once(int threads, const std::function<void(int)>& work) {
  std::barrier start(threads);
  std::vector<std::jthread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      work(i);
    });
  }
}

}  // namespace bizcomms::contract

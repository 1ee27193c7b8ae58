#include <atomic>
#include <set>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

namespace {

Idempotency key(std::string text, std::uint8_t body, std::string key_name = "caller") {
  return {.key_name = std::move(key_name), .key = std::move(text), .body_hash = {body}};
}

std::vector<AlertId> ids_of(const Page<Alert, AlertId>& page) {
  std::vector<AlertId> ids;
  for (const Alert& alert : page.items) { ids.push_back(alert.id); }
  return ids;
}

}  // namespace

TEST_P(AlertStoreContract, ReadsBackWhatWasCreated) {
  const AlertDraft content{.title = "It's \"50 %\" \\ done",
                           .message = "line\nbreak, 😀, ünïcode, $1, {}",
                           .priority = Priority::critical,
                           .method = DeliveryMethod::both,
                           .filter = {.tags = {"a,b", "c\"d", "news"}, .match_all_tags = true, .active_only = false}};
  const AlertId id = alert_id();
  const auto created = alerts().create(id, content, std::nullopt, "00-abc");
  ASSERT_TRUE(created);
  EXPECT_EQ(created->id, id);
  const auto read = alerts().get(id);
  ASSERT_TRUE(read);
  for (const Alert& alert : {*created, *read}) {
    EXPECT_EQ(alert.content, content);
    EXPECT_EQ(alert.status, AlertStatus::queued);
    EXPECT_EQ(alert.trace, "00-abc");
    EXPECT_EQ(alert.created_at, id.uuid.time());
    EXPECT_FALSE(alert.sending_at);
    EXPECT_FALSE(alert.ended_at);
  }
  EXPECT_EQ(read->updated_at, created->updated_at);
  const auto listed = alerts().list({});
  ASSERT_EQ(listed->items.size(), 1U);
  EXPECT_EQ(listed->items[0].content, content);
  EXPECT_EQ(listed->items[0].trace, "");
  EXPECT_EQ(listed->items[0].epoch, 0);
}

TEST_P(AlertStoreContract, EstimatesHowManyMatch) {
  for (int i = 0; i < 3; ++i) { add_person({"tech"}); }
  add_person({"news"});
  EXPECT_EQ(add_alert(draft({"tech"})).estimated_recipients, 3);
  EXPECT_EQ(add_alert(draft({"news", "tech"})).estimated_recipients, 4);
  EXPECT_EQ(add_alert(draft({"nobody"})).estimated_recipients, 0);
}

TEST_P(AlertStoreContract, CreatingWritesTheEventWithIt) {
  AlertDraft urgent = draft();
  urgent.priority = Priority::high;
  const Alert first = add_alert();
  const Alert second = add_alert(urgent);
  EXPECT_EQ(relayed(),
            (std::vector<Event>{
                {.kind = EventKind::alert_created, .alert = first.id, .lane = Lane::standard, .epoch = first.epoch, .trace = "00-trace"},
                {.kind = EventKind::alert_created, .alert = second.id, .lane = Lane::urgent, .epoch = second.epoch, .trace = "00-trace"}}));
}

TEST_P(AlertStoreContract, TheSameKeyAndBodyGiveTheSameAlert) {
  const auto first = alerts().create(alert_id(), draft(), key("k", 1), "");
  const auto second = alerts().create(alert_id(), draft(), key("k", 1), "");
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->created_at, first->created_at);
  EXPECT_EQ(alerts().list({})->items.size(), 1U);
  EXPECT_EQ(relayed().size(), 1U);
}

TEST_P(AlertStoreContract, ARepeatIsAnsweredAsTheFirstTime) {
  const auto first = alerts().create(alert_id(), draft(), key("k", 1), "");
  ASSERT_TRUE(first);
  ASSERT_TRUE(alerts().cancel(first->id));
  const auto second = alerts().create(alert_id(), draft(), key("k", 1), "");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, AlertStatus::queued);
  EXPECT_EQ(second->estimated_recipients, first->estimated_recipients);
}

TEST_P(AlertStoreContract, TheSameKeyWithAnotherBodyIsAConflict) {
  ASSERT_TRUE(alerts().create(alert_id(), draft(), key("k", 1), ""));
  const AlertId second = alert_id();
  const auto refused = alerts().create(second, draft(), key("k", 2), "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  ASSERT_EQ(refused.error().fields.size(), 1U);
  EXPECT_EQ(refused.error().fields[0].field, "Idempotency-Key");
  EXPECT_EQ(alerts().get(second).error().code, ErrorCode::not_found);
  EXPECT_EQ(relayed().size(), 1U);
}

TEST_P(AlertStoreContract, EachCallerHasKeysOfTheirOwn) {
  const auto ours = alerts().create(alert_id(), draft(), key("k", 1, "ours"), "");
  const auto theirs = alerts().create(alert_id(), draft(), key("k", 2, "theirs"), "");
  ASSERT_TRUE(ours);
  ASSERT_TRUE(theirs);
  EXPECT_NE(ours->id, theirs->id);
}

TEST_P(AlertStoreContract, OfManyAtOnceWithOneKeyOneIsCreated) {
  std::vector<AlertId> made(8);
  at_once(8, [&](int thread) {
    const auto created = alerts().create(alert_id(), draft(), key("k", 1), "");
    ASSERT_TRUE(created);
    made[static_cast<std::size_t>(thread)] = created->id;
  });
  EXPECT_EQ(std::set<AlertId>(made.begin(), made.end()).size(), 1U);
  EXPECT_EQ(alerts().list({})->items.size(), 1U);
  EXPECT_EQ(relayed().size(), 1U);
}

TEST_P(AlertStoreContract, OfManyAtOnceWithOneKeyAndOtherBodiesOneIsCreated) {
  std::atomic<int> created = 0;
  std::atomic<int> refused = 0;
  at_once(8, [&](int thread) {
    const auto answer = alerts().create(alert_id(), draft(), key("k", static_cast<std::uint8_t>(thread)), "");
    created += answer ? 1 : 0;
    refused += !answer && answer.error().code == ErrorCode::conflict ? 1 : 0;
  });
  EXPECT_EQ(created, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(relayed().size(), 1U);
}

TEST_P(AlertStoreContract, ManyAtOnceAreAllCreated) {
  at_once(8, [&](int thread) {
    for (int i = 0; i < 20; ++i) {
      const std::string own = std::to_string(thread) + "-" + std::to_string(i);
      EXPECT_TRUE(alerts().create(alert_id(), draft(), i % 2 == 0 ? std::optional(key(own, 1)) : std::nullopt, ""));
    }
  });
  EXPECT_EQ(alerts().list({.limit = 200})->items.size(), 160U);
  EXPECT_EQ(relayed().size(), 160U);
}

TEST_P(AlertStoreContract, DoesNotFindWhatIsNotThere) {
  EXPECT_EQ(alerts().get(alert_id()).error().code, ErrorCode::not_found);
  EXPECT_EQ(alerts().report(alert_id(), {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(alerts().replace(alert_id(), draft(), {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(alerts().cancel(alert_id()).error().code, ErrorCode::not_found);
}

TEST_P(AlertStoreContract, ListsNewestFirstInPages) {
  std::vector<AlertId> made;
  for (int i = 0; i < 5; ++i) { made.insert(made.begin(), add_alert().id); }
  const auto first = alerts().list({.limit = 2});
  ASSERT_TRUE(first && first->next);
  EXPECT_EQ(ids_of(*first), (std::vector{made[0], made[1]}));
  add_alert();  // newer ones do not disturb
  const auto second = alerts().list({.limit = 2, .after = first->next});
  ASSERT_TRUE(second && second->next);
  EXPECT_EQ(ids_of(*second), (std::vector{made[2], made[3]}));
  const auto third = alerts().list({.limit = 2, .after = second->next});
  ASSERT_TRUE(third);
  EXPECT_EQ(ids_of(*third), (std::vector{made[4]}));
  EXPECT_FALSE(third->next);
}

TEST_P(AlertStoreContract, AFullLastPageHasNoNext) {
  add_alert();
  add_alert();
  const auto page = alerts().list({.limit = 2});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.size(), 2U);
  EXPECT_FALSE(page->next);
}

TEST_P(AlertStoreContract, ListsByStatusAndPriority) {
  AlertDraft low = draft();
  low.priority = Priority::low;
  const AlertId kept = add_alert(low).id;
  const AlertId cancelled = add_alert(low).id;
  const AlertId other = add_alert().id;
  ASSERT_TRUE(alerts().cancel(cancelled));
  EXPECT_EQ(ids_of(*alerts().list({.status = AlertStatus::cancelled})), std::vector{cancelled});
  EXPECT_EQ(ids_of(*alerts().list({.priority = Priority::low})), (std::vector{cancelled, kept}));
  EXPECT_EQ(ids_of(*alerts().list({.status = AlertStatus::queued, .priority = Priority::low})), std::vector{kept});
  EXPECT_EQ(ids_of(*alerts().list({.status = AlertStatus::queued})), (std::vector{other, kept}));
}

TEST_P(AlertStoreContract, ListsBetweenTwoTimesExclusive) {
  std::vector<Alert> made;
  for (int i = 0; i < 4; ++i) {
    made.push_back(add_alert());
    pass(5ms);
  }
  const auto page = alerts().list({.created_after = made[0].created_at, .created_before = made[3].created_at});
  ASSERT_TRUE(page);
  EXPECT_EQ(ids_of(*page), (std::vector{made[2].id, made[1].id}));
}

TEST_P(AlertStoreContract, ReplacesTheContentWhileQueued) {
  const Alert before = add_alert();
  relayed();
  AlertDraft content = draft({"news"});
  content.title = "Other";
  content.priority = Priority::high;
  add_person({"news"});
  const auto after = alerts().replace(before.id, content, before.updated_at);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->content, content);
  EXPECT_GT(after->updated_at, before.updated_at);
  EXPECT_EQ(after->created_at, before.created_at);
  EXPECT_EQ(alerts().get(before.id)->content, content);
  const auto events = relayed();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].lane, Lane::urgent);
  EXPECT_EQ(events[0].alert, before.id);
}

TEST_P(AlertStoreContract, RefusesToReplaceWhatChangedMeanwhile) {
  const Alert before = add_alert();
  ASSERT_TRUE(alerts().replace(before.id, draft({"a"}), before.updated_at));
  const auto late = alerts().replace(before.id, draft({"b"}), before.updated_at);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_TRUE(late.error().fields.empty());
  EXPECT_EQ(alerts().get(before.id)->content, draft({"a"}));
}

TEST_P(AlertStoreContract, OfTwoReplacingAtOnceOneWins) {
  const Alert before = add_alert();
  std::atomic<int> done = 0;
  at_once(2, [&](int thread) { done += alerts().replace(before.id, draft({std::to_string(thread)}), before.updated_at) ? 1 : 0; });
  EXPECT_EQ(done, 1);
}

TEST_P(AlertStoreContract, RefusesToReplaceOnceSendingHasBegun) {
  const Scene scene = sending(1);
  const auto sending_alert = alerts().get(scene.alert);
  ASSERT_TRUE(sending_alert);
  const auto refused = alerts().replace(scene.alert, draft(), sending_alert->updated_at);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_FALSE(refused.error().fields.empty());  // so that nobody tries again
  EXPECT_NE(alerts().get(scene.alert)->content, draft());
}

TEST_P(AlertStoreContract, CancelsAndCancelsAgain) {
  const Alert alert = add_alert();
  EXPECT_TRUE(alerts().cancel(alert.id));
  EXPECT_TRUE(alerts().cancel(alert.id));
  const auto cancelled = alerts().get(alert.id);
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->status, AlertStatus::cancelled);
  EXPECT_TRUE(cancelled->ended_at);
  const auto refused = alerts().replace(alert.id, draft(), cancelled->updated_at);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
}

TEST_P(AlertStoreContract, DoesNotCancelWhatHasEnded) {
  const AlertId completed = add_alert(draft({"nobody"})).id;
  ASSERT_TRUE(batches().expand(completed, 10));
  EXPECT_EQ(alerts().cancel(completed).error().code, ErrorCode::conflict);
  const AlertId failed = add_alert().id;
  ASSERT_TRUE(batches().fail(failed, "It cannot be expanded."));
  EXPECT_EQ(alerts().cancel(failed).error().code, ErrorCode::conflict);
}

TEST_P(AlertStoreContract, ReportsDeliveriesInPages) {
  const Scene scene = sending(5);
  send_all(scene);
  const auto first = alerts().report(scene.alert, {.limit = 3});
  ASSERT_TRUE(first && first->deliveries.next);
  ASSERT_EQ(first->deliveries.items.size(), 3U);
  const auto second = alerts().report(scene.alert, {.limit = 3, .after = first->deliveries.next});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->deliveries.items.size(), 2U);
  EXPECT_FALSE(second->deliveries.next);
  std::set<RecipientId> listed;
  for (const auto* page : {&first->deliveries, &second->deliveries}) {
    for (const ListedDelivery& delivery : page->items) { listed.insert(delivery.id.recipient); }
  }
  EXPECT_EQ(listed.size(), 5U);
}

TEST_P(AlertStoreContract, ReportsWhatHappenedToEachDelivery) {
  const Scene scene = sending(2);
  const Intent first = intent(delivery_id(scene, 0));
  const Intent second = intent(delivery_id(scene, 1));
  begin(first);
  begin(second);
  record(sent(first, "SM1"));
  record(ended(second, Outcome::Kind::failed));
  const auto failed = alerts().report(scene.alert, {.status = DeliveryStatus::failed});
  ASSERT_TRUE(failed);
  ASSERT_EQ(failed->deliveries.items.size(), 1U);
  const ListedDelivery& delivery = failed->deliveries.items[0];
  EXPECT_EQ(delivery.id, second.id);
  EXPECT_EQ(delivery.attempts, 1);
  EXPECT_TRUE(delivery.phone_number);
  EXPECT_EQ(delivery.visible.error_code, 20429);
  EXPECT_EQ(delivery.visible.reason, "Not this time.");
  const auto taken = alerts().report(scene.alert, {.status = DeliveryStatus::sent});
  ASSERT_TRUE(taken);
  ASSERT_EQ(taken->deliveries.items.size(), 1U);
  EXPECT_EQ(taken->deliveries.items[0].visible.sid, "SM1");
  EXPECT_TRUE(taken->deliveries.items[0].visible.sent_at);
}

TEST_P(LongTimesContract, AKeyIsForgottenAfterADay) {
  const auto first = alerts().create(alert_id(), draft(), key("k", 1), "");
  pass(24h - 1s);
  EXPECT_EQ(alerts().create(alert_id(), draft(), key("k", 1), "")->id, first->id);
  pass(1s);
  const auto other = alerts().create(alert_id(), draft(), key("k", 2), "");
  ASSERT_TRUE(other);
  EXPECT_NE(other->id, first->id);
}

}  // namespace bizcomms::contract

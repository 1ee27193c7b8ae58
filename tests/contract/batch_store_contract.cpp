#include <atomic>
#include <set>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

namespace {

std::vector<RecipientId> members_of(const Result<Batch>& batch) {
  std::vector<RecipientId> ids;
  if (!batch) { return ids; }
  for (const BatchMember& member : batch->members) { ids.push_back(member.recipient); }
  return ids;
}

}  // namespace

TEST_P(BatchStoreContract, CutsTheMatchesIntoBatches) {
  std::vector<RecipientId> people;
  for (int i = 0; i < 5; ++i) { people.push_back(add_person({"tech"}).id); }
  add_person({"news"});
  AlertDraft content = draft({"tech"});
  content.priority = Priority::critical;
  const Alert alert = add_alert(content);
  relayed();
  const auto expansion = batches().expand(alert.id, 2);
  ASSERT_TRUE(expansion);
  EXPECT_EQ(expansion->batches, 3);
  EXPECT_EQ(expansion->recipients, 5);
  EXPECT_FALSE(expansion->already_done);
  EXPECT_EQ(members_of(batches().load(alert.id, 1)), (std::vector{people[0], people[1]}));
  EXPECT_EQ(members_of(batches().load(alert.id, 2)), (std::vector{people[2], people[3]}));
  EXPECT_EQ(members_of(batches().load(alert.id, 3)), (std::vector{people[4]}));
  const auto events = relayed();
  ASSERT_EQ(events.size(), 3U);
  std::set<std::int32_t> numbers;
  for (const Event& event : events) {
    EXPECT_EQ(event, (Event{.kind = EventKind::batch_ready,
                            .alert = alert.id,
                            .batch = event.batch,
                            .lane = Lane::urgent,
                            .epoch = alert.epoch,
                            .trace = alert.trace}));
    numbers.insert(event.batch);
  }
  EXPECT_EQ(numbers, (std::set<std::int32_t>{1, 2, 3}));
}

TEST_P(BatchStoreContract, ExpandingBeginsTheSending) {
  const Scene scene = sending(3);
  const auto alert = alerts().get(scene.alert);
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->status, AlertStatus::sending);
  EXPECT_TRUE(alert->sending_at);
  EXPECT_FALSE(alert->ended_at);
  EXPECT_EQ(counts(scene.alert).total_recipients, 3);
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.pending = 3}));
  EXPECT_TRUE(alerts().report(scene.alert, {})->deliveries.items.empty());
}

TEST_P(BatchStoreContract, TheOnlyBatchGetsNoEvent) {
  const AlertId id = add_alert().id;
  add_person();
  relayed();
  sending(2, DeliveryMethod::sms, 2);
  const auto events = relayed();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, EventKind::alert_created);
  EXPECT_NE(events[0].alert, id);
}

TEST_P(BatchStoreContract, AnAlertThatNobodyMatchesIsCompleted) {
  const AlertId id = add_alert(draft({"nobody"})).id;
  relayed();
  const auto expansion = batches().expand(id, 10);
  ASSERT_TRUE(expansion);
  EXPECT_EQ(expansion->batches, 0);
  EXPECT_EQ(expansion->recipients, 0);
  EXPECT_EQ(status(id), AlertStatus::completed);
  EXPECT_TRUE(alerts().get(id)->ended_at);
  EXPECT_TRUE(relayed().empty());
}

TEST_P(BatchStoreContract, ExpandsOnce) {
  const Scene scene = sending(3, DeliveryMethod::sms, 1);
  relayed();
  const auto again = batches().expand(scene.alert, 1);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->already_done);
  EXPECT_TRUE(relayed().empty());
  EXPECT_EQ(counts(scene.alert).total_recipients, 3);
}

TEST_P(BatchStoreContract, OfManyExpandingAtOnceOneDoes) {
  for (int i = 0; i < 6; ++i) { add_person(); }
  const AlertId id = add_alert().id;
  relayed();
  std::atomic<int> done = 0;
  at_once(4, [&](int) {
    const auto expansion = batches().expand(id, 2);
    ASSERT_TRUE(expansion);
    done += expansion->already_done ? 0 : 1;
  });
  EXPECT_EQ(done, 1);
  EXPECT_EQ(relayed().size(), 3U);
  EXPECT_EQ(counts(id).total_recipients, 6);
}

TEST_P(BatchStoreContract, DoesNotExpandWhatIsGoneOrCancelled) {
  EXPECT_EQ(batches().expand(alert_id(), 10).error().code, ErrorCode::not_found);
  const AlertId id = add_alert().id;
  ASSERT_TRUE(alerts().cancel(id));
  EXPECT_EQ(batches().expand(id, 10).error().code, ErrorCode::conflict);
  EXPECT_EQ(status(id), AlertStatus::cancelled);
}

TEST_P(BatchStoreContract, ReachesOnlyThoseCreatedNoLaterThanTheAlert) {
  const RecipientId early = add_person().id;
  const AlertId id = add_alert().id;
  pass(5ms);
  add_person();
  ASSERT_TRUE(batches().expand(id, 10));
  EXPECT_EQ(members_of(batches().load(id, 1)), std::vector{early});
}

TEST_P(BatchStoreContract, MatchesAnyTagOrAll) {
  const RecipientId both = add_person({"news", "tech"}).id;
  const RecipientId news = add_person({"news"}).id;
  add_person({"sport"});
  add_person();
  const auto matched = [&](const Filter& filter) {
    AlertDraft content = draft();
    content.filter = filter;
    const AlertId id = add_alert(content).id;
    EXPECT_TRUE(batches().expand(id, 10));
    return members_of(batches().load(id, 1));
  };
  EXPECT_EQ(matched({.tags = {"news", "tech"}}), (std::vector{both, news}));
  EXPECT_EQ(matched({.tags = {"news", "tech"}, .match_all_tags = true}), std::vector{both});
  EXPECT_EQ(matched({.tags = {"tech"}}), std::vector{both});
  EXPECT_EQ(matched({}).size(), 4U);
  EXPECT_EQ(matched({.match_all_tags = true}).size(), 4U);
}

TEST_P(BatchStoreContract, ReachesTheInactiveOnlyWhenAsked) {
  const RecipientId active = add_person().id;
  const RecipientId inactive = add_person().id;
  ASSERT_TRUE(recipients().change(inactive, {.active = false}));
  AlertDraft content = draft();
  const AlertId usual = add_alert(content).id;
  content.filter.active_only = false;
  const AlertId all = add_alert(content).id;
  ASSERT_TRUE(batches().expand(usual, 10));
  ASSERT_TRUE(batches().expand(all, 10));
  EXPECT_EQ(members_of(batches().load(usual, 1)), std::vector{active});
  EXPECT_EQ(members_of(batches().load(all, 1)), (std::vector{active, inactive}));
}

TEST_P(BatchStoreContract, LoadsMembersAsTheyAreNow) {
  const Scene scene = sending(3);
  ASSERT_TRUE(recipients().erase(scene.people[0]));
  ASSERT_TRUE(recipients().change(scene.people[1], {.sms_enabled = false, .voice_enabled = true}));
  const auto batch = batches().load(scene.alert, 1);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->state, BatchState::open);
  EXPECT_EQ(batch->number, 1);
  ASSERT_EQ(members_of(batch), (std::vector{scene.people[1], scene.people[2]}));
  EXPECT_EQ(batch->members[0].preferences, (Preferences{.sms_enabled = false, .voice_enabled = true}));
  EXPECT_FALSE(batch->members[1].sender);
}

TEST_P(BatchStoreContract, LoadsTheSenderThatAMemberKnows) {
  const Scene scene = sending(1);
  begin(intent(delivery_id(scene)));
  EXPECT_EQ(batches().load(scene.alert, 1)->members.at(0).sender, "+15550000001");
}

TEST_P(BatchStoreContract, DoesNotLoadWhatIsNotThere) {
  const Scene scene = sending(1);
  EXPECT_EQ(batches().load(scene.alert, 2).error().code, ErrorCode::not_found);
  EXPECT_EQ(batches().load(alert_id(), 1).error().code, ErrorCode::not_found);
}

TEST_P(BatchStoreContract, SettlesWhenEveryDeliveryIsSettled) {
  const Scene scene = sending(2);
  const Intent first = intent(delivery_id(scene, 0));
  begin(first);
  EXPECT_FALSE(recount(scene.alert));  // one under way, one not begun
  record(sent(first, "SM1"));
  EXPECT_FALSE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .pending = 1}));
  const Intent second = intent(delivery_id(scene, 1));
  begin(second);
  record(ended(second, Outcome::Kind::failed));
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .failed = 1}));
  const auto alert = alerts().get(scene.alert);
  EXPECT_EQ(alert->status, AlertStatus::completed);
  EXPECT_TRUE(alert->ended_at);
  const auto batch = batches().load(scene.alert, 1);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->state, BatchState::settled);
  EXPECT_TRUE(batch->members.empty());
}

TEST_P(BatchStoreContract, WhatIsToBeRetriedOrUnknownDoesNotSettle) {
  const Scene scene = sending(2);
  const Intent first = intent(delivery_id(scene, 0));
  const Intent second = intent(delivery_id(scene, 1));
  begin(first);
  begin(second);
  record(ended(first, Outcome::Kind::retry, 1h));
  record(ended(second, Outcome::Kind::unknown, 1h));
  EXPECT_FALSE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.pending = 2}));
  EXPECT_EQ(status(scene.alert), AlertStatus::sending);
}

TEST_P(BatchStoreContract, CountsEveryChannelOfARecipient) {
  const Scene scene = sending(2, DeliveryMethod::both);
  ASSERT_TRUE(recipients().change(scene.people[1], {.voice_enabled = true}));
  send_all(scene);
  EXPECT_FALSE(recount(scene.alert));
  DeliveryId call = delivery_id(scene, 1);
  call.channel = Channel::voice;
  const Intent one = intent(call);
  ASSERT_EQ(begin(one).verdict, BeginVerdict::begun);
  record(sent(one, "CA1"));
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 3}));
  EXPECT_EQ(counts(scene.alert).total_recipients, 2);
}

TEST_P(BatchStoreContract, ARecipientWithoutTheChannelHasNoDelivery) {
  const Scene scene = sending(2, DeliveryMethod::voice);
  EXPECT_EQ(counts(scene.alert).deliveries, Counts{});
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(status(scene.alert), AlertStatus::completed);
  EXPECT_EQ(counts(scene.alert).total_recipients, 2);
}

TEST_P(BatchStoreContract, TheLastBatchCompletesTheAlert) {
  const Scene scene = sending(4, DeliveryMethod::sms, 2);
  send_all(scene, 1);
  EXPECT_TRUE(recount(scene.alert, 1));
  EXPECT_EQ(status(scene.alert), AlertStatus::sending);
  send_all(scene, 2);
  EXPECT_TRUE(recount(scene.alert, 2));
  EXPECT_EQ(status(scene.alert), AlertStatus::completed);
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 4}));
}

TEST_P(BatchStoreContract, TwoLastBatchesAtOnceCompleteTheAlert) {
  for (int round = 0; round < 10; ++round) {
    const Scene scene = sending(2, DeliveryMethod::sms, 1);
    send_all(scene, 1);
    send_all(scene, 2);
    at_once(2, [&](int thread) { EXPECT_TRUE(recount(scene.alert, thread + 1)); });
    EXPECT_EQ(status(scene.alert), AlertStatus::completed);
  }
}

TEST_P(BatchStoreContract, RecountsManyAndAnswersEach) {
  const Scene scene = sending(4, DeliveryMethod::sms, 2);
  send_all(scene, 2);
  const std::vector<std::pair<AlertId, std::int32_t>> asked{{scene.alert, 2}, {scene.alert, 9}, {scene.alert, 1}};
  const auto answers = batches().recount(asked);
  ASSERT_TRUE(answers);
  EXPECT_EQ(*answers, (std::vector<bool>{true, false, false}));
}

TEST_P(BatchStoreContract, ACancelledAlertSettlesWithWhatWasNotBegunAsCancelled) {
  const Scene scene = sending(3);
  const Intent first = intent(delivery_id(scene, 0));
  begin(first);
  record(sent(first, "SM1"));
  ASSERT_TRUE(alerts().cancel(scene.alert));
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .cancelled = 2}));
  EXPECT_EQ(status(scene.alert), AlertStatus::cancelled);
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .cancelled = 2}));
  // Its worker had them in hand.
  for (const std::size_t each : {1U, 2U}) {
    EXPECT_EQ(begin(intent(delivery_id(scene, each))).verdict, BeginVerdict::withdrawn);
    EXPECT_TRUE(recount(scene.alert));
    EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .cancelled = 2})) << "nobody is counted twice";
  }
}

TEST_P(BatchStoreContract, ReportsMakeABatchDirtyAndItsCountsFollow) {
  const Scene scene = sending(2);
  const Intent first = intent(delivery_id(scene, 0));
  const Intent second = intent(delivery_id(scene, 1));
  begin(first);
  begin(second);
  record(sent(first, "SM1"));
  record(sent(second, "SM2"));
  ASSERT_TRUE(recount(scene.alert));
  merge(report(first, "SM1", ReportKind::delivered, 4));
  merge(report(second, "SM2", ReportKind::failed, 4));
  const auto done = batches().recount_dirty(10);
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, 1);
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .delivered = 1, .failed = 1}));
  EXPECT_EQ(*batches().recount_dirty(10), 0);
  EXPECT_EQ(status(scene.alert), AlertStatus::completed);
}

TEST_P(BatchStoreContract, ADirtyBatchMaySettleAndCompleteItsAlert) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  ASSERT_FALSE(recount(scene.alert));
  merge(report(one, "SM1", ReportKind::sent, 3));  // the answer was lost
  EXPECT_EQ(*batches().recount_dirty(10), 1);
  EXPECT_EQ(status(scene.alert), AlertStatus::completed);
}

TEST_P(BatchStoreContract, RecountsAsManyDirtyOnesAsAsked) {
  for (int i = 0; i < 3; ++i) {
    const Scene scene = sending(1);
    const Intent one = intent(delivery_id(scene));
    begin(one);
    merge(report(one, "SM" + std::to_string(i), ReportKind::sent, 3));
  }
  EXPECT_EQ(*batches().recount_dirty(2), 2);
  EXPECT_EQ(*batches().recount_dirty(2), 1);
}

TEST_P(BatchStoreContract, RedrivesWhatStalledAndOnlyThat) {
  const AlertId queued = add_alert(draft({"nobody"})).id;
  const Scene scene = sending(2, DeliveryMethod::sms, 1);
  send_all(scene, 1);
  recount(scene.alert, 1);
  relayed();
  EXPECT_EQ(*batches().redrive_stalled(Lane::standard, 1h, 10), 0);
  EXPECT_TRUE(relayed().empty());
  pass(30ms);
  EXPECT_EQ(*batches().redrive_stalled(Lane::standard, 20ms, 10), 2);
  std::set<std::pair<EventKind, AlertId>> driven;
  for (const Event& event : relayed()) { driven.insert({event.kind, event.alert}); }
  EXPECT_EQ(driven, (std::set<std::pair<EventKind, AlertId>>{{EventKind::alert_created, queued}, {EventKind::batch_ready, scene.alert}}));
  EXPECT_EQ(*batches().redrive_stalled(Lane::standard, 1h, 10), 0);
}

TEST_P(BatchStoreContract, RedrivesAsManyAsAsked) {
  for (int i = 0; i < 3; ++i) { add_alert(); }
  relayed();
  pass(30ms);
  EXPECT_EQ(*batches().redrive_stalled(Lane::standard, 20ms, 2), 2);
  EXPECT_EQ(relayed().size(), 2U);
}

TEST_P(BatchStoreContract, NeverRedrivesWhatHasEnded) {
  ASSERT_TRUE(alerts().cancel(add_alert().id));
  ASSERT_TRUE(batches().fail(add_alert().id, "It cannot be expanded."));
  const Scene scene = sending(1);
  send_all(scene);
  recount(scene.alert);
  relayed();
  pass(30ms);
  EXPECT_EQ(*batches().redrive_stalled(Lane::standard, 20ms, 10), 0);
  EXPECT_TRUE(relayed().empty());
}

}  // namespace bizcomms::contract

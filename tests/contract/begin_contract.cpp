#include <atomic>
#include <map>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

TEST_P(BeginContract, MakesTheIntentDurable) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  const BeginAnswer answer = begin(one);
  EXPECT_EQ(answer.verdict, BeginVerdict::begun);
  EXPECT_EQ(answer.attempt, 1);
  EXPECT_EQ(answer.phone_number, recipients().get(scene.people[0])->content.phone_number);
  EXPECT_EQ(answer.sender, "");
  const Delivery delivery = row(one.id);
  EXPECT_EQ(delivery.phone_number, answer.phone_number);
  EXPECT_EQ(delivery.attempt.token, one.token);
  EXPECT_EQ(delivery.attempt.state, AttemptState::sending);
  EXPECT_EQ(delivery.attempt.number, 1);
  EXPECT_EQ(delivery.attempt.started_at, answer.started_at);
  EXPECT_EQ(delivery.attempt.lease_until, answer.started_at + 60s);
  EXPECT_EQ(delivery.attempt.account, "AC1");
  EXPECT_EQ(delivery.attempt.sender, "+15550000001");
  EXPECT_EQ(delivery.attempt.body_hash, one.body_hash);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sending);
}

TEST_P(BeginContract, ASecondOneIsTaken) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  EXPECT_EQ(begin(intent(first.id)).verdict, BeginVerdict::taken);
  EXPECT_EQ(row(first.id).attempt.token, first.token);
  record(sent(first, "SM1"));
  EXPECT_EQ(begin(intent(first.id)).verdict, BeginVerdict::taken);
}

TEST_P(BeginContract, OfManyAtOnceEachDeliveryIsBegunOnce) {
  const Scene scene = sending(20);
  std::atomic<int> begun = 0;
  at_once(6, [&](int thread) {
    std::vector<Intent> group;
    for (std::size_t i = 0; i < 20; ++i) {
      const std::size_t person = thread % 2 == 0 ? i : 19 - i;  // in opposite orders: that must not deadlock
      group.push_back(intent(delivery_id(scene, person)));
    }
    const auto answers = ledger().begin(group);
    ASSERT_TRUE(answers);
    for (const BeginAnswer& answer : *answers) { begun += answer.verdict == BeginVerdict::begun ? 1 : 0; }
  });
  EXPECT_EQ(begun, 20);
}

TEST_P(BeginContract, TheWinnersTokenIsTheOneStored) {
  const Scene scene = sending(1);
  std::vector<Intent> intents;
  for (int i = 0; i < 6; ++i) { intents.push_back(intent(delivery_id(scene))); }
  std::atomic<int> winner = -1;
  at_once(6, [&](int thread) {
    if (begin(intents[static_cast<std::size_t>(thread)]).verdict == BeginVerdict::begun) { winner = thread; }
  });
  ASSERT_GE(winner, 0);
  EXPECT_EQ(row(delivery_id(scene)).attempt.token, intents[static_cast<std::size_t>(winner)].token);
}

TEST_P(BeginContract, AnswersInTheOrderAsked) {
  const Scene scene = sending(3);
  begin(intent(delivery_id(scene, 1)));
  ASSERT_TRUE(recipients().erase(scene.people[0]));
  const std::vector<Intent> group{intent(delivery_id(scene, 2)), intent(delivery_id(scene, 1)), intent(delivery_id(scene, 0))};
  const auto answers = ledger().begin(group);
  ASSERT_TRUE(answers);
  ASSERT_EQ(answers->size(), 3U);
  EXPECT_EQ(answers->at(0).verdict, BeginVerdict::begun);
  EXPECT_EQ(answers->at(1).verdict, BeginVerdict::taken);
  EXPECT_EQ(answers->at(2).verdict, BeginVerdict::withdrawn);
  EXPECT_EQ(answers->at(0).phone_number, recipients().get(scene.people[2])->content.phone_number);
}

TEST_P(BeginContract, NothingAskedNothingAnswered) {
  const auto answers = ledger().begin({});
  ASSERT_TRUE(answers);
  EXPECT_TRUE(answers->empty());
}

TEST_P(BeginContract, ARecipientKeepsTheSenderOfTheFirstMessage) {
  const Scene first = sending(1);
  begin(intent(delivery_id(first)));
  const AlertId second = add_alert().id;
  ASSERT_TRUE(batches().expand(second, 10));
  Intent other = intent({.alert = second, .batch = 1, .recipient = first.people[0], .channel = Channel::sms});
  other.sender = "+15550000002";
  EXPECT_EQ(begin(other).sender, "+15550000001");
  EXPECT_EQ(batches().load(second, 1)->members.at(0).sender, "+15550000001");
}

TEST_P(BeginContract, ReadsTheNumberAnew) {
  const Scene scene = sending(1);
  ASSERT_TRUE(recipients().change(scene.people[0], {.phone_number = "+4930123456"}));
  EXPECT_EQ(begin(intent(delivery_id(scene))).phone_number, "+4930123456");
  EXPECT_EQ(row(delivery_id(scene)).phone_number, "+4930123456");
}

TEST_P(BeginContract, ACancelledAlertSendsNothingMore) {
  const Scene scene = sending(1);
  ASSERT_TRUE(alerts().cancel(scene.alert));
  EXPECT_EQ(begin(intent(delivery_id(scene))).verdict, BeginVerdict::withdrawn);
  EXPECT_EQ(seen(delivery_id(scene)).status, DeliveryStatus::cancelled);
  EXPECT_FALSE(seen(delivery_id(scene)).reason.empty());
}

TEST_P(BeginContract, WithdrawsWithAReasonWhatNoLongerHolds) {
  const Scene scene = sending(4);
  ASSERT_TRUE(recipients().erase(scene.people[0]));
  ASSERT_TRUE(recipients().change(scene.people[1], {.active = false}));
  ASSERT_TRUE(recipients().opt_out(recipients().get(scene.people[2])->content.phone_number, "STOP", Time{1s}, {}));
  ASSERT_TRUE(recipients().change(scene.people[3], {.sms_enabled = false}));
  std::map<std::string, int> reasons;
  for (std::size_t i = 0; i < 4; ++i) {
    const DeliveryId id = delivery_id(scene, i);
    EXPECT_EQ(begin(intent(id)).verdict, BeginVerdict::withdrawn) << i;
    const VisibleDelivery visible = seen(id);
    EXPECT_TRUE(visible.status == DeliveryStatus::cancelled || visible.status == DeliveryStatus::failed) << i;
    EXPECT_FALSE(visible.sent_at) << i;
    ++reasons[visible.reason];
    EXPECT_EQ(begin(intent(id)).verdict, BeginVerdict::taken) << i;
  }
  EXPECT_EQ(reasons.size(), 4U);  // each its own
  EXPECT_FALSE(reasons.contains(""));
  EXPECT_TRUE(recount(scene.alert));
}

TEST_P(BeginContract, AnOptOutStopsCallsToo) {
  const Scene scene = sending(1, DeliveryMethod::voice);
  ASSERT_TRUE(recipients().change(scene.people[0], {.voice_enabled = true}));
  ASSERT_TRUE(recipients().opt_out(recipients().get(scene.people[0])->content.phone_number, "STOP", Time{1s}, {}));
  DeliveryId call = delivery_id(scene);
  call.channel = Channel::voice;
  EXPECT_EQ(begin(intent(call)).verdict, BeginVerdict::withdrawn);
}

TEST_P(BeginContract, TheInactiveAreReachedWhenTheAlertSaysSo) {
  const RecipientId person = add_person().id;
  ASSERT_TRUE(recipients().change(person, {.active = false}));
  AlertDraft content = draft();
  content.filter.active_only = false;
  const AlertId id = add_alert(content).id;
  ASSERT_TRUE(batches().expand(id, 10));
  EXPECT_EQ(begin(intent({.alert = id, .batch = 1, .recipient = person, .channel = Channel::sms})).verdict, BeginVerdict::begun);
}

TEST_P(BeginContract, ARetryIsBegunAgainByWhoKnowsItsToken) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(ended(first, Outcome::Kind::retry));
  EXPECT_EQ(begin(intent(first.id)).verdict, BeginVerdict::taken);
  EXPECT_EQ(begin(again(first.id, token())).verdict, BeginVerdict::taken);
  const Intent second = again(first.id, first.token);
  const BeginAnswer answer = begin(second);
  EXPECT_EQ(answer.verdict, BeginVerdict::begun);
  EXPECT_EQ(answer.attempt, 1);  // nothing had left us
  EXPECT_EQ(row(first.id).attempt.token, second.token);
  EXPECT_EQ(row(first.id).attempt.state, AttemptState::sending);
  EXPECT_FALSE(row(first.id).attempt.due_at);
  EXPECT_EQ(begin(again(first.id, first.token)).verdict, BeginVerdict::taken);
}

TEST_P(BeginContract, OfManyRetryingAtOnceOneBegins) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(ended(first, Outcome::Kind::retry));
  std::atomic<int> begun = 0;
  at_once(6, [&](int) { begun += begin(again(first.id, first.token)).verdict == BeginVerdict::begun ? 1 : 0; });
  EXPECT_EQ(begun, 1);
}

TEST_P(BeginContract, AnUntouchedDeliveryHasNoPrevious) {
  const Scene scene = sending(1);
  EXPECT_EQ(begin(again(delivery_id(scene), token())).verdict, BeginVerdict::taken);
  EXPECT_FALSE(has_row(delivery_id(scene)));
}

TEST_P(BeginContract, WhatIsUnknownIsNeverBegunAgain) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(ended(first, Outcome::Kind::unknown));
  EXPECT_EQ(begin(again(first.id, first.token)).verdict, BeginVerdict::taken);
}

TEST_P(BeginContract, ARetryOfACancelledAlertIsWithdrawn) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(ended(first, Outcome::Kind::retry));
  ASSERT_TRUE(alerts().cancel(scene.alert));
  EXPECT_EQ(begin(again(first.id, first.token)).verdict, BeginVerdict::withdrawn);
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::cancelled);
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.cancelled = 1}));
}

}  // namespace bizcomms::contract

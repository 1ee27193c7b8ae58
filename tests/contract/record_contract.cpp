#include <atomic>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

TEST_P(RecordContract, SentHoldsTheSidAndClaimsIt) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  EXPECT_EQ(record(sent(one, "SM1")), RecordVerdict::recorded);
  const Delivery delivery = row(one.id);
  EXPECT_EQ(delivery.attempt.state, AttemptState::sent);
  EXPECT_EQ(delivery.attempt.sid, "SM1");
  EXPECT_TRUE(delivery.attempt.sent_at);
  EXPECT_FALSE(delivery.attempt.lease_until);
  const std::vector<ProviderId> asked{"SM0", "SM1"};
  EXPECT_EQ(*ledger().claimed(asked), (std::vector<bool>{false, true}));
}

TEST_P(RecordContract, ARetryKeepsItsReason) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  EXPECT_EQ(record(ended(one, Outcome::Kind::retry, 1h)), RecordVerdict::recorded);
  const Delivery delivery = row(one.id);
  EXPECT_EQ(delivery.attempt.state, AttemptState::retry);
  EXPECT_EQ(delivery.attempt.error_code, 20429);
  EXPECT_EQ(delivery.attempt.reason, "Not this time.");
  EXPECT_GE(delivery.attempt.due_at, delivery.attempt.started_at + 1h);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::pending);
}

TEST_P(RecordContract, OnlyAnAttemptThatLeftUsCounts) {
  const Scene scene = sending(1);
  Intent one = intent(delivery_id(scene));
  begin(one);
  for (int i = 0; i < 3; ++i) {
    record(ended(one, Outcome::Kind::retry));
    EXPECT_EQ(row(one.id).attempt.looks, i + 1) << "refusals in a row";
    one = again(one.id, one.token);
    EXPECT_EQ(begin(one).attempt, 1);
    EXPECT_EQ(row(one.id).attempt.looks, i + 1);
  }
  record(ended(one, Outcome::Kind::unknown));
  EXPECT_EQ(row(one.id).attempt.looks, 0);
  const std::pair absent{one.id, one.token};
  ASSERT_TRUE(ledger().absolve(std::span(&absent, 1)));
  EXPECT_EQ(begin(again(one.id, one.token)).attempt, 2);
}

TEST_P(RecordContract, FailedIsForGood) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  EXPECT_EQ(record(ended(one, Outcome::Kind::failed)), RecordVerdict::recorded);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::failed);
  EXPECT_EQ(seen(one.id).error_code, 20429);
  EXPECT_EQ(begin(again(one.id, one.token)).verdict, BeginVerdict::taken);
  EXPECT_EQ(record(ended(one, Outcome::Kind::retry)), RecordVerdict::stale);
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::failed);
}

TEST_P(RecordContract, CountsTheLooksThatFoundNothing) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(ended(one, Outcome::Kind::unknown));
  EXPECT_EQ(row(one.id).attempt.looks, 0);
  Outcome looked = ended(one, Outcome::Kind::unknown, 1h);
  looked.looked = true;
  EXPECT_EQ(record(looked), RecordVerdict::recorded);
  EXPECT_EQ(record(looked), RecordVerdict::recorded);
  EXPECT_EQ(row(one.id).attempt.looks, 2);
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::unknown);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::unknown);
}

TEST_P(RecordContract, ALookUpSettlesWhatWasUnknown) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(ended(one, Outcome::Kind::unknown));
  EXPECT_EQ(record(sent(one, "SM1")), RecordVerdict::recorded);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
  EXPECT_EQ(seen(one.id).error_code, std::nullopt);
}

TEST_P(RecordContract, WithoutTheTokenNothingIsWritten) {
  const Scene scene = sending(2);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  Outcome foreign = ended(one, Outcome::Kind::failed);
  foreign.token = token();
  EXPECT_EQ(record(foreign), RecordVerdict::stale);
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::sending);
  EXPECT_EQ(record(ended(intent(delivery_id(scene, 1)), Outcome::Kind::failed)), RecordVerdict::stale);
  EXPECT_FALSE(has_row(delivery_id(scene, 1)));
}

// The answer to attempt 1 comes when attempt 2 has begun.
TEST_P(RecordContract, ALateAnswerWithASidIsNeverLost) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(ended(first, Outcome::Kind::retry));
  const Intent second = again(first.id, first.token);
  begin(second);
  EXPECT_EQ(record(sent(first, "SM1")), RecordVerdict::stale);
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::sent);
  EXPECT_EQ(seen(first.id).sid, "SM1");
  const std::vector<ProviderId> asked{"SM1"};
  EXPECT_TRUE(ledger().claimed(asked)->at(0));
  record(ended(second, Outcome::Kind::retry));
  EXPECT_EQ(begin(again(second.id, second.token)).verdict, BeginVerdict::taken);
  EXPECT_TRUE(recount(scene.alert));
}

TEST_P(RecordContract, ALateAnswerAfterWeGaveUpIsNeverLost) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(ended(one, Outcome::Kind::unknown));
  record(ended(one, Outcome::Kind::failed));
  EXPECT_EQ(record(sent(one, "SM1")), RecordVerdict::stale);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
}

TEST_P(RecordContract, ASidBelongsToOneDelivery) {
  const Scene scene = sending(2);
  const Intent first = intent(delivery_id(scene, 0));
  const Intent second = intent(delivery_id(scene, 1));
  begin(first);
  begin(second);
  record(ended(second, Outcome::Kind::unknown));
  EXPECT_EQ(record(sent(first, "SM1")), RecordVerdict::recorded);
  EXPECT_EQ(record(sent(second, "SM1")), RecordVerdict::sid_taken);
  EXPECT_EQ(row(second.id).attempt.state, AttemptState::unknown);
  EXPECT_FALSE(row(second.id).attempt.sid);
}

TEST_P(RecordContract, OfManyClaimingOneSidAtOnceOneHasIt) {
  const Scene scene = sending(6);
  std::vector<Intent> intents;
  for (std::size_t i = 0; i < 6; ++i) {
    intents.push_back(intent(delivery_id(scene, i)));
    begin(intents.back());
  }
  std::atomic<int> recorded = 0;
  std::atomic<int> taken = 0;
  at_once(6, [&](int thread) {
    const RecordVerdict verdict = record(sent(intents[static_cast<std::size_t>(thread)], "SM1"));
    recorded += verdict == RecordVerdict::recorded ? 1 : 0;
    taken += verdict == RecordVerdict::sid_taken ? 1 : 0;
  });
  EXPECT_EQ(recorded, 1);
  EXPECT_EQ(taken, 5);
}

TEST_P(RecordContract, TheSameSidTwiceInAGroupIsClaimedOnce) {
  const Scene scene = sending(2);
  const Intent first = intent(delivery_id(scene, 0));
  const Intent second = intent(delivery_id(scene, 1));
  begin(first);
  begin(second);
  const std::vector<Outcome> group{sent(second, "SM1"), sent(first, "SM1")};
  const auto verdicts = ledger().record(group);
  ASSERT_TRUE(verdicts);
  EXPECT_EQ((*verdicts)[0] == RecordVerdict::recorded, (*verdicts)[1] == RecordVerdict::sid_taken);
  EXPECT_NE((*verdicts)[0], (*verdicts)[1]);
}

TEST_P(RecordContract, AnswersInTheOrderAsked) {
  const Scene scene = sending(3);
  std::vector<Intent> intents;
  for (std::size_t i = 0; i < 3; ++i) { intents.push_back(intent(delivery_id(scene, i))); }
  begin(intents[0]);
  begin(intents[2]);
  const std::vector<Outcome> group{sent(intents[2], "SM2"), sent(intents[1], "SM1"), ended(intents[0], Outcome::Kind::failed)};
  const auto verdicts = ledger().record(group);
  ASSERT_TRUE(verdicts);
  EXPECT_EQ(*verdicts, (std::vector{RecordVerdict::recorded, RecordVerdict::stale, RecordVerdict::recorded}));
  EXPECT_EQ(seen(intents[2].id).sid, "SM2");
  EXPECT_EQ(seen(intents[0].id).status, DeliveryStatus::failed);
}

TEST_P(RecordContract, RecordingTheSameAnswerAgainLosesNothing) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(sent(one, "SM1"));
  EXPECT_NE(record(sent(one, "SM1")), RecordVerdict::sid_taken);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
  EXPECT_EQ(seen(one.id).sid, "SM1");
}

}  // namespace bizcomms::contract

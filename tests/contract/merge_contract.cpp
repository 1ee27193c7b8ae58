#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

TEST_P(MergeContract, DoesNotKnowWhatWasNeverBegun) {
  const Scene scene = sending(2);
  const Intent known = intent(delivery_id(scene, 1));
  begin(known);
  const std::vector<Report> reports{report(intent(delivery_id(scene, 0)), "SM0", ReportKind::sent, 3),
                                    report(known, "SM1", ReportKind::sent, 3)};
  const auto answers = ledger().merge(reports);
  ASSERT_TRUE(answers);
  EXPECT_EQ(*answers, (std::vector<bool>{false, true}));
  EXPECT_FALSE(has_row(delivery_id(scene, 0)));
}

TEST_P(MergeContract, ReportsBecomeWhatACallerSees) {
  const Scene scene = sending(2);
  const Intent first = intent(delivery_id(scene, 0));
  const Intent second = intent(delivery_id(scene, 1));
  begin(first);
  begin(second);
  record(sent(first, "SM1"));
  record(sent(second, "SM2"));
  EXPECT_TRUE(merge(report(first, "SM1", ReportKind::delivered, 4)));
  EXPECT_TRUE(merge(report(first, "SM1", ReportKind::sent, 3)));
  EXPECT_TRUE(merge(report(second, "SM2", ReportKind::failed, 4)));
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::delivered);
  EXPECT_TRUE(seen(first.id).delivered_at);
  EXPECT_EQ(seen(second.id).status, DeliveryStatus::failed);
  EXPECT_EQ(seen(second.id).error_code, 30006);
  EXPECT_EQ(seen(second.id).reason, "The number is a landline.");
}

TEST_P(MergeContract, EveryFieldOfAReportIsKept) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  Report pressed = report(one, "SM1", ReportKind::delivered, 4);
  pressed.acknowledged = true;
  merge(pressed);
  const auto reports = row(one.id).reports;
  ASSERT_TRUE(reports);
  EXPECT_EQ(reports->sid, "SM1");
  EXPECT_EQ(reports->token, one.token);
  EXPECT_EQ(reports->rank, 4);
  EXPECT_EQ(reports->kind, ReportKind::delivered);
  EXPECT_EQ(reports->accepted_at, pressed.at);
  EXPECT_EQ(reports->delivered_at, pressed.at);
  EXPECT_EQ(reports->acknowledged_at, pressed.at);
}

TEST_P(MergeContract, AGroupMayHoldManyReportsOfOneDelivery) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  const std::vector<Report> reports{report(one, "SM1", ReportKind::sent, 3), report(one, "SM1", ReportKind::delivered, 4),
                                    report(one, "SM1", ReportKind::accepted, 1), report(one, "SM1", ReportKind::delivered, 4)};
  const auto answers = ledger().merge(reports);
  ASSERT_TRUE(answers);
  EXPECT_EQ(*answers, std::vector<bool>(4, true));
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::delivered);
}

TEST_P(MergeContract, ReportsAtOnceEndInTheHighest) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(sent(one, "SM1"));
  at_once(5,
          [&](int thread) { EXPECT_TRUE(merge(report(one, "SM1", thread == 4 ? ReportKind::delivered : ReportKind::accepted, thread))); });
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::delivered);
  EXPECT_EQ(row(one.id).reports->rank, 4);
}

TEST_P(MergeContract, ACallbackBeforeTheAnswerSettlesTheAttempt) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  merge(report(one, "SM1", ReportKind::sent, 3));
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::sent);
  EXPECT_EQ(seen(one.id).sid, "SM1");
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_NE(record(sent(one, "SM1")), RecordVerdict::sid_taken);
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::sent);
  EXPECT_EQ(seen(one.id).sid, "SM1");
}

TEST_P(MergeContract, WhatACallbackProvedNoOutcomeUndoes) {
  const Scene scene = sending(3);
  const Outcome::Kind kinds[] = {Outcome::Kind::unknown, Outcome::Kind::retry, Outcome::Kind::failed};
  for (std::size_t i = 0; i < 3; ++i) {
    const Intent one = intent(delivery_id(scene, i));
    begin(one);
    merge(report(one, "SM" + std::to_string(i), ReportKind::sent, 3));
    EXPECT_EQ(record(ended(one, kinds[i])), RecordVerdict::stale);
    EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
    EXPECT_EQ(begin(again(one.id, one.token)).verdict, BeginVerdict::taken);
  }
  EXPECT_TRUE(ledger().due(10, 1s)->empty());
}

TEST_P(MergeContract, ACallbackSettlesWhatWasUnknown) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(ended(one, Outcome::Kind::unknown));
  merge(report(one, "SM1", ReportKind::failed, 4));
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::failed);
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_TRUE(ledger().due(10, 1s)->empty());
}

TEST_P(MergeContract, ACallbackForbidsTheRetryOfWhatWasThoughtRefused) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(ended(one, Outcome::Kind::retry));
  merge(report(one, "SM1", ReportKind::sent, 3));
  EXPECT_EQ(begin(again(one.id, one.token)).verdict, BeginVerdict::taken);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
  EXPECT_TRUE(ledger().due(10, 1s)->empty());
  EXPECT_TRUE(recount(scene.alert));
}

TEST_P(MergeContract, ACallbackOfAnEarlierAttemptForbidsFurtherOnes) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(ended(first, Outcome::Kind::retry));
  const Intent second = again(first.id, first.token);
  begin(second);
  record(ended(second, Outcome::Kind::retry));
  merge(report(first, "SM1", ReportKind::sent, 3));
  EXPECT_EQ(begin(again(second.id, second.token)).verdict, BeginVerdict::taken);
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::sent);
  EXPECT_TRUE(ledger().due(10, 1s)->empty());
  EXPECT_TRUE(recount(scene.alert));
}

TEST_P(MergeContract, TheFailureOfAnEarlierAttemptForbidsNothing) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(ended(first, Outcome::Kind::retry));
  const Intent second = again(first.id, first.token);
  begin(second);
  record(ended(second, Outcome::Kind::retry));
  merge(report(first, "SM1", ReportKind::failed, 4));
  EXPECT_EQ(begin(again(second.id, second.token)).verdict, BeginVerdict::begun);
}

TEST_P(MergeContract, ACallbackClaimsItsSid) {
  const Scene scene = sending(2);
  const Intent first = intent(delivery_id(scene, 0));
  const Intent second = intent(delivery_id(scene, 1));
  begin(first);
  begin(second);
  record(ended(second, Outcome::Kind::unknown));
  merge(report(first, "SM1", ReportKind::sent, 3));
  const std::vector<ProviderId> asked{"SM1"};
  EXPECT_TRUE(ledger().claimed(asked)->at(0));
  EXPECT_EQ(record(sent(second, "SM1")), RecordVerdict::sid_taken);
}

TEST_P(MergeContract, ACallbackOutranksAClaimByLookUp) {
  const Scene scene = sending(2);
  const Intent guessed = intent(delivery_id(scene, 0));
  const Intent named = intent(delivery_id(scene, 1));
  begin(guessed);
  begin(named);
  record(ended(guessed, Outcome::Kind::unknown, 1h));
  record(ended(named, Outcome::Kind::unknown, 1h));
  ASSERT_EQ(record(found(guessed, "SM1")), RecordVerdict::recorded);
  EXPECT_TRUE(merge(report(named, "SM1", ReportKind::delivered, 4)));
  EXPECT_EQ(seen(named.id).status, DeliveryStatus::delivered);
  EXPECT_EQ(row(guessed.id).attempt.state, AttemptState::unknown);
  EXPECT_EQ(seen(guessed.id).status, DeliveryStatus::unknown);
  EXPECT_EQ(seen(guessed.id).sid, std::nullopt);
  const auto due = ledger().due(10, 1h);
  ASSERT_TRUE(due);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->at(0).delivery.id, guessed.id);
  EXPECT_EQ(record(found(guessed, "SM1")), RecordVerdict::sid_taken);
  EXPECT_EQ(record(found(guessed, "SM2")), RecordVerdict::recorded);
}

TEST_P(MergeContract, AMessageThatFailedOnItsWayIsSentAgainSoOftenAtMost) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(sent(first, "SM1"));
  Report lost = report(first, "SM1", ReportKind::failed, 4);
  lost.resending = Resending{.times = 1, .after = 1h};
  merge(lost);
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::sent);
  EXPECT_EQ(row(first.id).attempt.state, AttemptState::retry);
  EXPECT_TRUE(ledger().due(10, 1s)->empty());
  EXPECT_FALSE(recount(scene.alert));
  merge(lost);  // told twice
  EXPECT_EQ(row(first.id).attempt.resent, 1);

  Intent second = again(first.id, first.token);
  ASSERT_EQ(begin(second).verdict, BeginVerdict::begun);
  EXPECT_EQ(row(first.id).attempt.resent, 1);
  ASSERT_EQ(record(sent(second, "SM2")), RecordVerdict::recorded);
  lost = report(second, "SM2", ReportKind::failed, 4);
  lost.resending = Resending{.times = 1, .after = 1h};
  merge(lost);
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::failed);
  EXPECT_EQ(row(first.id).attempt.state, AttemptState::sent);
  EXPECT_TRUE(recount(scene.alert));
}

TEST_P(MergeContract, AMessageThatIsDueAgainComesUpWhenItsTimeHasCome) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(sent(one, "SM1"));
  Report lost = report(one, "SM1", ReportKind::failed, 4);
  lost.resending = Resending{.times = 2, .after = 0s};
  merge(lost);
  const auto due = ledger().due(10, 1h);
  ASSERT_TRUE(due);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->at(0).delivery.attempt.state, AttemptState::retry);
  EXPECT_EQ(due->at(0).delivery.attempt.resent, 1);
}

TEST_P(MergeContract, LateNewsOfAMessageThatWasSentAgainHidesNothing) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(sent(first, "SM1"));
  Report failure = report(first, "SM1", ReportKind::failed, 4);
  failure.resending = Resending{.times = 1, .after = Millis{0}};
  merge(failure);
  const Intent second = again(first.id, first.token);
  ASSERT_EQ(begin(second).verdict, BeginVerdict::begun);
  record(sent(second, "SM2"));
  merge(report(second, "SM2", ReportKind::sent, 3));
  EXPECT_TRUE(merge(report(first, "SM1", ReportKind::accepted, 1)));
  merge(report(second, "SM2", ReportKind::failed, 4));
  EXPECT_TRUE(merge(report(first, "SM1", ReportKind::sent, 3)));
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::failed);
  EXPECT_EQ(seen(first.id).sid, "SM2");
  merge(report(first, "SM1", ReportKind::delivered, 5));  // against all expectation
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::delivered);
}

TEST_P(GuessContract, WhatALookUpFindsTooLateClaimsNothing) {
  const Scene scene = sending(1);
  const Intent one = unknown_one(scene, 0);
  merge(report(one, "SM1", ReportKind::sent, 3));
  EXPECT_EQ(record(found(one, "SM2")), RecordVerdict::stale);
  EXPECT_FALSE(is_claimed("SM2"));
  EXPECT_EQ(seen(one.id).sid, "SM1");
}

TEST_P(GuessContract, AnAnswerThatComesLateIsNoGuess) {
  const Scene scene = sending(2);
  const Intent one = unknown_one(scene, 0);
  const Intent other = unknown_one(scene, 1);
  EXPECT_EQ(record(sent(one, "SM1")), RecordVerdict::recorded);
  EXPECT_TRUE(merge(report(other, "SM1", ReportKind::sent, 3)));
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::sent);
  EXPECT_EQ(row(other.id).attempt.state, AttemptState::unknown);
}

TEST_P(GuessContract, ProofOfAnotherMessageSetsTheGuessedOneFree) {
  const Scene scene = sending(2);
  const Intent one = unknown_one(scene, 0);
  const Intent other = unknown_one(scene, 1);
  ASSERT_EQ(record(found(one, "SM1")), RecordVerdict::recorded);
  ASSERT_EQ(record(found(other, "SM2")), RecordVerdict::recorded);
  EXPECT_TRUE(merge(report(one, "SM3", ReportKind::delivered, 4)));  // a callback
  EXPECT_EQ(seen(one.id).sid, "SM3");
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::delivered);
  EXPECT_FALSE(is_claimed("SM1"));
  EXPECT_NE(record(sent(other, "SM4")), RecordVerdict::sid_taken);  // an answer that was held up
  EXPECT_EQ(seen(other.id).sid, "SM4");
  EXPECT_FALSE(is_claimed("SM2"));
  EXPECT_TRUE(is_claimed("SM4"));
}

TEST_P(GuessContract, WhatOneReportOfAGroupSetsFreeTheNextMayClaim) {
  const Scene scene = sending(2);
  const Intent one = unknown_one(scene, 0);
  const Intent other = unknown_one(scene, 1);
  ASSERT_EQ(record(found(one, "SM1")), RecordVerdict::recorded);
  const std::vector reports{report(one, "SM3", ReportKind::sent, 3), report(other, "SM1", ReportKind::sent, 3)};
  ASSERT_TRUE(ledger().merge(reports));
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::sent);
  EXPECT_EQ(seen(one.id).sid, "SM3");
  EXPECT_EQ(row(other.id).attempt.state, AttemptState::sent);
  EXPECT_EQ(seen(other.id).sid, "SM1");
  EXPECT_TRUE(is_claimed("SM1"));
  EXPECT_TRUE(is_claimed("SM3"));
  const Intent third = unknown_one(sending(1), 0);
  EXPECT_EQ(record(found(third, "SM1")), RecordVerdict::sid_taken);
}

TEST_P(GuessContract, WhatIsSetFreeAndClaimedAtTheSameTimeEndsWithItsOwner) {
  for (int round = 0; round < 8; ++round) {
    const std::string guessed = "SMa" + std::to_string(round);
    const std::string real = "SMb" + std::to_string(round);
    const Scene scene = sending(2);
    const Intent one = unknown_one(scene, 0);
    const Intent other = unknown_one(scene, 1);
    ASSERT_EQ(record(found(one, guessed)), RecordVerdict::recorded);
    const std::vector reports{report(one, real, ReportKind::sent, 3), report(other, guessed, ReportKind::sent, 3)};
    at_once(2, [&](int thread) { EXPECT_TRUE(merge(reports[static_cast<std::size_t>(thread)])); });
    EXPECT_EQ(row(one.id).attempt.state, AttemptState::sent);
    EXPECT_EQ(seen(one.id).sid, real);
    EXPECT_EQ(row(other.id).attempt.state, AttemptState::sent);
    EXPECT_EQ(seen(other.id).sid, guessed);
    EXPECT_TRUE(is_claimed(guessed));
    EXPECT_TRUE(is_claimed(real));
  }
}

TEST_P(GuessContract, BothMessagesOfOneAttemptAreItsOwn) {
  const Intent one = unknown_one(sending(1), 0);
  ASSERT_EQ(record(found(one, "SM1")), RecordVerdict::recorded);
  const std::vector reports{report(one, "SM3", ReportKind::sent, 3), report(one, "SM1", ReportKind::sent, 3)};
  ASSERT_TRUE(ledger().merge(reports));
  EXPECT_TRUE(is_claimed("SM1"));
  EXPECT_TRUE(is_claimed("SM3"));
}

// It was found by a look-up, failed on its way, and was sent again: the proof that it was another's takes nothing from the new one.
TEST_P(GuessContract, ALostGuessTakesNothingFromALaterMessage) {
  const Scene scene = sending(2);
  const Intent one = unknown_one(scene, 0);
  const Intent other = unknown_one(scene, 1);
  ASSERT_EQ(record(found(one, "SM1")), RecordVerdict::recorded);
  Report lost = report(one, "SM1", ReportKind::failed, 4);
  lost.resending = Resending{.times = 1, .after = 0s};
  merge(lost);
  ASSERT_EQ(row(one.id).attempt.state, AttemptState::retry);
  const Intent second = again(one.id, one.token);
  ASSERT_EQ(begin(second).verdict, BeginVerdict::begun);
  ASSERT_EQ(record(sent(second, "SM9")), RecordVerdict::recorded);
  merge(report(other, "SM1", ReportKind::delivered, 4));
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::sent);
  EXPECT_EQ(row(one.id).attempt.sid, "SM9");
}

TEST_P(GuessContract, AMessageStaysWithItsHolderOnceTheNamedOneIsSentAgain) {
  const Scene scene = sending(2);
  const Intent holder = unknown_one(scene, 0);
  const Intent named = unknown_one(scene, 1);
  ASSERT_EQ(record(found(holder, "SM1")), RecordVerdict::recorded);
  const std::vector absent{std::pair(named.id, named.token)};
  ASSERT_TRUE(ledger().absolve(absent)->at(0));
  const Intent second = again(named.id, named.token);
  ASSERT_EQ(begin(second).verdict, BeginVerdict::begun);
  ASSERT_EQ(record(sent(second, "SM2")), RecordVerdict::recorded);
  EXPECT_TRUE(merge(report(named, "SM1", ReportKind::delivered, 4)));
  EXPECT_EQ(seen(holder.id).status, DeliveryStatus::delivered);
  EXPECT_EQ(seen(holder.id).sid, "SM1");
  EXPECT_EQ(seen(named.id).status, DeliveryStatus::sent);
  EXPECT_EQ(seen(named.id).sid, "SM2");
  EXPECT_TRUE(recount(scene.alert));
}

TEST_P(MergeContract, ReportsFollowAnErasedRecipient) {
  const Scene scene = sending(1);
  send_all(scene);
  const Delivery delivery = row(delivery_id(scene));
  ASSERT_TRUE(recipients().erase(scene.people[0]));
  Report last{.id = delivery.id,
              .token = delivery.attempt.token,
              .sid = *delivery.attempt.sid,
              .rank = 4,
              .kind = ReportKind::delivered,
              .at = Time{1'767'268'800s}};
  EXPECT_TRUE(merge(last));
  EXPECT_EQ(seen(delivery.id).status, DeliveryStatus::delivered);
  EXPECT_FALSE(row(delivery.id).phone_number);
}

}  // namespace bizcomms::contract

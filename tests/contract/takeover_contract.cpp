#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

namespace {

Report told_of_earlier(Report report, const AttemptToken& token) {
  report.token = token;
  return report;
}

}  // namespace

TEST_P(TakeoverContract, WhatHasNoRowIsUnknownNotUntouched) {
  const Scene scene = sending(1);
  take_over();
  const Intent one = intent(delivery_id(scene));
  const BeginAnswer answer = begin(one);
  EXPECT_EQ(answer.verdict, BeginVerdict::doubtful);
  EXPECT_EQ(answer.attempt, 0);
  const Delivery delivery = row(one.id);
  EXPECT_EQ(delivery.attempt.state, AttemptState::unknown);
  EXPECT_EQ(delivery.attempt.token, one.token);
  EXPECT_EQ(delivery.attempt.number, 0);
  EXPECT_EQ(delivery.attempt.account, one.account);
  EXPECT_EQ(delivery.attempt.sender, one.sender);
  EXPECT_EQ(delivery.attempt.body_hash, one.body_hash);
  EXPECT_FALSE(delivery.attempt.lease_until);
  EXPECT_EQ(delivery.phone_number, recipients().get(scene.people[0])->content.phone_number);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::unknown);
  EXPECT_FALSE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.pending = 1}));
  const auto due = ledger().due(10, 1min);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->front().delivery.id, one.id);
  EXPECT_EQ(due->front().now >= delivery.attempt.started_at, true);
  EXPECT_EQ(begin(intent(one.id)).verdict, BeginVerdict::taken);
  EXPECT_EQ(begin(again(one.id, one.token)).verdict, BeginVerdict::taken);
}

TEST_P(TakeoverContract, WhatIsSurelyAbsentIsSentAsItsFirstAttempt) {
  const Scene scene = sending(1);
  take_over();
  const Intent one = doubtful_one(scene);
  const std::pair absent{one.id, one.token};
  ASSERT_TRUE(ledger().absolve(std::span(&absent, 1))->front());
  const BeginAnswer answer = begin(again(one.id, one.token));
  EXPECT_EQ(answer.verdict, BeginVerdict::begun);
  EXPECT_EQ(answer.attempt, 1);
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::sending);
}

TEST_P(TakeoverContract, WhatIsFoundIsSent) {
  const Scene scene = sending(1);
  take_over();
  const Intent one = doubtful_one(scene);
  EXPECT_EQ(record(found(one, "SM1")), RecordVerdict::recorded);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
  EXPECT_TRUE(recount(scene.alert));
}

TEST_P(TakeoverContract, WhatThisCellCreatedIsUntouched) {
  take_over();
  const Scene scene = sending(1);
  EXPECT_EQ(begin(intent(delivery_id(scene))).verdict, BeginVerdict::begun);
}

TEST_P(TakeoverContract, OfAGroupEachIsAnsweredByItsAlert) {
  const Scene older = sending(1);
  take_over();
  const Scene newer = sending(1);
  const std::vector group{intent(delivery_id(newer)), intent(delivery_id(older))};
  const auto answers = ledger().begin(group);
  ASSERT_TRUE(answers);
  EXPECT_EQ(answers->at(0).verdict, BeginVerdict::begun);
  EXPECT_EQ(answers->at(1).verdict, BeginVerdict::doubtful);
}

TEST_P(TakeoverContract, WhatMayNotBeSentIsWithdrawnAllTheSame) {
  const Scene scene = sending(1);
  ASSERT_TRUE(alerts().cancel(scene.alert));
  take_over();
  EXPECT_EQ(begin(intent(delivery_id(scene))).verdict, BeginVerdict::withdrawn);
}

// What the cell before may have begun is not known better for having been given up here.
TEST_P(TakeoverContract, WhatWasGivenUpUnbegunAndIsOpenAgainIsUnknown) {
  const Scene scene = sending(1);
  take_over();
  for (int i = 0; i < 3; ++i) { ASSERT_TRUE(batches().blame(scene.alert, 1, "It broke.")); }
  ASSERT_TRUE(batches().reopen(scene.alert, 1, "It broke."));
  EXPECT_EQ(begin(intent(delivery_id(scene))).verdict, BeginVerdict::doubtful);
}

// The further attempt, too, may have been begun and sent by the cell before.
TEST_P(TakeoverContract, ARetryFromBeforeIsLookedUpOnceMore) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(ended(first, Outcome::Kind::retry));
  pass(5ms);
  take_over();
  const Intent second = again(first.id, first.token);
  EXPECT_EQ(begin(second).verdict, BeginVerdict::doubtful);
  EXPECT_EQ(row(first.id).attempt.state, AttemptState::unknown);
  EXPECT_EQ(row(first.id).attempt.token, second.token);
  EXPECT_EQ(row(first.id).attempt.number, 0);
  EXPECT_FALSE(row(first.id).attempt.error_code);
  EXPECT_EQ(ledger().due(10, 1min)->size(), 1U);
  const std::pair absent{second.id, second.token};
  ASSERT_TRUE(ledger().absolve(std::span(&absent, 1))->front());
  EXPECT_EQ(begin(again(first.id, second.token)).verdict, BeginVerdict::begun);
}

TEST_P(TakeoverContract, ARetryOfThisCellIsBegun) {
  const Scene scene = sending(1);
  take_over();
  const Intent one = doubtful_one(scene);
  const std::pair absent{one.id, one.token};
  ASSERT_TRUE(ledger().absolve(std::span(&absent, 1))->front());
  const Intent first = again(one.id, one.token);
  begin(first);
  record(ended(first, Outcome::Kind::retry));
  EXPECT_EQ(begin(again(one.id, first.token)).verdict, BeginVerdict::begun);
}

TEST_P(TakeoverContract, AReportOfTheCellBeforeSettlesWhatIsDoubtful) {
  const Scene scene = sending(1);
  take_over();
  const Intent one = doubtful_one(scene);
  const AttemptToken earlier = token();
  EXPECT_TRUE(merge(told_of_earlier(report(one, "SM1", ReportKind::sent, 3), earlier)));
  EXPECT_EQ(row(one.id).attempt.state, AttemptState::sent);
  EXPECT_EQ(row(one.id).attempt.token, earlier);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
  EXPECT_TRUE(ledger().due(10, 1min)->empty());
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(record(ended(one, Outcome::Kind::failed)), RecordVerdict::stale);  // given up, by a look-up from before
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
  merge(told_of_earlier(report(one, "SM1", ReportKind::failed, 4), earlier));
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::failed);
}

TEST_P(TakeoverContract, AFailureIsAnAnswerToo) {
  const Scene scene = sending(2);
  take_over();
  const Intent landline = doubtful_one(scene, 0);
  merge(told_of_earlier(report(landline, "SM1", ReportKind::failed, 4), token()));
  EXPECT_EQ(seen(landline.id).status, DeliveryStatus::failed);
  const Intent lost = doubtful_one(scene, 1);
  Report failure = told_of_earlier(report(lost, "SM2", ReportKind::failed, 4), token());
  failure.resending = Resending{.times = 1, .after = 0ms};
  merge(failure);
  EXPECT_EQ(row(lost.id).attempt.state, AttemptState::retry);
  EXPECT_EQ(seen(lost.id).status, DeliveryStatus::sent);
  const Intent next = again(lost.id, failure.token);
  EXPECT_EQ(begin(next).verdict, BeginVerdict::doubtful);  // the cell before may have sent it again
  const std::pair absent{lost.id, next.token};
  ASSERT_TRUE(ledger().absolve(std::span(&absent, 1))->front());
  EXPECT_EQ(begin(again(lost.id, next.token)).verdict, BeginVerdict::begun);
}

TEST_P(TakeoverContract, AReportForbidsWhatWasAbsolved) {
  const Scene scene = sending(1);
  take_over();
  const Intent one = doubtful_one(scene);
  const std::pair absent{one.id, one.token};
  ASSERT_TRUE(ledger().absolve(std::span(&absent, 1))->front());
  merge(told_of_earlier(report(one, "SM1", ReportKind::accepted, 1), token()));
  EXPECT_EQ(begin(again(one.id, one.token)).verdict, BeginVerdict::taken);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
  EXPECT_TRUE(ledger().due(10, 1min)->empty());
}

// Else nobody would look the guessed one up, and its owner would be sent another.
TEST_P(TakeoverContract, AReportOfTheCellBeforeSetsAGuessFree) {
  const Scene scene = sending(2);
  take_over();
  const Intent one = doubtful_one(scene, 0);
  const Intent other = doubtful_one(scene, 1);
  ASSERT_EQ(record(found(one, "SM-other")), RecordVerdict::recorded);
  merge(told_of_earlier(report(one, "SM-one", ReportKind::delivered, 4), token()));
  EXPECT_EQ(seen(one.id).sid, "SM-one");
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::delivered);
  EXPECT_FALSE(is_claimed("SM-other"));
  EXPECT_EQ(record(found(other, "SM-other")), RecordVerdict::recorded);
}

TEST_P(TakeoverContract, AReportConfirmsAGuess) {
  const Scene scene = sending(1);
  take_over();
  const Intent one = doubtful_one(scene);
  const AttemptToken earlier = token();
  ASSERT_EQ(record(found(one, "SM1")), RecordVerdict::recorded);
  merge(told_of_earlier(report(one, "SM1", ReportKind::failed, 4), earlier));
  EXPECT_EQ(row(one.id).attempt.token, earlier);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::failed);
}

// The row tells of the first attempt; the cell before had gone on to a second one.
TEST_P(TakeoverContract, AReportOfAnAttemptThatIsLackingSettlesAnUnknownOne) {
  const Scene scene = sending(1);
  const Intent first = unknown_one(scene, 0);
  take_over();
  const AttemptToken lost = token();
  merge(told_of_earlier(report(first, "SM2", ReportKind::accepted, 1), lost));
  EXPECT_EQ(row(first.id).attempt.state, AttemptState::sent);
  EXPECT_EQ(row(first.id).attempt.token, lost);
  EXPECT_EQ(record(found(first, "SM1")), RecordVerdict::stale);  // by a look-up from before
  EXPECT_FALSE(is_claimed("SM1"));
  merge(told_of_earlier(report(first, "SM2", ReportKind::failed, 4), lost));
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::failed);
}

TEST_P(TakeoverContract, AReportOfAnAttemptThatIsLackingSetsAGuessFree) {
  const Scene scene = sending(1);
  const Intent first = unknown_one(scene, 0);
  take_over();
  ASSERT_EQ(record(found(first, "SM1")), RecordVerdict::recorded);
  merge(told_of_earlier(report(first, "SM2", ReportKind::sent, 3), token()));
  EXPECT_EQ(seen(first.id).sid, "SM2");
  EXPECT_FALSE(is_claimed("SM1"));
}

TEST_P(TakeoverContract, TheFailureOfAnUnknownMessageMayBeAnEarlierAttempts) {
  const Scene scene = sending(1);
  const Intent first = unknown_one(scene, 0);
  take_over();
  merge(told_of_earlier(report(first, "SM2", ReportKind::failed, 4), token()));
  EXPECT_EQ(row(first.id).attempt.state, AttemptState::unknown);
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::unknown);
}

TEST_P(TakeoverContract, AFailureOfWhatIsBeingSentOnceMoreChangesNothing) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(sent(first, "SM1"));
  Report failure = report(first, "SM1", ReportKind::failed, 4);
  failure.resending = Resending{.times = 1, .after = 0ms};
  merge(failure);
  pass(5ms);
  take_over();
  const Intent second = again(first.id, first.token);
  ASSERT_EQ(begin(second).verdict, BeginVerdict::doubtful);
  merge(failure);
  EXPECT_EQ(row(first.id).attempt.state, AttemptState::unknown);
  EXPECT_EQ(row(first.id).attempt.resent, 1);
  EXPECT_EQ(seen(first.id).status, DeliveryStatus::sent);
  EXPECT_EQ(ledger().due(10, 1min)->size(), 1U);
}

}  // namespace bizcomms::contract

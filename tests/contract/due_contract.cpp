#include <mutex>
#include <set>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

namespace {

std::vector<DeliveryId> ids_of(const Result<std::vector<DueDelivery>>& due) {
  std::vector<DeliveryId> ids;
  if (!due) { return ids; }
  for (const DueDelivery& one : *due) { ids.push_back(one.delivery.id); }
  return ids;
}

}  // namespace

TEST_P(DueContract, ListsWhatIsDueOldestFirst) {
  const Scene scene = sending(5);
  std::vector<Intent> intents;
  for (std::size_t i = 0; i < 5; ++i) {
    intents.push_back(intent(delivery_id(scene, i)));
    begin(intents.back());
  }
  // In one group, so that both due times are counted from one moment.
  const std::vector<Outcome> group{ended(intents[0], Outcome::Kind::retry, 20ms), ended(intents[1], Outcome::Kind::unknown, 0ms)};
  ASSERT_TRUE(ledger().record(group));
  record(ended(intents[2], Outcome::Kind::retry, 1h));
  record(sent(intents[3], "SM3"));
  pass(30ms);
  const auto due = ledger().due(10, 1h);
  EXPECT_EQ(ids_of(due), (std::vector{intents[1].id, intents[0].id}));
  EXPECT_EQ(due->at(0).delivery.attempt.token, intents[1].token);
  EXPECT_EQ(due->at(0).delivery.attempt.state, AttemptState::unknown);
  EXPECT_EQ(due->at(0).delivery.attempt.account, "AC1");
  EXPECT_TRUE(due->at(0).delivery.phone_number);
  EXPECT_GE(due->at(0).now, due->at(0).delivery.attempt.started_at);
}

TEST_P(DueContract, HandsOutAsManyAsAsked) {
  const Scene scene = sending(3);
  for (std::size_t i = 0; i < 3; ++i) {
    const Intent one = intent(delivery_id(scene, i));
    begin(one);
    record(ended(one, Outcome::Kind::retry));
  }
  EXPECT_EQ(ids_of(ledger().due(2, 1h)).size(), 2U);
  EXPECT_EQ(ids_of(ledger().due(2, 1h)).size(), 1U);
  EXPECT_EQ(ids_of(ledger().due(2, 1h)).size(), 0U);
}

TEST_P(DueContract, WhatWasHandedOutComesAgainAfterAWhile) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(ended(one, Outcome::Kind::unknown));
  EXPECT_EQ(ids_of(ledger().due(10, 50ms)).size(), 1U);
  pass(60ms);
  EXPECT_EQ(ids_of(ledger().due(10, 1h)).size(), 1U);
  EXPECT_EQ(ids_of(ledger().due(10, 1h)).size(), 0U);
}

TEST_P(DueContract, ANewDueTimeEndsTheHiding) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(ended(one, Outcome::Kind::unknown));
  EXPECT_EQ(ids_of(ledger().due(10, 1h)).size(), 1U);
  record(ended(one, Outcome::Kind::unknown));
  EXPECT_EQ(ids_of(ledger().due(10, 1h)).size(), 1U);
}

TEST_P(DueContract, WhatWasHandedOutMayBeBegun) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene));
  begin(one);
  record(ended(one, Outcome::Kind::retry));
  const auto due = ledger().due(10, 1h);
  ASSERT_EQ(ids_of(due).size(), 1U);
  EXPECT_EQ(begin(again(one.id, due->at(0).delivery.attempt.token)).verdict, BeginVerdict::begun);
}

TEST_P(DueContract, EachIsHandedToOneOfMany) {
  const Scene scene = sending(30);
  for (std::size_t i = 0; i < 30; ++i) {
    const Intent one = intent(delivery_id(scene, i));
    begin(one);
    record(ended(one, Outcome::Kind::retry));
  }
  std::mutex mutex;
  std::multiset<DeliveryId> handed;
  at_once(4, [&](int) {
    for (int round = 0; round < 10; ++round) {
      const auto ids = ids_of(ledger().due(4, 1h));
      const std::scoped_lock lock(mutex);
      handed.insert(ids.begin(), ids.end());
    }
  });
  const auto rest = ids_of(ledger().due(100, 1h));  // rows that another caller held in its hands were passed over
  handed.insert(rest.begin(), rest.end());
  EXPECT_EQ(handed.size(), 30U);
  EXPECT_EQ(std::set<DeliveryId>(handed.begin(), handed.end()).size(), 30U);
}

TEST_P(DueContract, AnExpiredLeaseMeansUnknownAndDue) {
  const Scene scene = sending(2);
  const Intent lost = intent(delivery_id(scene, 0), 20ms);
  const Intent answered = intent(delivery_id(scene, 1), 20ms);
  begin(lost);
  begin(answered);
  record(sent(answered, "SM1"));
  pass(30ms);
  const auto expiry = ledger().expire_leases(scene.alert, 1);
  ASSERT_TRUE(expiry);
  EXPECT_EQ(expiry->expired, 1);
  EXPECT_FALSE(expiry->next_in);
  EXPECT_EQ(row(lost.id).attempt.state, AttemptState::unknown);
  EXPECT_EQ(row(lost.id).attempt.number, 1);
  EXPECT_EQ(ids_of(ledger().due(10, 1h)), std::vector{lost.id});
  EXPECT_EQ(ledger().expire_leases(scene.alert, 1)->expired, 0);
}

TEST_P(DueContract, OneThatIsSentAgainFromASettledBatchIsNotForgottenWithItsWorker) {
  const Scene scene = sending(1);
  const Intent first = intent(delivery_id(scene));
  begin(first);
  record(sent(first, "SM1"));
  ASSERT_TRUE(recount(scene.alert)) << "the batch is settled";
  Report lost = report(first, "SM1", ReportKind::failed, 5);
  lost.resending = Resending{.times = 1, .after = 0ms};
  ASSERT_TRUE(merge(lost));
  pass(5ms);
  ASSERT_EQ(ids_of(ledger().due(10, 1h)), std::vector{first.id});
  Intent again_sent = again(first.id, first.token);
  again_sent.lease = 20ms;
  ASSERT_EQ(begin(again_sent).verdict, BeginVerdict::begun);
  EXPECT_TRUE(ids_of(ledger().due(10, 1h)).empty()) << "it is being sent";
  pass(30ms);
  const auto due = ledger().due(10, 1h);
  ASSERT_EQ(ids_of(due), std::vector{first.id}) << "its worker is gone";
  EXPECT_EQ(due->front().delivery.attempt.state, AttemptState::unknown);
  EXPECT_EQ(due->front().delivery.attempt.token, again_sent.token);
  EXPECT_TRUE(ids_of(ledger().due(10, 1h)).empty()) << "it is hidden";
}

TEST_P(DueContract, ALeaseThatHoldsIsLeftAlone) {
  const Scene scene = sending(2);
  begin(intent(delivery_id(scene, 0), 10s));
  begin(intent(delivery_id(scene, 1), 1h));
  const auto expiry = ledger().expire_leases(scene.alert, 1);
  ASSERT_TRUE(expiry);
  EXPECT_EQ(expiry->expired, 0);
  ASSERT_TRUE(expiry->next_in);
  EXPECT_GT(*expiry->next_in, 0s);
  EXPECT_LE(*expiry->next_in, 10s);
  EXPECT_EQ(seen(delivery_id(scene, 0)).status, DeliveryStatus::sending);
}

TEST_P(DueContract, TheAnswerAfterTheLeaseStillCounts) {
  const Scene scene = sending(1);
  const Intent one = intent(delivery_id(scene), 20ms);
  begin(one);
  pass(30ms);
  ASSERT_TRUE(ledger().expire_leases(scene.alert, 1));
  EXPECT_EQ(record(sent(one, "SM1")), RecordVerdict::recorded);
  EXPECT_EQ(seen(one.id).status, DeliveryStatus::sent);
}

TEST_P(DueContract, ExpiresOnlyTheBatchAskedFor) {
  const Scene scene = sending(2, DeliveryMethod::sms, 1);
  begin(intent(delivery_id(scene, 0, 1), 20ms));
  begin(intent(delivery_id(scene, 1, 2), 20ms));
  pass(30ms);
  EXPECT_EQ(ledger().expire_leases(scene.alert, 2)->expired, 1);
  EXPECT_EQ(row(delivery_id(scene, 0, 1)).attempt.state, AttemptState::sending);
}

TEST_P(DueContract, WhatWasSurelyNotTakenIsRetriedAtOnce) {
  const Scene scene = sending(2);
  const Intent absent = intent(delivery_id(scene, 0));
  const Intent under_way = intent(delivery_id(scene, 1));
  begin(absent);
  begin(under_way);
  record(ended(absent, Outcome::Kind::unknown, 1h));
  const std::vector<std::pair<DeliveryId, AttemptToken>> asked{
      {under_way.id, under_way.token}, {absent.id, token()}, {absent.id, absent.token}};
  const auto answers = ledger().absolve(asked);
  ASSERT_TRUE(answers);
  EXPECT_EQ(*answers, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(row(absent.id).attempt.state, AttemptState::retry);
  EXPECT_EQ(row(under_way.id).attempt.state, AttemptState::sending);
  EXPECT_EQ(ids_of(ledger().due(10, 1h)), std::vector{absent.id});
  const Intent next = again(absent.id, absent.token);
  EXPECT_EQ(begin(next).attempt, 2);
}

TEST_P(DueContract, RowsOfABatchComeInOrderAndAlone) {
  const Scene scene = sending(4, DeliveryMethod::sms, 2);
  for (std::size_t i = 0; i < 4; ++i) { begin(intent(delivery_id(scene, i, i < 2 ? 1 : 2))); }
  const auto rows = ledger().of_batch(scene.alert, 2);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->at(0).id, delivery_id(scene, 2, 2));
  EXPECT_EQ(rows->at(1).id, delivery_id(scene, 3, 2));
  EXPECT_TRUE(ledger().of_batch(scene.alert, 3)->empty());
}

}  // namespace bizcomms::contract

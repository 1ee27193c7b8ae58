#include "contract/table_contract.hpp"

#include <atomic>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace std::chrono_literals;
using alert::AttemptState;
using alert::DeliveryId;
using aws::ClaimChange;
using aws::StoredClaim;
using aws::StoredRow;

void TableContract::SetUp() {
  if (!GetParam().missing.empty()) { GTEST_SKIP() << GetParam().missing; }
  m_subject = GetParam().make();
  alert = m_ids.next<alert::AlertId>();
}

DeliveryId TableContract::id(alert::Channel channel) {
  return {.alert = alert, .batch = 1, .recipient = m_ids.next<alert::RecipientId>(), .channel = channel};
}

StoredRow TableContract::row(const DeliveryId& id, const std::string& reason) {
  StoredRow stored;
  stored.row.delivery.id = id;
  stored.row.delivery.attempt.reason = reason;
  return stored;
}

bool TableContract::write(const aws::TableWrite& write) {
  const auto written = table().write(std::span(&write, 1)).at(0);
  EXPECT_TRUE(written) << written.error().message << written.error().cause;
  return written && *written;
}

std::optional<StoredRow> TableContract::read(const DeliveryId& id) {
  const auto rows = table().rows(std::span(&id, 1));
  EXPECT_TRUE(rows) << rows.error().message;
  return rows ? rows->at(0) : std::nullopt;
}

std::optional<StoredClaim> TableContract::claim(const std::string& sid) {
  const auto claims = table().claims(std::span(&sid, 1));
  EXPECT_TRUE(claims) << claims.error().message;
  return claims ? claims->at(0) : std::nullopt;
}

std::vector<DeliveryId> TableContract::of_batch(const std::optional<DeliveryId>& after, int limit) {
  const auto rows = table().of_batch(alert, 1, after, limit);
  EXPECT_TRUE(rows) << rows.error().message;
  std::vector<DeliveryId> ids;
  for (const StoredRow& stored : *rows) { ids.push_back(stored.row.delivery.id); }
  return ids;
}

TEST_P(TableContract, KeepsEveryPartOfADelivery) {
  StoredRow stored = row(id(alert::Channel::voice), "It \"broke\" — \\ twice.\n");
  stored.row.phone_version = 3;
  stored.row.hidden_until = Time{1'800'000'000'123ms};
  alert::Attempt& attempt = stored.row.delivery.attempt;
  attempt = {.token = {Uuid::at(Time{5s})},
             .state = AttemptState::unknown,
             .number = 2,
             .looks = 4,
             .started_at = Time{1'800'000'000'001ms},
             .lease_until = Time{1'800'000'000'002ms},
             .due_at = Time{1'800'000'000'003ms},
             .account = "AC1",
             .sender = "+15550000001",
             .body_hash = {1, 2, 255},
             .sid = "CA1",
             .error_code = 30006,
             .reason = attempt.reason,
             .sent_at = Time{1'800'000'000'004ms},
             .resent = 1};
  stored.row.delivery.reports = alert::Reports{.sid = "CA2",
                                               .token = {Uuid::at(Time{6s})},
                                               .rank = 7,
                                               .kind = alert::ReportKind::failed,
                                               .error_code = 12,
                                               .reason = "No.",
                                               .accepted_at = Time{1ms},
                                               .delivered_at = Time{2ms},
                                               .acknowledged_at = Time{3ms}};
  ASSERT_TRUE(write({.rows = {stored}}));
  const auto found = read(stored.row.delivery.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, 1);
  EXPECT_EQ(found->row.phone_version, 3);
  EXPECT_EQ(found->row.hidden_until, stored.row.hidden_until);
  const alert::Attempt& read_attempt = found->row.delivery.attempt;
  EXPECT_EQ(read_attempt.token, attempt.token);
  EXPECT_EQ(read_attempt.state, attempt.state);
  EXPECT_EQ(std::tie(read_attempt.number, read_attempt.looks, read_attempt.resent),
            std::tie(attempt.number, attempt.looks, attempt.resent));
  EXPECT_EQ(std::tie(read_attempt.started_at, read_attempt.lease_until, read_attempt.due_at, read_attempt.sent_at),
            std::tie(attempt.started_at, attempt.lease_until, attempt.due_at, attempt.sent_at));
  EXPECT_EQ(std::tie(read_attempt.account, read_attempt.sender, read_attempt.body_hash, read_attempt.sid),
            std::tie(attempt.account, attempt.sender, attempt.body_hash, attempt.sid));
  EXPECT_EQ(std::tie(read_attempt.error_code, read_attempt.reason), std::tie(attempt.error_code, attempt.reason));
  const alert::Reports& reports = *found->row.delivery.reports;
  const alert::Reports& told = *stored.row.delivery.reports;
  EXPECT_EQ(std::tie(reports.sid, reports.token, reports.rank, reports.kind), std::tie(told.sid, told.token, told.rank, told.kind));
  EXPECT_EQ(std::tie(reports.error_code, reports.reason), std::tie(told.error_code, told.reason));
  EXPECT_EQ(std::tie(reports.accepted_at, reports.delivered_at, reports.acknowledged_at),
            std::tie(told.accepted_at, told.delivered_at, told.acknowledged_at));
}

TEST_P(TableContract, WhatIsNotThereIsNothing) {
  EXPECT_FALSE(read(id()));
  EXPECT_FALSE(claim("SM1"));
  EXPECT_TRUE(of_batch().empty());
  EXPECT_TRUE(table().rows({})->empty());
  EXPECT_TRUE(table().write({}).empty());
}

TEST_P(TableContract, OfTwoThatWriteTheSameOneIsFaster) {
  const DeliveryId one = id();
  EXPECT_TRUE(write({.rows = {row(one, "first")}}));
  EXPECT_FALSE(write({.rows = {row(one, "second")}})) << "it is there";
  auto stored = *read(one);
  stored.row.delivery.attempt.reason = "third";
  EXPECT_TRUE(write({.rows = {stored}}));
  EXPECT_FALSE(write({.rows = {stored}})) << "it has changed since";
  EXPECT_EQ(read(one)->row.delivery.attempt.reason, "third");
  EXPECT_EQ(read(one)->version, 2);
}

TEST_P(TableContract, OfManyAtOnceOneWrites) {
  const DeliveryId one = id();
  std::atomic<int> written = 0;
  at_once(8, [&](int) { written += write({.rows = {row(one)}, .claims = {{.sid = "SM1", .after = StoredClaim{.id = one}}}}) ? 1 : 0; });
  EXPECT_EQ(written, 1);
}

TEST_P(TableContract, AWriteOfSeveralIsWholeOrNotAtAll) {
  const DeliveryId one = id();
  const DeliveryId other = id();
  const ClaimChange taken{.sid = "SM1", .after = StoredClaim{.id = one}};
  ASSERT_TRUE(write({.rows = {row(one)}, .claims = {taken}}));
  EXPECT_EQ(claim("SM1"), (StoredClaim{.id = one}));
  EXPECT_FALSE(write({.rows = {row(other)}, .claims = {{.sid = "SM1", .after = StoredClaim{.id = other}}}}));
  EXPECT_FALSE(read(other));
  EXPECT_FALSE(write({.rows = {row(other), row(one)}, .claims = {{.sid = "SM2", .after = StoredClaim{.id = other}}}}));
  EXPECT_FALSE(read(other));
  EXPECT_FALSE(claim("SM2"));
}

TEST_P(TableContract, AClaimChangesHandsIfItIsStillWhatItWas) {
  const DeliveryId one = id();
  const DeliveryId other = id();
  const StoredClaim guess{.id = one, .by_look_up = true};
  const StoredClaim proof{.id = other};
  ASSERT_TRUE(write({.claims = {{.sid = "SM1", .after = guess}}}));
  EXPECT_FALSE(write({.claims = {{.sid = "SM1", .before = StoredClaim{.id = one}, .after = proof}}}));
  EXPECT_TRUE(write({.claims = {{.sid = "SM1", .before = guess, .after = proof}}}));
  EXPECT_FALSE(write({.claims = {{.sid = "SM1", .before = guess}}}));
  EXPECT_TRUE(write({.claims = {{.sid = "SM1", .before = proof}}}));
  EXPECT_FALSE(claim("SM1"));
}

TEST_P(TableContract, EachOfAGroupIsWrittenApart) {
  const DeliveryId one = id();
  const DeliveryId other = id();
  ASSERT_TRUE(write({.rows = {row(one)}}));
  const std::vector<aws::TableWrite> group{{.rows = {row(one)}}, {.rows = {row(other)}}, {}};
  const auto written = table().write(group);
  EXPECT_FALSE(*written.at(0));
  EXPECT_TRUE(*written.at(1));
  EXPECT_TRUE(*written.at(2));
}

TEST_P(TableContract, ReadsABatchInTheOrderOfKeysAndInPages) {
  std::vector<DeliveryId> ids;
  std::vector<aws::TableWrite> writes;
  for (int i = 0; i < 30; ++i) {
    ids.push_back(id());
    ids.push_back(ids.back());
    ids.back().channel = alert::Channel::voice;
  }
  for (const DeliveryId& each : ids) { writes.push_back({.rows = {row(each)}}); }
  DeliveryId elsewhere = id();
  elsewhere.batch = 11;
  writes.push_back({.rows = {row(elsewhere)}});
  for (const auto& written : table().write(writes)) { ASSERT_TRUE(written && *written); }
  EXPECT_EQ(of_batch(), ids);
  EXPECT_EQ(of_batch({}, 7), std::vector(ids.begin(), ids.begin() + 7));
  EXPECT_EQ(of_batch(ids[6], 7), std::vector(ids.begin() + 7, ids.begin() + 14));
  EXPECT_EQ(of_batch(ids.back(), 7), std::vector<DeliveryId>{});
  EXPECT_EQ(table().rows(ids)->size(), ids.size());
}

TEST_P(TableContract, ReadsMoreThanOneAnswerHolds) {
  constexpr int k_many = 400;
  std::vector<DeliveryId> ids;
  std::vector<aws::TableWrite> writes;
  for (int i = 0; i < k_many; ++i) {
    ids.push_back(id());
    writes.push_back({.rows = {row(ids.back(), std::string(4000, 'x'))}});
  }
  for (const auto& written : table().write(writes)) { ASSERT_TRUE(written && *written); }
  EXPECT_EQ(of_batch({}, 1000).size(), static_cast<std::size_t>(k_many));
  const auto rows = table().rows(ids);
  ASSERT_TRUE(rows) << rows.error().message;
  for (const auto& stored : *rows) { EXPECT_TRUE(stored); }
}

TEST_P(TableContract, ListsWhatWakesTheFirstFirst) {
  const Time now{1'800'000'000s};
  std::vector<DeliveryId> waking;
  for (int i = 0; i < 6; ++i) {
    StoredRow stored = row(id());
    stored.row.delivery.attempt.state = i == 5 ? AttemptState::sent : AttemptState::retry;
    stored.row.delivery.attempt.due_at = now + Millis{10 - i};
    waking.insert(waking.begin(), stored.row.delivery.id);
    ASSERT_TRUE(write({.rows = {stored}}));
  }
  waking.erase(waking.begin());  // it is settled
  EXPECT_EQ(*table().waking(now + 100ms, 10), waking);
  EXPECT_EQ(*table().waking(now + 100ms, 2), std::vector(waking.begin(), waking.begin() + 2));
  EXPECT_EQ(*table().waking(now + 7ms, 10), std::vector(waking.begin(), waking.begin() + 2));
  auto later = *read(waking[0]);
  later.row.hidden_until = now + 1h;
  ASSERT_TRUE(write({.rows = {later}}));
  EXPECT_EQ(table().waking(now + 100ms, 1)->at(0), waking[1]);
}

TEST_P(TableContract, KnowsTheCallsToAPerson) {
  const DeliveryId call = id(alert::Channel::voice);
  DeliveryId message = call;
  message.channel = alert::Channel::sms;
  ASSERT_TRUE(write({.rows = {row(call)}}));
  ASSERT_TRUE(write({.rows = {row(message)}}));
  ASSERT_TRUE(write({.rows = {row(id(alert::Channel::voice))}}));
  EXPECT_EQ(*table().calls_to(call.recipient), std::vector{call});
  EXPECT_TRUE(table().calls_to(id().recipient)->empty());
}

TEST_P(TableContract, ItsClockGoesOn) {
  const Time before = table().now();
  EXPECT_FALSE(read(id()));
  EXPECT_GE(table().now(), before);
}

}  // namespace bizcomms::contract

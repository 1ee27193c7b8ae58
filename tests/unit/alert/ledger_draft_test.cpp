#include "bizcomms/alert/ledger_draft.hpp"

#include <gtest/gtest.h>

namespace bizcomms::alert {
namespace {

constexpr Time k_due{Millis{1'000'000}};
constexpr Time k_now{Millis{2'000'000}};

LedgerRow waiting(AttemptState state, std::optional<Time> hidden_until = {}) {
  return {.delivery = {.attempt = {.state = state, .due_at = k_due}}, .hidden_until = hidden_until};
}

TEST(WakesAt, IsTheDueTimeOfWhatWaits) {
  EXPECT_EQ(wakes_at(waiting(AttemptState::retry)), k_due);
  EXPECT_EQ(wakes_at(waiting(AttemptState::unknown)), k_due);
  EXPECT_EQ(wakes_at(waiting(AttemptState::sending)), std::nullopt);
  EXPECT_EQ(wakes_at(waiting(AttemptState::sent)), std::nullopt);
}

TEST(WakesAt, IsTheEndOfTheLeaseOfWhatIsSentAgain) { EXPECT_EQ(wakes_at(waiting(AttemptState::sending, k_due)), k_due); }

TEST(WakesAt, StaysHiddenWhileItWaitsOn) {
  EXPECT_EQ(wakes_at(waiting(AttemptState::retry, k_due + Millis{500})), k_due + Millis{500});
  EXPECT_EQ(wakes_at(waiting(AttemptState::retry, k_due - Millis{500})), k_due);
}

TEST(WakesAt, IsNothingOnceAReportHasSettledIt) {
  LedgerRow row = waiting(AttemptState::retry);
  row.delivery.reports = Reports{.sid = "SM1", .rank = 1, .kind = ReportKind::delivered, .delivered_at = k_due};
  EXPECT_EQ(wakes_at(row), std::nullopt);
}

class Drafting : public testing::Test {
protected:
  Drafting() { draft.set_now(k_now); }

  static DeliveryId id(std::uint8_t recipient) {
    DeliveryId id{.batch = 1};
    id.recipient.uuid.bytes[15] = recipient;
    return id;
  }
  static AttemptToken token(std::uint8_t number) {
    AttemptToken token;
    token.uuid.bytes[15] = number;
    return token;
  }
  void load(std::uint8_t recipient, AttemptState state) {
    draft.load({.delivery = {.id = id(recipient), .attempt = {.token = token(recipient), .state = state, .number = 1}}});
  }

  LedgerDraft draft;
};

TEST_F(Drafting, WhatIsNotLoadedIsNotThere) {
  EXPECT_EQ(draft.record({.id = id(1), .token = token(1), .kind = Outcome::Kind::failed}), RecordVerdict::stale);
  EXPECT_FALSE(draft.merge({.id = id(1), .token = token(1), .sid = "SM1"}));
  EXPECT_TRUE(draft.changed().empty());
}

TEST_F(Drafting, AMessageIsClaimedForWhomItWasSentTo) {
  load(1, AttemptState::sending);
  load(2, AttemptState::sending);
  EXPECT_EQ(draft.record({.id = id(1), .token = token(1), .kind = Outcome::Kind::sent, .sid = "SM1"}), RecordVerdict::recorded);
  EXPECT_EQ(draft.claims().at("SM1").id, id(1));
  EXPECT_EQ(draft.record({.id = id(2), .token = token(2), .kind = Outcome::Kind::sent, .sid = "SM1"}), RecordVerdict::sid_taken);
  EXPECT_EQ(draft.changed(), (std::set<DeliveryId>{id(1)}));
}

TEST_F(Drafting, ACallbackTakesAMessageFromWhoOnlyGuessedIt) {
  load(1, AttemptState::unknown);
  load(2, AttemptState::unknown);
  draft.record({.id = id(1), .token = token(1), .kind = Outcome::Kind::sent, .sid = "SM1", .looked_up = true});
  const Report report{.id = id(2), .token = token(2), .sid = "SM1", .rank = 1, .kind = ReportKind::sent, .at = k_now};
  EXPECT_EQ(draft.losers(std::span(&report, 1)), std::vector{id(1)});
  EXPECT_TRUE(draft.merge(report));
  EXPECT_EQ(draft.row(id(1))->delivery.attempt.state, AttemptState::unknown);
  EXPECT_EQ(draft.row(id(2))->delivery.attempt.sid, "SM1");
  EXPECT_TRUE(draft.touched().begin()->second) << "to be counted again";
}

TEST_F(Drafting, ARefusalDoesNotCount) {
  load(1, AttemptState::sending);
  draft.record({.id = id(1), .token = token(1), .kind = Outcome::Kind::retry, .due_in = Millis{5}});
  EXPECT_EQ(draft.row(id(1))->delivery.attempt.number, 0);
  EXPECT_EQ(draft.row(id(1))->delivery.attempt.due_at, k_now + Millis{5});
}

}  // namespace
}  // namespace bizcomms::alert

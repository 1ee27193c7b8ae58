#include <gtest/gtest.h>

#include "bizcomms/alert/ledger_draft.hpp"

namespace bizcomms::alert {
namespace {

using namespace std::chrono_literals;

constexpr Time k_beginning{Millis{2'000'000}};

AttemptToken token_of(std::uint8_t number) {
  AttemptToken token;
  token.uuid.bytes[15] = number;
  return token;
}

Clearance cleared() { return {.kind = Clearance::Kind::cleared, .phone_number = "+15551234567", .phone_version = 3}; }

Clearance withdrawn(AttemptState state = AttemptState::cancelled) {
  return {.kind = Clearance::Kind::withdrawn, .withdrawn_as = state, .reason = "The alert was cancelled."};
}

Clearance inherited(Time since) {
  Clearance clearance = cleared();
  clearance.taken_over_at = since;
  return clearance;
}

Intent intent(std::optional<AttemptToken> previous = {}) {
  return {.id = {.batch = 1}, .token = token_of(9), .previous = previous, .account = "AC1", .sender = "+15550000001", .lease = 60s};
}

class Beginning : public testing::Test {
protected:
  Beginning() { draft.set_now(k_beginning); }

  // One that was refused before, and waits.
  LedgerRow waiting(int number = 2) {
    LedgerRow row{.delivery = {.id = intent().id,
                               .attempt = {.token = token_of(1),
                                           .state = AttemptState::retry,
                                           .number = number,
                                           .looks = 4,
                                           .started_at = k_beginning - 10s,
                                           .due_at = k_beginning,
                                           .error_code = 20429,
                                           .reason = "Too many.",
                                           .resent = 1}},
                  .phone_version = 1,
                  .hidden_until = k_beginning + 5s};
    return row;
  }
  BeginAnswer again(const LedgerRow& row, const Clearance& clearance, Millis clock_margin = Millis{0}) {
    draft.load(row);
    return draft.begin(intent(token_of(1)), clearance, clock_margin);
  }
  [[nodiscard]] const LedgerRow& row() { return *draft.row(intent().id); }
  [[nodiscard]] const Attempt& attempt() { return row().delivery.attempt; }

  LedgerDraft draft;
};

TEST_F(Beginning, AFirstAttemptGetsItsLease) {
  LedgerRow first;
  const auto answer = begin(first, intent(), cleared(), {.now = k_beginning});
  EXPECT_EQ(answer.verdict, BeginVerdict::begun);
  EXPECT_EQ(answer.attempt, 1);
  EXPECT_EQ(answer.phone_number, "+15551234567");
  EXPECT_EQ(answer.started_at, k_beginning);
  EXPECT_EQ(first.delivery.attempt.state, AttemptState::sending);
  EXPECT_EQ(first.delivery.attempt.token, token_of(9));
  EXPECT_EQ(first.delivery.attempt.sender, "+15550000001");
  EXPECT_EQ(first.delivery.attempt.lease_until, k_beginning + 60s);
  EXPECT_EQ(first.phone_version, 3);
  EXPECT_EQ(first.hidden_until, std::nullopt);
}

TEST_F(Beginning, ARecipientKeepsTheirNumberOfOurs) {
  Clearance with_sender = cleared();
  with_sender.sender = "+15550000002";
  LedgerRow first;
  EXPECT_EQ(begin(first, intent(), with_sender, {.now = k_beginning}).sender, "+15550000002");
  EXPECT_EQ(first.delivery.attempt.sender, "+15550000002");
}

TEST_F(Beginning, AWithdrawnFirstAttemptWentNowhere) {
  LedgerRow first;
  EXPECT_EQ(begin(first, intent(), withdrawn(AttemptState::failed), {.now = k_beginning}).verdict, BeginVerdict::withdrawn);
  EXPECT_EQ(first.delivery.attempt.state, AttemptState::failed);
  EXPECT_EQ(first.delivery.attempt.token, token_of(9));
  EXPECT_EQ(first.delivery.attempt.number, 0);
  EXPECT_EQ(first.delivery.attempt.reason, "The alert was cancelled.");
  EXPECT_TRUE(was_never_begun(first));
}

TEST_F(Beginning, WhatTheCellBeforeMayHaveSentIsLookedForFirst) {
  LedgerRow first;
  EXPECT_EQ(begin(first, intent(), inherited(k_beginning - 1s), {.now = k_beginning}).verdict, BeginVerdict::doubtful);
  EXPECT_EQ(first.delivery.attempt.state, AttemptState::unknown);
  EXPECT_EQ(first.delivery.attempt.number, 0);
  EXPECT_EQ(first.delivery.attempt.lease_until, std::nullopt);
}

TEST_F(Beginning, ARetryIsTheNextAttempt) {
  const auto answer = again(waiting(), cleared());
  EXPECT_EQ(answer.verdict, BeginVerdict::begun);
  EXPECT_EQ(answer.attempt, 3);
  EXPECT_EQ(attempt().token, token_of(9));
  EXPECT_EQ(attempt().looks, 4);
  EXPECT_EQ(attempt().resent, 1);
  EXPECT_EQ(attempt().reason, "");
  EXPECT_EQ(attempt().error_code, std::nullopt);
  EXPECT_EQ(attempt().due_at, std::nullopt);
  EXPECT_EQ(row().hidden_until, k_beginning + 60s);
  EXPECT_FALSE(draft.touched().begin()->second);
}

TEST_F(Beginning, ARetrysLeaseEndsLaterForOthersWhereClocksMayDiffer) {
  EXPECT_EQ(again(waiting(), cleared(), 2s).verdict, BeginVerdict::begun);
  EXPECT_EQ(attempt().lease_until, k_beginning + 60s);
  EXPECT_EQ(row().hidden_until, k_beginning + 62s);
}

TEST_F(Beginning, AWithdrawnRetryKeepsItsAttempts) {
  EXPECT_EQ(again(waiting(), withdrawn()).verdict, BeginVerdict::withdrawn);
  EXPECT_EQ(attempt().state, AttemptState::cancelled);
  EXPECT_EQ(attempt().number, 2);
  EXPECT_EQ(attempt().token, token_of(1));
  EXPECT_EQ(attempt().error_code, std::nullopt);
  EXPECT_EQ(row().hidden_until, std::nullopt);
  EXPECT_TRUE(draft.touched().begin()->second) << "the batch is to be counted again";
}

TEST_F(Beginning, ARetryOfTheCellBeforeIsDoubtful) {
  EXPECT_EQ(again(waiting(), inherited(k_beginning - 5s)).verdict, BeginVerdict::doubtful);
  EXPECT_EQ(attempt().number, 0);
  EXPECT_EQ(attempt().looks, 0);
  EXPECT_EQ(row().hidden_until, std::nullopt);
}

TEST_F(Beginning, OneThatBeganSinceIsNot) { EXPECT_EQ(again(waiting(), inherited(k_beginning - 15s)).verdict, BeginVerdict::begun); }

TEST_F(Beginning, ButWithinTheMarginOfTheClocksItIs) {
  EXPECT_EQ(again(waiting(), inherited(k_beginning - 11s), 2s).verdict, BeginVerdict::doubtful);
}

TEST_F(Beginning, AnInheritedOneThatFailedMayHaveBeenSentAgainThere) {
  LedgerRow row = waiting(0);
  row.delivery.attempt.sid = "SM1";
  EXPECT_EQ(again(row, inherited(k_beginning - 15s)).verdict, BeginVerdict::doubtful);
}

TEST_F(Beginning, OneGivenUpUnbegunIsBegunAsIfForTheFirstTime) {
  LedgerRow row = waiting(0);
  row.phone_version.reset();
  EXPECT_EQ(again(row, inherited(k_beginning - 15s)).verdict, BeginVerdict::doubtful);
}

TEST_F(Beginning, WhatIsNotWaitingForThisIntentIsTaken) {
  EXPECT_EQ(draft.begin(intent(token_of(1)), cleared()).verdict, BeginVerdict::taken) << "no row";
  LedgerRow other = waiting();
  other.delivery.attempt.token = token_of(2);
  EXPECT_EQ(again(other, cleared()).verdict, BeginVerdict::taken);
  EXPECT_TRUE(draft.changed().empty());
}

TEST_F(Beginning, WhatIsUnderWayIsTaken) {
  LedgerRow row = waiting();
  row.delivery.attempt.state = AttemptState::sending;
  EXPECT_EQ(again(row, cleared()).verdict, BeginVerdict::taken);
}

}  // namespace
}  // namespace bizcomms::alert

#include "worker/outcome.hpp"

#include <gtest/gtest.h>

namespace bizcomms::worker {
namespace {

using alert::Outcome;
using namespace std::chrono_literals;

struct Case {
  ErrorCode code;
  int attempt;
  Outcome::Kind expected;
};
std::ostream& operator<<(std::ostream& out, const Case& given) { return out << to_string(given.code) << ", attempt " << given.attempt; }

class OutcomeOf : public testing::TestWithParam<Case> {};

TEST_P(OutcomeOf, FollowsTheErrorsCode) {
  Random random(1);
  const Error error{.code = GetParam().code, .message = "Why.", .provider_code = 12345};
  const Outcome outcome = outcome_of({.refusals = GetParam().attempt - 1}, error, {}, random);
  EXPECT_EQ(outcome.kind, GetParam().expected);
  EXPECT_EQ(outcome.error_code, 12345);
  EXPECT_TRUE(outcome.reason.starts_with("Why."));
  EXPECT_FALSE(outcome.sid);
}

INSTANTIATE_TEST_SUITE_P(
    Table, OutcomeOf,
    testing::Values(Case{ErrorCode::unavailable, 1, Outcome::Kind::retry}, Case{ErrorCode::unavailable, 5, Outcome::Kind::retry},
                    Case{ErrorCode::rate_limited, 5, Outcome::Kind::retry}, Case{ErrorCode::misconfigured, 5, Outcome::Kind::retry},
                    Case{ErrorCode::unauthenticated, 5, Outcome::Kind::retry}, Case{ErrorCode::outcome_unknown, 5, Outcome::Kind::unknown},
                    Case{ErrorCode::rejected, 1, Outcome::Kind::failed}, Case{ErrorCode::invalid, 1, Outcome::Kind::failed},
                    Case{ErrorCode::internal, 1, Outcome::Kind::failed}));

TEST(Outcome, KeepsTheSidOfAnAcceptance) {
  Random random(1);
  const Outcome outcome = outcome_of({}, alert::ProviderId("SM1"), {}, random);
  EXPECT_EQ(outcome.kind, Outcome::Kind::sent);
  EXPECT_EQ(outcome.sid, "SM1");
}

TEST(Outcome, WaitsAtLeastAsLongAsTheProviderAsks) {
  Random random(1);
  const Error error{.code = ErrorCode::rate_limited, .message = "Slower.", .retry_after = 30s};
  EXPECT_EQ(outcome_of({}, error, {}, random).due_in, 30s);
}

TEST(Outcome, BacksOffWithinTheBound) {
  Random random(1);
  const alert::DeliverySettings settings;
  const Error error{.code = ErrorCode::unavailable, .message = "Out."};
  for (int refusals = 0; refusals < 20; ++refusals) {
    const Outcome outcome = outcome_of({.refusals = refusals}, error, settings, random);
    EXPECT_GT(outcome.due_in, 0ms);
    EXPECT_LE(outcome.due_in, settings.backoff.bound(refusals + 1));
  }
}

TEST(Outcome, LooksSoonThenLessOftenAndJustAfterTheGrace) {
  const alert::DeliverySettings settings;  // grace: 6 min 15 s
  EXPECT_EQ(next_look_in(0s, settings), 15s);
  EXPECT_EQ(next_look_in(2min, settings), 1min);
  EXPECT_EQ(next_look_in(settings.grace() - 10s, settings), 10s + 1ms);
  EXPECT_EQ(next_look_in(10min, settings), 5min);
  EXPECT_EQ(next_look_in(20h, settings), 1h);
}

}  // namespace
}  // namespace bizcomms::worker

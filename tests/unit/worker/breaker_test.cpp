#include "worker/breaker.hpp"

#include <gtest/gtest.h>

#include "worker/breakers.hpp"

namespace bizcomms::worker {
namespace {

using namespace std::chrono_literals;
using Allowance = Breaker::Allowance;
using Change = Breaker::Change;

struct BreakerTest : testing::Test {
  Breaker breaker{BreakerSettings{}};
  SteadyTime now{1h};

  Change fail_many(int count) {
    Change last = Change::none;
    for (int i = 0; i < count; ++i) {
      const Change change = breaker.failed(now, now);
      if (change != Change::none) { last = change; }
    }
    return last;
  }
  Change probe(bool well) {
    breaker.departed(now);
    return well ? breaker.succeeded(now, now) : breaker.failed(now, now);
  }
};

TEST_F(BreakerTest, StaysClosedBelowTwentyRequestsAndTenInARow) {
  EXPECT_EQ(fail_many(9), Change::none);
  EXPECT_EQ(breaker.succeeded(now, now), Change::none);
  EXPECT_EQ(fail_many(9), Change::none);
  EXPECT_EQ(breaker.allowance(now), Allowance::all);
}

TEST_F(BreakerTest, OpensAfterTenOutagesInARowHoweverFarApart) {
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(fail_many(1), Change::none);
    now += 1min;
  }
  EXPECT_EQ(fail_many(1), Change::opened);
}

TEST_F(BreakerTest, OpensWhenHalfOfTwentyMeetAnOutage) {
  for (int i = 0; i < 10; ++i) { EXPECT_EQ(breaker.succeeded(now, now), Change::none); }
  EXPECT_EQ(fail_many(9), Change::none);
  EXPECT_EQ(fail_many(1), Change::opened);
  EXPECT_EQ(breaker.allowance(now), Allowance::none);
}

TEST_F(BreakerTest, ForgetsWhatIsOlderThanItsWindow) {
  const auto half_fail = [&] {
    for (int i = 0; i < 9; ++i) {
      EXPECT_EQ(breaker.succeeded(now, now), Change::none);
      EXPECT_EQ(fail_many(1), Change::none);
    }
  };
  half_fail();
  now += 11s;
  half_fail();
}

TEST_F(BreakerTest, LetsOneProbeThroughAfterFiveSeconds) {
  fail_many(20);
  now += 5s - 1ms;
  EXPECT_EQ(breaker.allowance(now), Allowance::none);
  now += 1ms;
  EXPECT_EQ(breaker.allowance(now), Allowance::one);
  breaker.departed(now);
  EXPECT_EQ(breaker.allowance(now), Allowance::none);
}

TEST_F(BreakerTest, ProbesAgainWhenAProbeIsNeverAnswered) {
  fail_many(20);
  now += 5s;
  breaker.departed(now);
  now += 5s;
  EXPECT_EQ(breaker.allowance(now), Allowance::one);
}

TEST_F(BreakerTest, ClosesWhenAProbeEndsWell) {
  fail_many(20);
  now += 5s;
  EXPECT_EQ(probe(true), Change::closed);
  EXPECT_EQ(breaker.allowance(now), Allowance::all);
  EXPECT_EQ(fail_many(9), Change::none) << "the outage before is forgotten";
}

TEST_F(BreakerTest, WaitsTwiceAsLongAfterEachFailedProbeUpToAMinute) {
  fail_many(20);
  now += 5s;
  for (const Millis delay : {10s, 20s, 40s, 60s, 60s}) {
    ASSERT_EQ(breaker.allowance(now), Allowance::one);
    EXPECT_EQ(probe(false), Change::none);
    EXPECT_EQ(breaker.until_probe(now), delay);
    now += delay;
  }
}

TEST_F(BreakerTest, HearsAProbeThatTakesLongerThanTheWaitForTheNext) {
  fail_many(20);
  now += 5s;
  const SteadyTime first = now;
  breaker.departed(now);
  now += 5s;
  breaker.departed(now);
  EXPECT_EQ(breaker.succeeded(first, now + 1s), Change::closed);
}

TEST_F(BreakerTest, ProbesUnderWayTogetherThatFailCountAsOne) {
  fail_many(20);
  now += 5s;
  const SteadyTime first = now;
  breaker.departed(first);
  const SteadyTime second = now + 5s;
  breaker.departed(second);
  now += 15s;
  EXPECT_EQ(breaker.failed(first, now), Change::none);
  EXPECT_EQ(breaker.until_probe(now), 10s);
  now += 5s;
  EXPECT_EQ(breaker.failed(second, now), Change::none);
  EXPECT_EQ(breaker.until_probe(now), 5s);
}

TEST_F(BreakerTest, AnswersToRequestsFromBeforeItOpenedSayNothing) {
  const SteadyTime before = now;
  fail_many(20);
  now += 5s;
  EXPECT_EQ(breaker.succeeded(before, now), Change::none);
  EXPECT_EQ(breaker.failed(before, now), Change::none);
  EXPECT_EQ(breaker.allowance(now), Allowance::one);
}

TEST_F(BreakerTest, AnswersToRequestsFromBeforeItClosedSayNothing) {
  const SteadyTime before = now;
  fail_many(20);
  now += 5s;
  EXPECT_EQ(probe(true), Change::closed);
  for (int i = 0; i < 30; ++i) { EXPECT_EQ(breaker.failed(before, now), Change::none); }
  EXPECT_EQ(breaker.allowance(now), Allowance::all);
}

TEST_F(BreakerTest, OneRefusalOfOurSettingsIsEnough) {
  EXPECT_EQ(breaker.trip(now, now), Change::opened);
  EXPECT_EQ(breaker.trip(now, now), Change::none);
  EXPECT_EQ(breaker.allowance(now), Allowance::none);
}

TEST(Breakers, StopsOnlyTheSenderWhoseSettingsWereRefused) {
  Breakers breakers({}, 2);
  const SteadyTime now{1h};
  const Error error{.code = ErrorCode::misconfigured, .message = "Not ours."};
  const auto changes = breakers.learn(1, &error, now, now);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].sender, 1U);
  EXPECT_EQ(breakers.allowance(0, now), Allowance::all);
  EXPECT_EQ(breakers.allowance(1, now), Allowance::none);
  EXPECT_TRUE(breakers.may_send(now));
  EXPECT_EQ(breakers.senders_stopped(), 1);
}

TEST(Breakers, NothingMayBeSentWhenEverySenderIsStopped) {
  Breakers breakers({}, 2);
  const SteadyTime now{1h};
  const Error error{.code = ErrorCode::misconfigured, .message = "Not ours."};
  for (const std::size_t sender : {0U, 1U}) { EXPECT_EQ(breakers.learn(sender, &error, now, now).size(), 1U); }
  EXPECT_FALSE(breakers.may_send(now));
  EXPECT_EQ(breakers.until_probe(now), 5s);
  EXPECT_TRUE(breakers.may_send(now + 5s));
}

TEST(Breakers, RefusedCredentialsStopEverything) {
  Breakers breakers({}, 2);
  const SteadyTime now{1h};
  const Error error{.code = ErrorCode::unauthenticated, .message = "Wrong token."};
  EXPECT_EQ(breakers.learn(0, &error, now, now).size(), 1U);
  EXPECT_FALSE(breakers.may_send(now));
}

TEST(Breakers, ARefusedAccountStopsEverySenderAtOnce) {
  Breakers breakers({}, 2);
  const SteadyTime now{1h};
  const Error error{.code = ErrorCode::misconfigured, .message = "Suspended.", .fields = {{"account", "Suspended."}}};
  const auto changes = breakers.learn(0, &error, now, now);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_FALSE(changes[0].sender);
  EXPECT_FALSE(breakers.may_send(now));
  EXPECT_EQ(breakers.senders_stopped(), 0);
}

TEST(Breakers, RejectionsAndThrottlingAreNoOutage) {
  Breakers breakers({}, 1);
  const SteadyTime now{1h};
  const Error rejected{.code = ErrorCode::rejected, .message = "No such number."};
  const Error throttled{.code = ErrorCode::rate_limited, .message = "Slower."};
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(breakers.learn(0, &rejected, now, now).empty());
    EXPECT_TRUE(breakers.learn(0, &throttled, now, now).empty());
  }
  EXPECT_TRUE(breakers.may_send(now));
}

}  // namespace
}  // namespace bizcomms::worker

#include "worker/in_flight_limit.hpp"

#include <gtest/gtest.h>

namespace bizcomms::worker {
namespace {

using namespace std::chrono_literals;

TEST(InFlightLimit, HalvesAtOnceDownToOne) {
  InFlightLimit limit(16);
  SteadyTime now{1h};
  for (const int expected : {8, 4, 2, 1, 1}) {
    now += 1s;
    limit.throttled(now, now, std::nullopt);
    EXPECT_EQ(limit.limit(), expected);
  }
}

TEST(InFlightLimit, HalvesOnceForRequestsThatLeftBeforeTheHalving) {
  InFlightLimit limit(16);
  const SteadyTime left{1h};
  for (int i = 0; i < 10; ++i) { limit.throttled(left, left + 1s, std::nullopt); }
  EXPECT_EQ(limit.limit(), 8);
}

TEST(InFlightLimit, GrowsByOneForAWholeLimitOfRequestsAndNeverAboveTheMost) {
  InFlightLimit limit(8);
  limit.throttled(SteadyTime{1h}, SteadyTime{1h}, std::nullopt);
  for (int i = 0; i < 4; ++i) { limit.taken(); }
  EXPECT_EQ(limit.limit(), 5);
  for (int i = 0; i < 1000; ++i) { limit.taken(); }
  EXPECT_EQ(limit.limit(), 8);
}

TEST(InFlightLimit, WaitsAsLongAsItIsAskedTo) {
  InFlightLimit limit(8);
  const SteadyTime now{1h};
  limit.throttled(now, now, 3s);
  EXPECT_EQ(limit.not_before(), now + 3s);
}

TEST(InFlightLimit, PausesLongerAndLongerWhenEvenOneIsTooMany) {
  InFlightLimit limit(1);
  SteadyTime now{1h};
  for (const Millis pause : {1s, 2s, 4s}) {
    limit.throttled(now, now, std::nullopt);
    EXPECT_EQ(limit.not_before(), now + pause);
    now += pause;
  }
  limit.taken();
  limit.throttled(now, now, std::nullopt);
  EXPECT_EQ(limit.not_before(), now + 1s);
}

}  // namespace
}  // namespace bizcomms::worker

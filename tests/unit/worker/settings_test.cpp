#include "bizcomms/worker/settings.hpp"

#include <gtest/gtest.h>

#include "bizcomms/worker/permits.hpp"

namespace bizcomms::worker {
namespace {

using namespace std::chrono_literals;

TEST(Settings, DefaultsAreSound) { EXPECT_TRUE(Settings{}.check()); }

TEST(Settings, RefusesWhatCannotWork) {
  const std::function<void(Settings&)> faults[] = {
      [](Settings& s) { s.in_flight_max = 0; },           [](Settings& s) { s.batch_size = 0; },
      [](Settings& s) { s.rows_in_hand_max = 10; },       [](Settings& s) { s.queue.visibility = 0ms; },
      [](Settings& s) { s.breaker.outage_share = 0; },    [](Settings& s) { s.delivery.lease = 1s; },
      [](Settings& s) { s.failpoints = "nowhere:kill"; }, [](Settings& s) { s.segments_per_second = -1; },
  };
  for (const auto& fault : faults) {
    Settings settings;
    fault(settings);
    const auto checked = settings.check();
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::misconfigured);
  }
}

TEST(Failpoints, ReadsNamesActionsAndPassings) {
  EXPECT_TRUE(Failpoints::parse(""));
  EXPECT_TRUE(Failpoints::parse("after_request:kill,before_ack:freeze:3"));
  for (const char* wrong : {"after_request", "after_request:explode", "after_request:kill:0", "after_request:kill:x", ",", "x:kill"}) {
    EXPECT_FALSE(Failpoints::parse(wrong)) << wrong;
  }
}

TEST(Failpoints, ActsOnceAtTheGivenPassing) {
  int acted = 0;
  const auto failpoints = Failpoints::parse("before_begin:kill:3", [&](Failpoint) { ++acted; });
  ASSERT_TRUE(failpoints);
  for (const int expected : {0, 0, 1, 1}) {
    failpoints->hit(Failpoint::before_begin);
    failpoints->hit(Failpoint::after_begin);
    EXPECT_EQ(acted, expected);
  }
}

TEST(Permits, HasNoLimitByDefault) {
  BucketPermits permits(0);
  for (int i = 0; i < 1000; ++i) { ASSERT_TRUE(permits.take("+1", alert::Lane::standard, 10, {})); }
}

TEST(Permits, KeepsEachNumberToItsRate) {
  BucketPermits permits(2);
  SteadyTime now{1h};
  EXPECT_TRUE(permits.take("+1", alert::Lane::standard, 1, now));
  EXPECT_TRUE(permits.take("+1", alert::Lane::standard, 1, now));
  EXPECT_FALSE(permits.take("+1", alert::Lane::urgent, 1, now));
  EXPECT_TRUE(permits.take("+2", alert::Lane::standard, 1, now));
  now += 500ms;
  EXPECT_TRUE(permits.take("+1", alert::Lane::standard, 1, now));
  EXPECT_FALSE(permits.take("+1", alert::Lane::standard, 1, now));
}

TEST(Permits, ALongTextLeavesAndTheNumberRestsForIt) {
  BucketPermits permits(2);
  SteadyTime now{1h};
  EXPECT_TRUE(permits.take("+1", alert::Lane::standard, 10, now));
  now += 4s;
  EXPECT_FALSE(permits.take("+1", alert::Lane::standard, 1, now));
  now += 1s;
  EXPECT_TRUE(permits.take("+1", alert::Lane::standard, 1, now));
}

}  // namespace
}  // namespace bizcomms::worker

#include "bizcomms/worker/settings.hpp"

#include <gtest/gtest.h>

namespace bizcomms::worker {
namespace {

using namespace std::chrono_literals;

TEST(Settings, DefaultsAreSound) { EXPECT_TRUE(Settings{}.check()); }

TEST(Settings, RefusesWhatCannotWork) {
  const std::function<void(Settings&)> faults[] = {
      [](Settings& s) { s.in_flight_max = 0; },           [](Settings& s) { s.batch_size = 0; },
      [](Settings& s) { s.rows_in_hand_max = 10; },       [](Settings& s) { s.queue.visibility = 0ms; },
      [](Settings& s) { s.breaker.outage_share = 0; },    [](Settings& s) { s.delivery.lease = 1s; },
      [](Settings& s) { s.failpoints = "nowhere:kill"; }, [](Settings& s) { s.breaker.in_a_row = 0; },
      [](Settings& s) { s.state_checks = {2s, 1s}; },     [](Settings& s) { s.state_checks = {0s}; },
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

}  // namespace
}  // namespace bizcomms::worker

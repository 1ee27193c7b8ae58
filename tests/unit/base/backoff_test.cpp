#include "bizcomms/base/backoff.hpp"

#include <gtest/gtest.h>

namespace bizcomms {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheLongest) {
  const Backoff backoff{2s, 5min};
  EXPECT_EQ(backoff.bound(1), 2s);
  EXPECT_EQ(backoff.bound(2), 4s);
  EXPECT_EQ(backoff.bound(8), 256s);
  EXPECT_EQ(backoff.bound(9), 5min);
  EXPECT_EQ(backoff.bound(1'000'000), 5min);
}

TEST(Backoff, JitterIsFullAndNeverNothing) {
  const Backoff backoff{2s, 5min};
  Random random(5);
  Millis least{1h};
  Millis most{0};
  for (int i = 0; i < 10'000; ++i) {
    const auto delay = backoff.delay(3, random);
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_GE(least, 1ms);
  EXPECT_LT(least, 200ms);
  EXPECT_LE(most, 8s);
  EXPECT_GT(most, 7s);
}

}  // namespace
}  // namespace bizcomms

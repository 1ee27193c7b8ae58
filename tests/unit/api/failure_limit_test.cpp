#include "api/failure_limit.hpp"

#include <gtest/gtest.h>

namespace bizcomms::api {
namespace {

TEST(ClientOf, TakesTheWholeOfAnIpv4Address) {
  EXPECT_NE(client_of("192.0.2.1"), client_of("192.0.2.2"));
  EXPECT_EQ(client_of("192.0.2.1"), client_of("::ffff:192.0.2.1"));
}

TEST(ClientOf, TakesTheNetworkOfAnIpv6Address) {
  EXPECT_EQ(client_of("2001:db8:1:2::1"), client_of("2001:db8:1:2:ffff::9"));
  EXPECT_NE(client_of("2001:db8:1:2::1"), client_of("2001:db8:1:3::1"));
}

TEST(ClientOf, TakesOtherTextAsItIs) {
  EXPECT_EQ(client_of("unix"), "unix");
  EXPECT_EQ(client_of(std::string(1'000, 'x')).size(), 64U);
}

TEST(FailureLimit, RefillsOverAMinute) {
  ManualClock clock;
  FailureLimit limit(6, 100, clock);
  EXPECT_FALSE(limit.wait("a"));
  for (int i = 0; i < 6; ++i) { EXPECT_FALSE(limit.fail("a")) << i; }
  EXPECT_EQ(limit.fail("a"), std::chrono::seconds{10});
  EXPECT_EQ(limit.wait("a"), std::chrono::seconds{10});
  EXPECT_FALSE(limit.wait("b"));
  clock.advance(std::chrono::minutes{1});
  for (int i = 0; i < 6; ++i) { EXPECT_FALSE(limit.fail("a")) << i; }
  EXPECT_TRUE(limit.fail("a"));
}

TEST(FailureLimit, CountsThoseTogetherWhoDoNotFit) {
  ManualClock clock;
  FailureLimit limit(2, 3, clock);
  for (const auto* client : {"a", "b", "c"}) { EXPECT_FALSE(limit.fail(client)); }
  EXPECT_FALSE(limit.fail("d"));
  EXPECT_FALSE(limit.fail("e"));
  EXPECT_TRUE(limit.fail("f"));
  EXPECT_TRUE(limit.wait("g"));
  EXPECT_FALSE(limit.fail("a"));  // has a count of its own
  clock.advance(std::chrono::minutes{1});
  EXPECT_FALSE(limit.fail("g"));  // the others are forgotten
  EXPECT_FALSE(limit.fail("g"));
  EXPECT_TRUE(limit.fail("g"));
}

}  // namespace
}  // namespace bizcomms::api

#include "aws/holdings.hpp"

#include <gtest/gtest.h>

namespace bizcomms::aws {
namespace {

using namespace std::chrono_literals;

const SteadyTime k_now{1h};

Holding holding(const std::string& message_id, SteadyTime hidden_until = k_now + 30s) {
  return {.message_id = message_id, .hidden_until = hidden_until};
}

TEST(Holdings, ALaterReceiveMakesTheOneBeforeStale) {
  Holdings holdings;
  holdings.add("first", holding("m"), k_now);
  holdings.add("other", holding("n"), k_now);
  holdings.add("second", holding("m"), k_now);
  EXPECT_FALSE(holdings.latest("first"));
  EXPECT_TRUE(holdings.latest("second"));
  EXPECT_TRUE(holdings.latest("other"));
  EXPECT_EQ(holdings.size(), 2U);
}

TEST(Holdings, WhatWasDroppedHoldsNoMore) {
  Holdings holdings;
  holdings.add("receipt", holding("m"), k_now);
  holdings.drop("receipt");
  holdings.drop("receipt");
  holdings.drop("never seen");
  EXPECT_FALSE(holdings.latest("receipt"));
  holdings.add("again", holding("m"), k_now);
  EXPECT_TRUE(holdings.latest("again"));
}

TEST(Holdings, PastItsVisibilityTimeoutAMessageIsNotHiddenUnlessItWasExtended) {
  Holdings holdings;
  holdings.add("receipt", holding("m"), k_now);
  EXPECT_TRUE(holdings.latest_hidden("receipt", k_now + 29s));
  EXPECT_FALSE(holdings.latest_hidden("receipt", k_now + 30s));
  EXPECT_TRUE(holdings.latest("receipt"));
  holdings.extended("receipt", k_now + 60s);
  EXPECT_TRUE(holdings.latest_hidden("receipt", k_now + 59s));
  holdings.extended("never seen", k_now + 60s);
  EXPECT_FALSE(holdings.latest("never seen"));
}

TEST(Holdings, WhatWasLostLongAgoIsForgotten) {
  Holdings holdings;
  holdings.add("lost", holding("m"), k_now);
  holdings.add("new", holding("n", k_now + 3h), k_now + 2h);
  EXPECT_FALSE(holdings.latest("lost"));
  EXPECT_EQ(holdings.size(), 1U);
}

}  // namespace
}  // namespace bizcomms::aws

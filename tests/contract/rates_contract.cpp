#include "contract/rates_contract.hpp"

#include <atomic>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace std::chrono_literals;
using alert::Lane;

TEST_P(RatesContract, GivesOutAsMuchAsGathersInASecond) {
  EXPECT_EQ(take("+1", 0.001, 5), 1);
  EXPECT_EQ(take("+1", 0.001, 5), 0);
  EXPECT_EQ(take("+2", 5e5, 1'000'000), 500'000);
}

TEST_P(RatesContract, GivesNoMoreThanIsWanted) {
  EXPECT_EQ(take("+1", 1000, 3), 3);
  EXPECT_EQ(take("+1", 1000, 0), 0);
}

TEST_P(RatesContract, WhatTimeBringsIsThereAgain) {
  EXPECT_EQ(take("+1", 5, 5), 5);
  pass(450ms);
  EXPECT_GE(take("+1", 5, 5), 1);
}

TEST_P(RatesContract, NumbersAreApart) {
  EXPECT_EQ(take("+1", 0.001, 1), 1);
  const std::vector<alert::RateRequest> both{{.sender = "+2", .per_second = 0.001, .wanted = 2},
                                             {.sender = "+1", .per_second = 0.001, .wanted = 2}};
  EXPECT_EQ(take_all(both), (std::vector<int>{1, 0}));
  EXPECT_TRUE(take_all({}).empty());
}

TEST_P(RatesContract, AllWorkersShareOneBudget) {
  std::atomic<int> taken{0};
  at_once(4, [&](int) {
    for (int i = 0; i < 20; ++i) { taken += take("+1", 0.01, 1) + take("+2", 0.01, 1); }
  });
  EXPECT_EQ(taken, 2);
}

TEST_P(RatesContract, StandardOnesGiveWayWhileUrgentOnesGoShort) {
  for (int i = 1; i < 20; ++i) {
    const std::string number = "+" + std::to_string(i);
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(take(number, 20, 30, Lane::urgent), 20);
    pass(100ms);
    const int standard = take(number, 20, 1);
    if (std::chrono::steady_clock::now() - before > 400ms) { continue; }  // kept from the processor: it may have been over by then
    EXPECT_EQ(standard, 0);
    EXPECT_EQ(take(number, 20, 1, Lane::urgent), 1);
    pass(100ms);
    EXPECT_EQ(take(number, 20, 1), 1) << "urgent ones have what they wanted";
    return;
  }
  FAIL() << "too slow to tell";
}

TEST_P(RatesContract, AnUrgentRequestThatNeverCameBackIsForgotten) {
  EXPECT_EQ(take("+1", 20, 30, Lane::urgent), 20);
  pass(600ms);
  EXPECT_EQ(take("+1", 20, 1), 1);
}

}  // namespace bizcomms::contract

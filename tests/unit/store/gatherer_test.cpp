#include "store/gatherer.hpp"

#include <atomic>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

namespace bizcomms::store {
namespace {

using Doubling = Gatherer<int, int>;
using Calls = std::vector<Doubling::Call*>;

void answer(Calls& calls) {
  for (auto* call : calls) { call->answer = 2 * call->request; }
}

TEST(Gatherer, ALoneCallGoesAtOnce) {
  std::vector<std::size_t> sizes;
  Doubling gatherer(1, 10, Doubling::Pace::at_once, [&](Calls& calls) {
    sizes.push_back(calls.size());
    answer(calls);
  });
  EXPECT_EQ(gatherer.run(4), 8);
  EXPECT_EQ(gatherer.run(5), 10);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 1}));
}

// While the first is at work five more come; they go together, but for what is beyond the largest group.
TEST(Gatherer, WhatComesMeanwhileGoesTogether) {
  constexpr int k_callers = 5;
  std::latch first_is_at_work(1);
  std::latch all_have_come(1);
  std::atomic<bool> first = true;
  std::vector<std::size_t> sizes;
  Doubling gatherer(1, 3, Doubling::Pace::at_once, [&](Calls& calls) {
    if (first.exchange(false)) {
      first_is_at_work.count_down();
      all_have_come.wait();
    }
    sizes.push_back(calls.size());
    answer(calls);
  });
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> callers;
    callers.emplace_back([&] { right += gatherer.run(100) == 200 ? 1 : 0; });
    first_is_at_work.wait();
    for (int i = 0; i < k_callers; ++i) {
      callers.emplace_back([&, i] { right += gatherer.run(i) == 2 * i ? 1 : 0; });
    }
    while (gatherer.waiting() < k_callers) { std::this_thread::yield(); }
    all_have_come.count_down();
  }
  EXPECT_EQ(right, k_callers + 1);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 3, 2}));
}

class GathererPace : public testing::TestWithParam<Doubling::Pace> {};
INSTANTIATE_TEST_SUITE_P(Both, GathererPace, testing::Values(Doubling::Pace::at_once, Doubling::Pace::lingers));

TEST_P(GathererPace, ManyCallersOfManyLeadersEachGetTheirOwnAnswer) {
  std::atomic<int> at_work = 0;
  std::atomic<int> at_work_at_most = 0;
  Doubling gatherer(2, 4, GetParam(), [&](Calls& calls) {
    const int now = ++at_work;
    int seen = at_work_at_most;
    while (now > seen && !at_work_at_most.compare_exchange_weak(seen, now)) {}
    answer(calls);
    --at_work;
  });
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> callers;
    for (int thread = 0; thread < 8; ++thread) {
      callers.emplace_back([&, thread] {
        for (int i = 0; i < 2000; ++i) { wrong += gatherer.run(thread * 10'000 + i) == 2 * (thread * 10'000 + i) ? 0 : 1; }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(at_work_at_most, 2);
}

}  // namespace
}  // namespace bizcomms::store

#include "worker/lanes.hpp"

#include <gtest/gtest.h>

#include "bizcomms/base/ids.hpp"

namespace bizcomms::worker {
namespace {

using alert::Lane;
using Verdict = Lanes::Verdict;

std::shared_ptr<Work> work_of(int rows, Lane lane = Lane::standard, std::uint16_t sender = 0) {
  auto work = std::make_shared<Work>();
  work->lane = lane;
  for (int i = 0; i < rows; ++i) { work->rows.push_back({.batch = i + 1, .sender = sender}); }
  return work;
}

Verdict go(Work&, const Row&) { return Verdict::go; }

TEST(Lanes, KeepsEachLaneInItsOrder) {
  Lanes lanes;
  lanes.add(work_of(2));
  lanes.add(work_of(2));
  lanes.add(work_of(1, Lane::urgent));
  EXPECT_EQ(lanes.waiting(Lane::standard), 4U);
  EXPECT_EQ(lanes.waiting(), 5U);
  std::vector<Departure> picked;
  EXPECT_TRUE(lanes.pick(Lane::standard, 3, go, picked).empty());
  ASSERT_EQ(picked.size(), 3U);
  EXPECT_EQ(picked[0].row->batch, 1);
  EXPECT_EQ(picked[1].row->batch, 2);
  EXPECT_NE(picked[2].work, picked[0].work);
  EXPECT_EQ(lanes.waiting(Lane::standard), 1U);
  EXPECT_EQ(lanes.waiting(Lane::urgent), 1U);
}

TEST(Lanes, OthersPassARowThatMustWait) {
  Lanes lanes;
  const auto work = work_of(5);
  lanes.add(work);
  std::vector<Departure> picked;
  const auto only_even = [](Work&, const Row& row) { return row.batch % 2 == 0 ? Verdict::go : Verdict::wait; };
  EXPECT_TRUE(lanes.pick(Lane::standard, 10, only_even, picked).empty());
  ASSERT_EQ(picked.size(), 2U);
  EXPECT_EQ(picked[0].row->batch, 2);
  EXPECT_EQ(picked[1].row->batch, 4);
  EXPECT_EQ(lanes.waiting(), 3U);
  lanes.pick(Lane::standard, 10, go, picked);
  EXPECT_EQ(picked.size(), 5U);
  EXPECT_EQ(lanes.waiting(), 0U);
}

TEST(Lanes, TellsWhatWasGivenUp) {
  Lanes lanes;
  lanes.add(work_of(3));
  std::vector<Departure> picked;
  const auto given_up = lanes.pick(
      Lane::standard, 10, [](Work&, const Row&) { return Verdict::give_up; }, picked);
  ASSERT_EQ(given_up.size(), 1U);
  EXPECT_EQ(given_up[0].rows, 3);
  EXPECT_EQ(lanes.waiting(), 0U);
}

TEST(Lanes, PicksNothingOfWorkThatWasLost) {
  Lanes lanes;
  const auto work = work_of(3);
  work->held = std::make_shared<Held>();
  work->held->lost = true;
  lanes.add(work);
  lanes.add(work_of(1));
  std::vector<Departure> picked;
  const auto given_up = lanes.pick(Lane::standard, 10, go, picked);
  ASSERT_EQ(given_up.size(), 1U);
  EXPECT_EQ(given_up[0].work, work);
  EXPECT_EQ(picked.size(), 1U);
}

TEST(Lanes, ClearsOneWorkOrAll) {
  Lanes lanes;
  const auto first = work_of(3);
  lanes.add(first);
  lanes.add(work_of(2, Lane::urgent));
  EXPECT_EQ(lanes.clear(*first).size(), 1U);
  EXPECT_EQ(lanes.waiting(), 2U);
  EXPECT_EQ(lanes.clear().size(), 1U);
  EXPECT_EQ(lanes.waiting(), 0U);
}

}  // namespace
}  // namespace bizcomms::worker

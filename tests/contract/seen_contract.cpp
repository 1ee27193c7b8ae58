#include "contract/seen_contract.hpp"

#include <algorithm>
#include <numeric>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;

TEST_P(SeenContract, NothingIsSeenBeforeTheFirstCycle) {
  const std::vector<StoryId> asked{1, 2};
  EXPECT_EQ(*stories().seen(asked), (std::vector<bool>{false, false}));
  EXPECT_FALSE(*stories().any());
}

TEST_P(SeenContract, RemembersWhatWasMarkedAndAnswersInOrder) {
  const std::vector<StoryId> marked{8863, 42'000'000'000};
  ASSERT_TRUE(stories().mark(marked));
  const std::vector<StoryId> asked{1, 42'000'000'000, 2, 8863};
  EXPECT_EQ(*stories().seen(asked), (std::vector<bool>{false, true, false, true}));
  EXPECT_TRUE(*stories().any());
}

TEST_P(SeenContract, MarkingAgainChangesNothing) {
  const std::vector<StoryId> twice{7, 7};
  ASSERT_TRUE(stories().mark(twice));
  ASSERT_TRUE(stories().mark(twice));
  EXPECT_EQ(*stories().seen(twice), (std::vector<bool>{true, true}));
}

TEST_P(SeenContract, NoneIsFine) {
  ASSERT_TRUE(stories().mark({}));
  EXPECT_TRUE(stories().seen({})->empty());
  EXPECT_FALSE(*stories().any());
}

TEST_P(SeenContract, ManyMayMarkAtOnce) {
  std::vector<StoryId> all(200);
  std::iota(all.begin(), all.end(), StoryId{1});
  at_once(4, [&](int thread) {
    std::vector<StoryId> own = all;
    if (thread % 2 == 1) { std::reverse(own.begin(), own.end()); }  // in opposite orders: that must not deadlock
    EXPECT_TRUE(stories().mark(own));
  });
  EXPECT_EQ(*stories().seen(all), std::vector<bool>(200, true));
}

}  // namespace bizcomms::contract

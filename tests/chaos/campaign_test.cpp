// The campaign in its short form, with a seed of its own; scripts/chaos runs it in its long form.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "chaos/campaign.hpp"

namespace bizcomms::chaos {
namespace {

TEST(Campaign, EveryPhoneGetsItsMessageOnceWhateverDies) {
  const Size size = Size{}.from_environment();
  fmt::print("seed {}\n", size.seed);
  Campaign campaign(size);
  const auto verdict = campaign.run();
  fmt::print("\n{}", campaign.table(verdict));
  for (const auto& finding : verdict.findings) { ADD_FAILURE() << finding; }
  EXPECT_EQ(verdict.unfinished, 0);
  EXPECT_EQ(verdict.lost, 0);
  EXPECT_EQ(verdict.doubled, 0);
  EXPECT_EQ(verdict.wrong, 0);
  EXPECT_EQ(verdict.behind, 0);
  EXPECT_GE(verdict.deliveries, size.deliveries);
  EXPECT_GE(campaign.tally().hits(), size.kills);
}

}  // namespace
}  // namespace bizcomms::chaos

// The campaign in its short form, with a seed of its own; scripts/chaos runs it in its long form.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "chaos/campaign.hpp"
#include "support/aws/cloud.hpp"

namespace bizcomms::chaos {
namespace {

void run(const Size& size, const test::Environment& more = {}) {
  fmt::print("seed {}\n", size.seed);
  Campaign campaign(size, more);
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

TEST(Campaign, EveryPhoneGetsItsMessageOnceWhateverDies) { run(Size{}.from_environment()); }

TEST(CampaignOnAws, EveryPhoneGetsItsMessageOnceWhateverDies) {
  if (const auto why = test::Cloud::missing(); !why.empty()) { GTEST_SKIP() << why; }
  const test::Cloud cloud;
  auto options = cloud.options();
  options["BIZCOMMS_SQS_POLL"] = "1s";
  run(Size{}.from_environment(), options);
}

}  // namespace
}  // namespace bizcomms::chaos

#include "app/rate_limits.hpp"

#include <gtest/gtest.h>

namespace bizcomms::app {
namespace {

constexpr const char* k_long_code = "+14155550100";
constexpr const char* k_toll_free = "+18335550100";

Settings with(std::vector<std::string> words) {
  Settings settings;
  settings.twilio.senders = {k_long_code, k_toll_free};
  settings.segments_per_second = std::move(words);
  return settings;
}

std::map<std::string, double> segments(std::vector<std::string> words) {
  const auto limits = rate_limits(with(std::move(words)));
  EXPECT_TRUE(limits) << (limits ? "" : limits.error().message);
  return limits ? limits->segments_per_second : std::map<std::string, double>{};
}

TEST(RateLimits, GoByTheKindOfNumberUnlessGiven) {
  EXPECT_EQ(segments({"auto"}), (std::map<std::string, double>{{k_long_code, 1}, {k_toll_free, 3}}));
  EXPECT_EQ(segments({}), segments({"auto"}));
  EXPECT_EQ(segments({"0"}), (std::map<std::string, double>{{k_long_code, 0}, {k_toll_free, 0}}));
  EXPECT_EQ(segments({"2.5"}), (std::map<std::string, double>{{k_long_code, 2.5}, {k_toll_free, 2.5}}));
}

TEST(RateLimits, OneNumbersRateStandsBesideTheOthers) {
  EXPECT_EQ(segments({"+18335550100=25"}), (std::map<std::string, double>{{k_long_code, 1}, {k_toll_free, 25}}));
  EXPECT_EQ(segments({"4", "+14155550100=0"}), (std::map<std::string, double>{{k_long_code, 0}, {k_toll_free, 4}}));
}

TEST(RateLimits, SayWhatIsWrong) {
  for (const std::string word : {"fast", "-1", "1x", "+14155550100=", "+14155550100=often", "20000", "nan", ""}) {
    const auto limits = rate_limits(with({word}));
    ASSERT_FALSE(limits) << word;
    EXPECT_EQ(limits.error().code, ErrorCode::misconfigured);
    EXPECT_NE(limits.error().message.find("segments-per-second"), std::string::npos);
  }
  const auto stranger = rate_limits(with({"+14155559999=1"}));
  ASSERT_FALSE(stranger);
  EXPECT_NE(stranger.error().message.find("twilio-from"), std::string::npos) << stranger.error().message;
}

TEST(RateLimits, CallsHaveOneRateForTheAccount) { EXPECT_EQ(rate_limits(with({}))->calls_per_second, 1); }

}  // namespace
}  // namespace bizcomms::app

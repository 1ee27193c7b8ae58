#include "app/duration.hpp"

#include <gtest/gtest.h>

namespace bizcomms::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Duration, ReadsANumberAndAUnit) {
  EXPECT_EQ(parse_duration("500ms"), Millis{500});
  EXPECT_EQ(parse_duration("15s"), seconds{15});
  EXPECT_EQ(parse_duration("5m"), minutes{5});
  EXPECT_EQ(parse_duration("24h"), hours{24});
  EXPECT_EQ(parse_duration("14d"), hours{24 * 14});
  EXPECT_EQ(parse_duration("0"), Millis{0});
}

TEST(Duration, RefusesEverythingElse) {
  for (const auto* text :
       {"", "5", "s", "-5s", "-0s", "+5s", "1.5s", "5 s", "5sec", "5S", "5s ", "9999999999999999999s", "200000000000d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitThatHoldsIt) {
  EXPECT_EQ(to_text(Millis{0}), "0s");
  EXPECT_EQ(to_text(Millis{1500}), "1500ms");
  EXPECT_EQ(to_text(seconds{90}), "90s");
  EXPECT_EQ(to_text(minutes{60}), "1h");
  EXPECT_EQ(to_text(hours{336}), "14d");
}

}  // namespace
}  // namespace bizcomms::app

#include "simulator/segments.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bizcomms::simulator {
namespace {

std::string times(const char* text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) { out += text; }
  return out;
}

TEST(Segments, CountsSeptets) {
  EXPECT_EQ(segments(""), 0);
  EXPECT_EQ(segments(times("a", 160)), 1);
  EXPECT_EQ(segments(times("a", 161)), 2);
  EXPECT_EQ(segments(times("a", 306)), 2);
  EXPECT_EQ(segments(times("a", 307)), 3);
}

TEST(Segments, NeverSplitsATwoSeptetCharacter) {
  EXPECT_EQ(segments(times("€", 80)), 1);
  EXPECT_EQ(segments(times("€", 81)), 2);
  EXPECT_EQ(segments(times("€", 152)), 2);
  EXPECT_EQ(segments(times("€", 153)), 3);
}

TEST(Segments, CountsUtf16OutsideGsm) {
  EXPECT_EQ(segments(times("õ", 70)), 1);
  EXPECT_EQ(segments(times("õ", 71)), 2);
  EXPECT_EQ(segments(times("õ", 134)), 2);
  EXPECT_EQ(segments(times("õ", 135)), 3);
}

TEST(Segments, NeverSplitsASurrogatePair) {
  EXPECT_EQ(segments(times("😀", 35)), 1);
  EXPECT_EQ(segments(times("😀", 36)), 2);
  EXPECT_EQ(segments(times("😀", 66)), 2);
  EXPECT_EQ(segments(times("😀", 67)), 3);
  EXPECT_EQ(utf16_length(times("😀", 67)), 134U);
}

}  // namespace
}  // namespace bizcomms::simulator

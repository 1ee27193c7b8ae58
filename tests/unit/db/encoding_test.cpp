#include <gtest/gtest.h>

#include "bizcomms/db/values.hpp"

namespace bizcomms::db {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) { text += static_cast<char>(value); }
  return text;
}

TEST(Encoding, WritesIntegersBigEndian) {
  const Params params = Params().add(std::int16_t{-2}).add(std::int32_t{258}).add(std::int64_t{1});
  EXPECT_EQ(params.at(0), bytes({0xFF, 0xFE}));
  EXPECT_EQ(params.at(1), bytes({0, 0, 1, 2}));
  EXPECT_EQ(params.at(2), bytes({0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST(Encoding, WritesFractionsAndTruth) {
  const Params params = Params().add(1.0).add(true).add(false);
  EXPECT_EQ(params.at(0), bytes({0x3F, 0xF0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(params.at(1), bytes({1}));
  EXPECT_EQ(params.at(2), bytes({0}));
}

TEST(Encoding, CountsTimesFrom2000InMicroseconds) {
  const auto params = Params().add(Time{Millis{946'684'800'001}}).add(Time{Millis{946'684'799'999}});
  EXPECT_EQ(params.at(0), bytes({0, 0, 0, 0, 0, 0, 0x03, 0xE8}));
  EXPECT_EQ(params.at(1), bytes({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC, 0x18}));
}

TEST(Encoding, TellsNullFromEmpty) {
  const Params params = Params().add("").add_null().add(std::optional<bool>{}).add(std::optional<std::string>("x"));
  ASSERT_EQ(params.size(), 4U);
  EXPECT_EQ(params.at(0), "");
  EXPECT_EQ(params.at(1), std::nullopt);
  EXPECT_EQ(params.at(2), std::nullopt);
  EXPECT_EQ(params.at(3), "x");
}

TEST(Encoding, WritesUuidsAsTheirBytes) {
  const auto uuid = *Uuid::from_hex("0190b3c8-0000-7000-8000-0123456789ab");
  EXPECT_EQ(Params().add(uuid).at(0), std::string(uuid.bytes.begin(), uuid.bytes.end()));
}

TEST(Encoding, WritesAColumnAsAnArray) {
  Column<std::int16_t> column;
  column.push(7);
  column.push_null();
  column.push(std::optional<std::int16_t>{});
  EXPECT_EQ(column.size(), 3U);
  EXPECT_EQ(column.encoded(), bytes({0, 0, 0, 1, 0, 0, 0, 1, 0, 0,    0,    21,   0,    0,    0,    3,    0,
                                     0, 0, 1, 0, 0, 0, 2, 0, 7, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}));
}

TEST(Encoding, AnEmptyColumnHasNoDimension) {
  EXPECT_EQ(Column<std::string_view>().encoded(), bytes({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25}));
}

TEST(Encoding, QuotesEveryElementOfAnArrayInText) {
  EXPECT_EQ(array_text({}), "{}");
  const std::vector<std::string> odd{"plain", "a,b", "c\"d", "e\\f", "", "NULL", "{x}"};
  EXPECT_EQ(array_text(odd), R"({"plain","a,b","c\"d","e\\f","","NULL","{x}"})");
}

}  // namespace
}  // namespace bizcomms::db

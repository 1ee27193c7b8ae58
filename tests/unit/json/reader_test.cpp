#include "bizcomms/json/reader.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace bizcomms::json {
namespace {

std::string refusal(std::string_view text, Limits limits = {}) {
  auto document = Document::parse(text, limits);
  return document ? "" : document.error().message;
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

class NotJson : public testing::TestWithParam<std::string_view> {};

TEST_P(NotJson, IsRefused) {
  const auto document = Document::parse(GetParam());
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, ErrorCode::invalid);
  EXPECT_FALSE(document.error().message.empty());
}

INSTANTIATE_TEST_SUITE_P(Documents, NotJson,
                         testing::Values("", "  ", "{", "{}x", "{} {}", "{\"a\":1,}", "[1,]", "[,1]", "{a:1}", "{'a':1}", "// c\n{}",
                                         "{}/* c */", "NaN", "[NaN]", "[Infinity]", "[-Infinity]", "[01]", "[+1]", "[1.]", "[.5]", "[1e]",
                                         "[0x1]", "[1e999]", "[-1e999]", "[1e-999]", "tru", "\"\\x\"", "\"\\u12\"", "\"\t\"", "\"\n\"",
                                         "\"a", "[\"\\ud800\"]", "[\"\\ud800\\u0041\"]", "[\"\\udc00\"]", "{\"\\udc00\":1}",
                                         "[\"\xED\xA0\x80\"]", "[\"\xFF\"]", "[\"\xC0\x80\"]", "[\"\xC3\"]", "[\"\xF5\x80\x80\x80\"]",
                                         "[\"\xE0\x80\x80\"]", "\xEF\xBB\xBF{}", "\xFF"));

TEST(Document, RefusesAZeroByteAnywhere) {
  EXPECT_NE(refusal(std::string_view("{}\0", 3)), "");
  EXPECT_NE(refusal(std::string_view("{\"a\":\"\0\"}", 9)), "");
}

TEST(Document, NamesThePlaceOfTheError) {
  EXPECT_EQ(refusal("{\"a\":1,\n \"b\" 2}"), "This is not valid JSON: line 2, column 6: Missing a colon after a name of object member.");
}

TEST(Document, RefusesMoreThanTheDepthAllowed) {
  EXPECT_EQ(refusal(nested(16)), "");
  EXPECT_NE(refusal(nested(17)).find("at most 16 are allowed"), std::string::npos);
  EXPECT_NE(refusal(std::string(500'000, '[')), "");
  EXPECT_NE(refusal(std::string(500'000, '{')), "");
}

TEST(Document, RefusesMoreThanTheBytesAllowed) {
  EXPECT_EQ(refusal("[12]", {.bytes = 4}), "");
  EXPECT_EQ(refusal("[123]", {.bytes = 4}), "The JSON has 5 bytes; at most 4 are allowed, so shorten it.");
}

TEST(Document, RefusesANameGivenTwiceWithItsPath) {
  const auto document = Document::parse(R"({"a":{"list":[{},{"x":1,"y":2,"x":1}]}})");
  ASSERT_FALSE(document);
  ASSERT_EQ(document.error().fields.size(), 1U);
  EXPECT_EQ(document.error().fields[0], (FieldError{"a.list[1].x", "is given twice; keep one"}));
}

TEST(Document, FindsTheTwinAmongManyNames) {
  std::string text = "{";
  for (int i = 0; i < 5'000; ++i) { text += "\"n" + std::to_string(i) + "\":0,"; }
  EXPECT_EQ(refusal(text + "\"last\":0}"), "");
  EXPECT_EQ(Document::parse(text + "\"n77\":0}").error().fields.at(0).field, "n77");
  EXPECT_FALSE(Document::parse(R"({"a":1,"\u0061":2})"));
}

TEST(Document, TakesEscapesAndWholeSurrogatePairs) {
  const auto document = Document::parse(R"(["\ud83d\ude00\n\u00e9", "퀀"])");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().elements()[0].as_string(), "😀\né");
  EXPECT_EQ(document->root().elements()[1].as_string(), "퀀");  // U+D000 begins with 0xED and is no surrogate
}

TEST(Document, ReadsNumbersExactly) {
  const auto document =
      Document::parse("[0e52,-0,9223372036854775807,-9223372036854775808,9223372036854775808,0.1,5e-324,1.7976931348623157e308]");
  ASSERT_TRUE(document);
  const auto numbers = document->root().elements();
  EXPECT_EQ(numbers[0].as_double(), 0.0);
  EXPECT_EQ(numbers[1].as_int(), 0);
  EXPECT_EQ(numbers[2].as_int(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(numbers[3].as_int(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(numbers[4].as_int(), std::nullopt);
  EXPECT_EQ(numbers[4].as_double(), 9223372036854775808.0);
  EXPECT_EQ(numbers[5].as_double(), 0.1);
  EXPECT_EQ(numbers[6].as_double(), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(numbers[7].as_double(), std::numeric_limits<double>::max());
}

TEST(Value, GivesNothingForWhatIsAbsentOrOfAnotherType) {
  const auto document = Document::parse(R"({"t":"x","i":7,"d":1.5,"b":true,"n":null,"big":18446744073709551615})");
  ASSERT_TRUE(document);
  const auto root = document->root();
  EXPECT_EQ(root["t"].as_string(), "x");
  EXPECT_EQ(root["i"].as_int(), 7);
  EXPECT_EQ(root["i"].as_double(), 7.0);
  EXPECT_EQ(root["d"].as_double(), 1.5);
  EXPECT_EQ(root["d"].as_int(), std::nullopt);
  EXPECT_EQ(root["big"].as_int(), std::nullopt);
  EXPECT_EQ(root["b"].as_bool(), true);
  EXPECT_TRUE(root["n"].is_null());
  EXPECT_TRUE(root["nowhere"]["deeper"].is_null());
  EXPECT_EQ(root["t"].as_int(), std::nullopt);
  EXPECT_TRUE(root["t"].elements().empty());
  EXPECT_EQ(root.members().size(), 6U);
  EXPECT_EQ(root.members()[1].first, "i");
}

TEST(Document, StaysReadableWhenMoved) {
  auto first = Document::parse(R"({"a":[1]})");
  ASSERT_TRUE(first);
  const auto root = first->root();
  const Document second = *std::move(first);
  EXPECT_EQ(root["a"].elements().at(0).as_int(), 1);
  EXPECT_EQ(second.root()["a"].elements().at(0).as_int(), 1);
}

}  // namespace
}  // namespace bizcomms::json

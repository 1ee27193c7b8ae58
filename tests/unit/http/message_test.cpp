#include "bizcomms/http/message.hpp"

#include <gtest/gtest.h>

#include "http/percent.hpp"

namespace bizcomms::http {
namespace {

TEST(Headers, FindsTheFirstWithoutCase) {
  Headers headers{{"X-One", "a"}, {"x-one", "b"}};
  EXPECT_EQ(headers.find("X-ONE"), "a");
  EXPECT_EQ(headers.find("X-On"), std::nullopt);
}

TEST(Headers, SetReplacesAllOfTheName) {
  Headers headers{{"a", "1"}, {"b", "2"}, {"A", "3"}};
  headers.set("A", "4");
  EXPECT_EQ(headers.all().size(), 2U);
  EXPECT_EQ(headers.find("a"), "4");
  headers.add("a", "5");
  EXPECT_EQ(headers.all().size(), 3U);
}

TEST(Form, ReadsPairsInOrder) {
  const auto form = parse_form("To=%2B15551234567&Body=Hi+there%21&empty=&bare&To=2");
  ASSERT_TRUE(form);
  const Parameters expected{{"To", "+15551234567"}, {"Body", "Hi there!"}, {"empty", ""}, {"bare", ""}, {"To", "2"}};
  EXPECT_EQ(*form, expected);
  EXPECT_EQ(find(*form, "To"), "+15551234567");
  EXPECT_EQ(find(*form, "to"), std::nullopt);
}

TEST(Form, ReadsNothingAndEmptyPairs) {
  EXPECT_EQ(parse_form(""), Parameters{});
  EXPECT_EQ(parse_form("&&a=1&"), (Parameters{{"a", "1"}}));
  EXPECT_EQ(parse_form("=v"), (Parameters{{"", "v"}}));
}

TEST(Form, KeepsFurtherEqualsSignsInTheValue) { EXPECT_EQ(parse_form("a=b=c"), (Parameters{{"a", "b=c"}})); }

TEST(Form, RefusesBadEscapes) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%=1", "a=%-1", "a=%+1"}) { EXPECT_FALSE(parse_form(text)) << text; }
}

TEST(Form, RefusesNulAndWrongUtf8) {
  for (const char* text : {"a=%00", "%00=a", "a=%ff", "a=%c3", "a=%c0%af", "a=%ed%a0%80", "a=%f4%90%80%80", "a=%80"}) {
    EXPECT_FALSE(parse_form(text)) << text;
  }
  EXPECT_TRUE(parse_form("a=%c3%a9&b=%f0%9f%98%80&c=%e2%82%ac"));
}

TEST(Form, RefusesTooManyPairs) {
  EXPECT_TRUE(parse_form("a=1&b=2", 2));
  EXPECT_FALSE(parse_form("a=1&b=2&c=3", 2));
}

TEST(Form, WritesWhatItReads) {
  const Parameters parameters{{"To", "+1555"}, {"Body", "a b&c=d/é\n%"}, {"", "x"}};
  EXPECT_EQ(to_form({{"To", "+1 5"}, {"b", "~-._"}}), "To=%2B1%205&b=~-._");
  EXPECT_EQ(parse_form(to_form(parameters)), parameters);
}

TEST(PercentEncode, KeepsTheUnreservedOnly) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode(" +/é"), "%20%2B%2F%C3%A9");
}

TEST(PercentDecode, TakesPlusAsTold) {
  EXPECT_EQ(percent_decode("a+b", Plus::plus), "a+b");
  EXPECT_EQ(percent_decode("a+b", Plus::space), "a b");
}

}  // namespace
}  // namespace bizcomms::http

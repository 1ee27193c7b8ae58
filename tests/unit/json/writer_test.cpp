#include "bizcomms/json/writer.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "bizcomms/json/reader.hpp"

namespace bizcomms::json {
namespace {

std::string written(std::string_view text) { return Writer().value(text).take(); }

TEST(Writer, WritesNestedValues) {
  Writer json;
  json.begin_object();
  json.field("a", "x").field("n", std::int64_t{-9}).field("t", true).field("d", 1.5);
  json.field("none", std::optional<std::string>{}).field("some", std::optional<std::string>{"y"});
  json.key("list").begin_array().value(1).value(2).begin_object().end_object().begin_array().end_array().null().end_array();
  json.key("raw").raw("{\"k\":1}");
  json.end_object();
  EXPECT_EQ(json.text(), R"({"a":"x","n":-9,"t":true,"d":1.5,"none":null,"some":"y","list":[1,2,{},[],null],"raw":{"k":1}})");
}

TEST(Writer, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(written("a\"b\\c/d\b\f\n\r\t"), R"("a\"b\\c/d\b\f\n\r\t")");
  EXPECT_EQ(written(std::string_view("\0\x01\x1F\x7F", 4)), R"("\u0000\u0001\u001f\u007f")");
  EXPECT_EQ(written(""), "\"\"");
}

TEST(Writer, LeavesUtf8AsItIs) { EXPECT_EQ(written("é퀀😀"), "\"é퀀😀\""); }

TEST(Writer, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(written("a\xFFz"), "\"a\uFFFDz\"");
  EXPECT_EQ(written("\xC3"), "\"\uFFFD\"");
  EXPECT_EQ(written("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(written("\xC0\x80x"), "\"\uFFFD\uFFFDx\"");
  EXPECT_EQ(written("\xF0\x9F\x98"), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(written("\xF4\x90\x80\x80"), "\"\uFFFD\uFFFD\uFFFD\uFFFD\"");
}

TEST(Writer, WritesNumbersThatReadBackTheSame) {
  EXPECT_EQ(Writer().value(std::numeric_limits<std::int64_t>::min()).text(), "-9223372036854775808");
  EXPECT_EQ(Writer().value(std::numeric_limits<std::int64_t>::max()).text(), "9223372036854775807");
  EXPECT_EQ(Writer().value(0.1).text(), "0.1");
  EXPECT_EQ(Writer().value(-0.0).text(), "0");
  EXPECT_EQ(Writer().value(std::numeric_limits<double>::infinity()).text(), "null");
  EXPECT_EQ(Writer().value(std::numeric_limits<double>::quiet_NaN()).text(), "null");
}

TEST(Writer, WritesWhatTheReaderTakes) {
  std::string every_byte;
  for (int i = 1; i < 256; ++i) { every_byte += static_cast<char>(i); }
  const auto document = Document::parse(written(every_byte));
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->root().as_string().has_value());
}

}  // namespace
}  // namespace bizcomms::json

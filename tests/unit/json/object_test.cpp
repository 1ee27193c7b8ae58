#include <gtest/gtest.h>

#include "bizcomms/json/reader.hpp"

namespace bizcomms::json {
namespace {

Document parsed(std::string_view text) {
  auto document = Document::parse(text);
  EXPECT_TRUE(document);
  return *std::move(document);
}

TEST(Object, ReadsWhatIsThere) {
  const auto document = parsed(R"({"name":"Ada","on":false,"count":3,"tags":["a","b"],"kind":"low","in":{"x":"y"}})");
  auto object = document.root().strict_object();
  EXPECT_EQ(object.require_text("name", {1, 10}), "Ada");
  EXPECT_EQ(object.boolean("on"), false);
  EXPECT_EQ(object.integer("count", 1, 3), 3);
  EXPECT_EQ(object.texts("tags", 2, {1, 4}), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(object.one_of("kind", {"low", "high"}), "low");
  auto inner = object.object("in");
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->text("x", {}), "y");
  EXPECT_EQ(object.text("absent", {1, 1}), std::nullopt);
  EXPECT_FALSE(object.has("absent"));
  EXPECT_TRUE(object.has("name"));
  inner->finish();
  object.finish();
  EXPECT_TRUE(document.status("The thing is not valid."));
}

TEST(Object, GathersAllErrorsWithPathLimitAndWhatToDo) {
  const auto document =
      parsed(R"({"title":"","message":"abcdef","on":"yes","count":1.5,"kind":"lo","f":{"tags":["ok",7,""],"activeonly":true}})");
  auto object = document.root().strict_object();
  object.require_text("title", {1, 5});
  object.require_text("message", {1, 5});
  object.require_text("missing", {1, 5});
  object.boolean("on");
  object.integer("count", 1, 9);
  object.one_of("kind", {"low", "high"});
  auto filters = object.object("f");
  ASSERT_TRUE(filters);
  filters->texts("tags", 5, {1, 5});
  filters->boolean("active_only");
  filters->finish();
  object.finish();
  const std::vector<FieldError> expected{
      {"title", "is empty; give at least 1 character"},
      {"message", "has 6 characters; at most 5 are allowed, so shorten it"},
      {"missing", "is missing; it is required"},
      {"on", "must be true or false, not a text"},
      {"count", "must be a whole number from 1 to 9"},
      {"kind", "must be one of \"low\", \"high\""},
      {"f.tags[1]", "must be a text, not a number"},
      {"f.tags[2]", "is empty; give at least 1 character"},
      {"f.activeonly", "is not a known field; did you mean \"active_only\"?"},
  };
  const auto status = document.status("The thing is not valid.");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "The thing is not valid.");
  EXPECT_EQ(status.error().fields, expected);
}

TEST(Object, CountsCodePoints) {
  const auto document = parsed(R"({"t":"é😀ü"})");
  auto object = document.root().strict_object();
  EXPECT_EQ(object.text("t", {3, 3}), "é😀ü");
}

TEST(Object, RefusesNullAndZeroCharacters) {
  const auto document = parsed(R"({"a":null,"b":"x\u0000y","c":["\u0000"],"d":null})");
  auto object = document.root().strict_object();
  object.text("a", {});
  object.text("b", {});
  object.texts("c", 3, {});
  object.object("d");
  const std::vector<FieldError> expected{{"a", "must be a text, not null"},
                                         {"b", "contains the character U+0000; remove it"},
                                         {"c[0]", "contains the character U+0000; remove it"},
                                         {"d", "must be an object, not null"}};
  EXPECT_EQ(document.errors(), expected);
}

TEST(Object, RefusesTooManyElements) {
  const auto document = parsed(R"({"a":["1","2","3"]})");
  document.root().strict_object().texts("a", 2, {});
  EXPECT_EQ(document.errors(), (std::vector<FieldError>{{"a", "has 3 elements; at most 2 are allowed, so remove some"}}));
}

TEST(Object, ReportsThatTheBodyIsNoObjectOnce) {
  const auto document = parsed("[1]");
  auto object = document.root().strict_object();
  EXPECT_EQ(object.require_text("title", {1, 5}), std::nullopt);
  object.finish();
  EXPECT_EQ(document.errors(), (std::vector<FieldError>{{"body", "must be a JSON object"}}));
}

TEST(Object, NamesTheKnownFieldsWhereNoneIsNear) {
  const auto document = parsed(R"({"colour":1})");
  auto object = document.root().strict_object("recipient");
  object.text("name", {});
  object.text("tags", {});
  object.finish();
  EXPECT_EQ(document.errors(), (std::vector<FieldError>{{"recipient.colour", "is not a known field; known are \"name\", \"tags\""}}));
}

TEST(Object, NamesAFieldWithoutAName) {
  const auto document = parsed(R"({"":1,"in":{"":2}})");
  auto object = document.root().strict_object();
  object.object("in")->finish();
  object.finish();
  EXPECT_EQ(document.errors(), (std::vector<FieldError>{{"in.\"\"", "is not a known field; this object has none"},
                                                        {"\"\"", "is not a known field; known are \"in\""}}));
}

TEST(Object, KeepsABoundedNumberOfErrors) {
  std::string text = "{\"" + std::string(5'000, 'x') + "\":0";
  for (int i = 0; i < 1'000; ++i) { text += ",\"n" + std::to_string(i) + "\":0"; }
  const auto document = parsed(text + "}");
  document.root().strict_object().finish();
  EXPECT_EQ(document.errors().size(), 32U);
  EXPECT_LT(document.errors()[0].field.size(), 100U);
  EXPECT_EQ(document.status("It is not valid.").error().message, "It is not valid. These are its first 32 errors.");
}

TEST(Object, TakesACallersOwnErrors) {
  const auto document = parsed("{}");
  auto object = document.root().strict_object("a");
  object.error("b", "is wrong");
  EXPECT_EQ(document.errors(), (std::vector<FieldError>{{"a.b", "is wrong"}}));
}

}  // namespace
}  // namespace bizcomms::json

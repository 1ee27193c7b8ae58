#include "bizcomms/alert/validation.hpp"

#include <gtest/gtest.h>

namespace bizcomms::alert {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) { result += text; }
  return result;
}

AlertDraft draft() { return {.title = "New story", .message = "Read it."}; }

RecipientDraft recipient() { return {.name = "Ann", .phone_number = "+15551234567"}; }

std::vector<std::string> fields(const std::vector<FieldError>& problems) {
  std::vector<std::string> names;
  for (const FieldError& problem : problems) { names.push_back(problem.field); }
  return names;
}

using Fields = std::vector<std::string>;

TEST(AlertDraft, PassesWithTheLongestTexts) {
  auto alert = draft();
  alert.title = repeated("é", k_title_max);
  alert.message = repeated("é", 1600 - 200 - 1);
  EXPECT_EQ(problems(alert, 0), std::vector<FieldError>{});
}

TEST(AlertDraft, CountsCodePointsNotBytes) {
  auto alert = draft();
  alert.title = repeated("€", 200);
  EXPECT_TRUE(problems(alert, 0).empty());
  alert.title += "€";
  EXPECT_EQ(fields(problems(alert, 0)), Fields{"title"});
}

TEST(AlertDraft, RefusesEmptyTexts) {
  auto alert = draft();
  alert.title = "";
  alert.message = "";
  EXPECT_EQ(fields(problems(alert, 0)), (Fields{"title", "message"}));
}

TEST(AlertDraft, SaysTheLimitAndTheLength) {
  auto alert = draft();
  alert.message = repeated("a", 1601);
  const auto found = problems(alert, 0);
  ASSERT_EQ(fields(found), Fields{"message"});
  EXPECT_NE(found[0].message.find("1601"), std::string::npos);
  EXPECT_NE(found[0].message.find("1600"), std::string::npos);
}

TEST(AlertDraft, RefusesTheNullCharacter) {
  auto alert = draft();
  alert.title = std::string("a\0b", 3);
  alert.message = std::string("\0", 1);
  alert.filter.tags = {std::string("t\0", 2)};
  EXPECT_EQ(fields(problems(alert, 0)), (Fields{"title", "message", "recipient_filters.tags[0]"}));
}

TEST(AlertDraft, RefusesWhatIsNotUtf8) {
  auto alert = draft();
  for (const char* bytes : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\xE2\x82"}) {
    alert.message = bytes;
    EXPECT_EQ(fields(problems(alert, 0)), Fields{"message"});
  }
}

TEST(AlertDraft, AnSmsMustFitTogetherWithItsTitle) {
  auto alert = draft();
  alert.title = "1234567890";
  alert.message = repeated("a", 1589);  // 10 + 1 + 1589 = 1600
  EXPECT_TRUE(problems(alert, 0).empty());
  alert.message += "a";
  const auto found = problems(alert, 0);
  ASSERT_EQ(fields(found), Fields{"message"});
  EXPECT_NE(found[0].message.find("by 1"), std::string::npos);
}

TEST(AlertDraft, AnSmsIsCountedInUtf16Units) {
  auto alert = draft();
  alert.title = "123";
  alert.message = repeated("😀", 798);  // 3 + 1 + 1596 = 1600
  EXPECT_TRUE(problems(alert, 0).empty());
  alert.message += "😀";
  EXPECT_EQ(fields(problems(alert, 0)), Fields{"message"});
}

TEST(AlertDraft, ACallHasTheLimitOfItsScriptOnly) {
  auto alert = draft();
  alert.method = DeliveryMethod::voice;
  alert.message = repeated("😀", 1600);
  EXPECT_TRUE(problems(alert, k_twiml_max).empty());
  EXPECT_EQ(fields(problems(alert, k_twiml_max + 1)), Fields{"message"});
}

TEST(AlertDraft, AnSmsHasNoScript) { EXPECT_TRUE(problems(draft(), 100'000).empty()); }

TEST(AlertDraft, BothChannelsHaveBothLimits) {
  auto alert = draft();
  alert.method = DeliveryMethod::both;
  alert.message = repeated("a", 1600);
  EXPECT_EQ(fields(problems(alert, k_twiml_max + 1)), (Fields{"message", "message"}));
}

TEST(AlertDraft, NamesTheTagThatIsWrong) {
  auto alert = draft();
  alert.filter.tags = {"fine", repeated("ü", k_tag_max), repeated("ü", k_tag_max + 1), "  "};
  EXPECT_EQ(fields(problems(alert, 0)), (Fields{"recipient_filters.tags[2]", "recipient_filters.tags[3]"}));
}

TEST(AlertDraft, MeasuresTagsWithoutWhiteSpaceAround) {
  auto alert = draft();
  alert.filter.tags = {"   " + repeated("a", k_tag_max) + "\u3000"};
  EXPECT_TRUE(problems(alert, 0).empty());
}

TEST(AlertDraft, HasFiftyTagsAtMost) {
  auto alert = draft();
  for (std::size_t i = 0; i < k_tags_max; ++i) { alert.filter.tags.push_back("tag" + std::to_string(i)); }
  EXPECT_TRUE(problems(alert, 0).empty());
  alert.filter.tags.emplace_back("one more");
  EXPECT_EQ(fields(problems(alert, 0)), Fields{"recipient_filters.tags"});
}

TEST(RecipientDraft, PassesWithNameAndNumber) { EXPECT_TRUE(problems(recipient()).empty()); }

TEST(RecipientDraft, NamesEveryWrongField) {
  auto wrong = recipient();
  wrong.name = repeated("n", k_name_max + 1);
  wrong.phone_number = "555";
  wrong.tags = {""};
  EXPECT_EQ(fields(problems(wrong)), (Fields{"name", "phone_number", "tags[0]"}));
}

TEST(RecipientDraft, NeverRepeatsTheNumber) {
  auto wrong = recipient();
  wrong.phone_number = "0049123456789";
  const auto found = problems(wrong);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message.find("49123456789"), std::string::npos);
}

TEST(PhoneNumber, IsE164) {
  for (const char* good : {"+1234567", "+15551234567", "+123456789012345"}) { EXPECT_TRUE(is_phone_number(good)) << good; }
  for (const char* bad : {"", "+", "+123456", "+1234567890123456", "+0123456789", "15551234567", "+1555 1234567", "+1555-123456",
                          "++15551234567", "+1555123456a", "+15551234567\n", "+１５５５１２３"}) {
    EXPECT_FALSE(is_phone_number(bad)) << bad;
  }
}

TEST(Lengths, CountCodePointsAndUnits) {
  EXPECT_EQ(code_points("aé€😀"), 4U);
  EXPECT_EQ(utf16_units("aé€😀"), 5U);
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("\xFF\xFE"), 2U);
}

TEST(SmsText, IsTitleLineBreakMessage) { EXPECT_EQ(sms_text(draft()), "New story\nRead it."); }

TEST(Change, ChangesWhatIsGiven) {
  AlertChange change;
  change.message = "Other";
  change.priority = Priority::high;
  const auto alert = changed(draft(), change);
  EXPECT_EQ(alert, (AlertDraft{.title = "New story", .message = "Other", .priority = Priority::high}));
  EXPECT_EQ(changed(draft(), AlertChange{}), draft());
}

TEST(Change, ChangesTheWholeFilter) {
  auto before = draft();
  before.filter = {.tags = {"a"}, .match_all_tags = true, .active_only = false};
  AlertChange change;
  change.filter = Filter{.tags = {"b"}};
  EXPECT_EQ(changed(before, change).filter, (Filter{.tags = {"b"}}));
}

TEST(Change, ChangesARecipientFieldByField) {
  RecipientChange change;
  change.voice_enabled = true;
  change.tags = std::vector<std::string>{"x"};
  change.active = false;
  const auto after = changed(recipient(), change);
  EXPECT_EQ(after.name, "Ann");
  EXPECT_EQ(after.preferences, (Preferences{.sms_enabled = true, .voice_enabled = true}));
  EXPECT_EQ(after.tags, std::vector<std::string>{"x"});
  EXPECT_FALSE(after.active);
}

}  // namespace
}  // namespace bizcomms::alert

#include "bizcomms/alert/segments.hpp"

#include <string>

#include <gtest/gtest.h>

namespace bizcomms::alert {

static std::ostream& operator<<(std::ostream& out, const SmsSize& size) {
  return out << (size.encoding == SmsEncoding::gsm7 ? "GSM-7 " : "UCS-2 ") << size.units << " units, " << size.segments << " segments";
}

namespace {

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) { result += text; }
  return result;
}

struct Row {
  const char* character;
  int times;
  SmsSize size;
};

// The table of the wire facts: GSM 03.38 as Twilio applies it.
TEST(Segments, AgreeWithTheTable) {
  const auto gsm7 = SmsEncoding::gsm7;
  const auto ucs2 = SmsEncoding::ucs2;
  const Row rows[] = {
      {"a", 160, {gsm7, 160, 1}}, {"a", 161, {gsm7, 161, 2}}, {"a", 306, {gsm7, 306, 2}}, {"a", 307, {gsm7, 307, 3}},
      {"€", 80, {gsm7, 160, 1}},  {"€", 81, {gsm7, 162, 2}},  {"€", 152, {gsm7, 304, 2}}, {"€", 153, {gsm7, 306, 3}},
      {"õ", 70, {ucs2, 70, 1}},   {"õ", 71, {ucs2, 71, 2}},   {"õ", 134, {ucs2, 134, 2}}, {"õ", 135, {ucs2, 135, 3}},
      {"😀", 35, {ucs2, 70, 1}},   {"😀", 36, {ucs2, 72, 2}},   {"😀", 66, {ucs2, 132, 2}},  {"😀", 67, {ucs2, 134, 3}},
  };
  for (const Row& row : rows) { EXPECT_EQ(sms_size(repeated(row.character, row.times)), row.size) << row.times << " × " << row.character; }
}

TEST(Segments, TheWholeBasicSetTakesOneSeptetEach) {
  const std::string basic =
      "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  EXPECT_EQ(sms_size(basic), (SmsSize{SmsEncoding::gsm7, 127, 1}));
}

TEST(Segments, TheExtensionSetTakesTwoSeptetsEach) { EXPECT_EQ(sms_size("\f^{}\\[~]|€"), (SmsSize{SmsEncoding::gsm7, 20, 1})); }

TEST(Segments, AnythingElseMakesTheWholeMessageUcs2) {
  for (const char* other : {"`", "\t", "ç", "á", "ã", "õ", "\u2018", "\u201D", "…", "–", "—", "\u00A0", "\x7F"}) {
    EXPECT_EQ(sms_size(std::string("abc") + other), (SmsSize{SmsEncoding::ucs2, 4, 1})) << other;
  }
}

TEST(Segments, ATwoSeptetCharacterIsNeverSplit) {
  EXPECT_EQ(sms_size(repeated("a", 152) + "€" + repeated("a", 151)), (SmsSize{SmsEncoding::gsm7, 305, 2}));
  EXPECT_EQ(sms_size(repeated("a", 152) + "€" + repeated("a", 152)), (SmsSize{SmsEncoding::gsm7, 306, 3}));
}

TEST(Segments, ASurrogatePairIsNeverSplit) {
  EXPECT_EQ(sms_size(repeated("õ", 66) + "😀" + repeated("õ", 65)), (SmsSize{SmsEncoding::ucs2, 133, 2}));
  EXPECT_EQ(sms_size(repeated("õ", 66) + "😀" + repeated("õ", 66)), (SmsSize{SmsEncoding::ucs2, 134, 3}));
}

TEST(Segments, NothingTakesNothing) { EXPECT_EQ(sms_size(""), (SmsSize{SmsEncoding::gsm7, 0, 0})); }

}  // namespace
}  // namespace bizcomms::alert

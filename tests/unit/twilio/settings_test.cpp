#include "bizcomms/twilio/settings.hpp"

#include <gtest/gtest.h>

#include "unit/twilio/fixtures.hpp"

namespace bizcomms::twilio {
namespace {

// The option that check() complains about; "fine" when it does not.
std::string wrong_option(const Settings& settings) {
  const auto status = settings.check();
  if (status) { return "fine"; }
  EXPECT_EQ(status.error().code, ErrorCode::misconfigured);
  EXPECT_EQ(status.error().fields.size(), 1U) << status.error().message;
  EXPECT_NE(status.error().message.find("--" + status.error().fields.front().field), std::string::npos);
  return status.error().fields.front().field;
}

template <class Change>
std::string wrong_option_after(Change change) {
  Settings changed = settings();
  change(changed);
  return wrong_option(changed);
}

TEST(Settings, TakeNumbersOrOneService) {
  EXPECT_EQ(wrong_option(settings()), "fine");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.senders = {"+15005550006", "+15005550009"}; }), "fine");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.senders = {k_service}; }), "fine");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.senders = {"12345", "+15005550006"}; }), "fine");
  EXPECT_FALSE(settings().uses_service());
  for (const std::vector<std::string>& senders : std::vector<std::vector<std::string>>{
           {}, {"15005550006"}, {""}, {k_service, "+15005550006"}, {k_service, k_service}, {"+15005550006", "+15005550006"}, {"MG123"}}) {
    EXPECT_EQ(wrong_option_after([&](Settings& s) { s.senders = senders; }), "twilio-from");
  }
}

TEST(Settings, KnowHowFastEachKindOfSenderIs) {
  EXPECT_EQ(default_segments_per_second("+14155550100"), 1);
  EXPECT_EQ(default_segments_per_second("+18885550100"), 3);
  EXPECT_EQ(default_segments_per_second("+447700900123"), 10);
  EXPECT_EQ(default_segments_per_second("123456"), 100);
  EXPECT_EQ(default_segments_per_second(k_service), 0);
}

TEST(Settings, NameTheAccountOptions) {
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.account_sid = ""; }), "twilio-account-sid");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.account_sid = "SK0123456789abcdef0123456789abcdef"; }), "twilio-account-sid");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.auth_token = Secret(); }), "twilio-auth-token");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.auth_token = Secret("0123456789abcdef0123456789abcdef\n"); }), "twilio-auth-token");
}

TEST(Settings, WantAddressesWithoutPath) {
  for (const char* url :
       {"", "api.twilio.com", "ftp://api.twilio.com", "https://", "https://api.twilio.com/", "https://u@api.twilio.com", "https://a b"}) {
    EXPECT_EQ(wrong_option_after([&](Settings& s) { s.base_url = url; }), "twilio-base-url") << url;
  }
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.base_url = "http://127.0.0.1:9104"; }), "fine");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.public_url = ""; }), "fine");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.public_url = "https://hooks.bizcomms.example/x"; }), "public-url");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.public_url = "https://my_hooks.example"; }), "public-url");
}

TEST(Settings, RefuseHostsThatTwilioHasSwitchedOff) {
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.base_url = "https://api.ie1.twilio.com"; }), "twilio-base-url");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.base_url = "https://api.dublin.ie1.twilio.com"; }), "fine");
}

TEST(Settings, BoundVoiceAndTimes) {
  using namespace std::chrono_literals;
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.voice.number = "5005550006"; }), "twilio-voice-number");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.voice.voice = ""; }), "twilio-voice");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.voice.language = "en US"; }), "twilio-voice-language");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.voice.key_timeout = 0s; }), "twilio-key-timeout");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.voice.ring_timeout = 601s; }), "twilio-ring-timeout");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.request_timeout = 0ms; }), "twilio-timeout");
  EXPECT_EQ(wrong_option_after([](Settings& s) { s.connect_timeout = 16s; }), "twilio-connect-timeout");
}

TEST(Settings, TellAllThatIsWrongAtOnceAndNeverTheToken) {
  Settings broken = settings();
  broken.account_sid = "x";
  broken.senders = {};
  broken.auth_token = Secret("hush hush");
  const auto status = broken.check();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().fields.size(), 3U);
  EXPECT_EQ(status.error().message.find("hush"), std::string::npos);
}

TEST(Sids, AreTwoLettersAnd32HexDigits) {
  EXPECT_TRUE(is_message_sid("SM0123456789abcdef0123456789ABCDEF"));
  EXPECT_TRUE(is_message_sid("MM0123456789abcdef0123456789abcdef"));
  EXPECT_TRUE(is_call_sid(k_call_sid));
  for (const char* text : {"", "SM", "SM0123456789abcdef0123456789abcde", "SM0123456789abcdef0123456789abcdeg", k_call_sid}) {
    EXPECT_FALSE(is_message_sid(text)) << text;
  }
}

}  // namespace
}  // namespace bizcomms::twilio

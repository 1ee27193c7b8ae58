#include "bizcomms/twilio/signature.hpp"

#include <gtest/gtest.h>

#include "unit/twilio/fixtures.hpp"

namespace bizcomms::twilio {
namespace {

const Secret k_token("0123456789abcdef0123456789abcdef");
constexpr const char* k_base = "https://hooks.bizcomms.example";

// The vectors of the wire facts, section 3.6.
const http::Parameters k_v1_form = {{"AccountSid", k_account}, {"ApiVersion", "2010-04-01"},  {"ErrorCode", "30005"},
                                    {"From", "+15005550006"},  {"MessageSid", k_message_sid}, {"MessageStatus", "undelivered"},
                                    {"SmsSid", k_message_sid}, {"SmsStatus", "undelivered"},  {"To", "+15551234567"}};
constexpr const char* k_v1_target = "/twilio/status?mid=01J8ZK&v=1";
constexpr const char* k_v1_signature = "5cACSpIrq954NnPLQ0Sz9arxPcs=";
constexpr const char* k_v1_with_port = "00beMaxslcPXgIPWJG2B7Zu0WAE=";

http::Request request_to(const std::string& target, const std::string& signature, const std::string& body = "") {
  http::Request request;
  request.method = "POST";
  request.target = target;
  if (const auto question = target.find('?'); question != std::string::npos) {
    request.query = *http::parse_form(target.substr(question + 1));
  }
  request.headers = {{"X-Twilio-Signature", signature}};
  request.body = body;
  return request;
}

TEST(Signature, IsThatOfThePublishedVector) {
  EXPECT_EQ(signature(Secret("12345"), "https://example.com/myapp.php?foo=1&bar=2",
                      {{"Digits", "1234"},
                       {"To", "+18005551212"},
                       {"From", "+14158675310"},
                       {"Caller", "+14158675310"},
                       {"CallSid", "CA1234567890ABCDE"}}),
            "L/OH5YylLD5NRKLltdqwSvS0BnU=");
}

TEST(Signature, IsThatOfAStatusCallback) {
  EXPECT_EQ(signature(k_token, std::string(k_base) + k_v1_target, k_v1_form), k_v1_signature);
  EXPECT_EQ(signature(k_token, std::string(k_base) + ":443" + k_v1_target, k_v1_form), k_v1_with_port);
}

TEST(Signature, TakesDecodedValuesUntrimmed) {
  const std::string url = std::string(k_base) + "/twilio/inbound";
  EXPECT_EQ(
      signature(k_token, url, *http::parse_form("Body=Ol%C3%A1+%F0%9F%91%8D+%26+50%25+%2B+tax&From=%2B15551234567&To=%2B15005550006")),
      "jA8ojngqPO0GjBxeIIkpeIxey2o=");
  EXPECT_EQ(
      signature(k_token, url,
                *http::parse_form("Body=+Stop++&From=%2B15551234567&FromCity=&MessageSid=SMffffffffffffffffffffffffffffffff&NumMedia=0"
                                  "&To=%2B15005550006&body=x")),
      "VCusOyD3e6gQusuDOl8q5zb2tbc=");
}

TEST(SignedByTwilio, AcceptsWhatTwilioSigned) {
  EXPECT_TRUE(is_signed_by_twilio(settings(), request_to(k_v1_target, k_v1_signature), k_v1_form));
}

TEST(SignedByTwilio, RefusesAnythingElse) {
  EXPECT_FALSE(is_signed_by_twilio(settings(), request_to(k_v1_target, "5cACSpIrq954NnPLQ0Sz9arxPcS="), k_v1_form));
  EXPECT_FALSE(is_signed_by_twilio(settings(), request_to(k_v1_target, ""), k_v1_form));
  EXPECT_FALSE(is_signed_by_twilio(settings(), request_to("/twilio/status?mid=01J8ZK&v=2", k_v1_signature), k_v1_form));
  EXPECT_FALSE(is_signed_by_twilio(settings(), request_to("/twilio/status?v=1&mid=01J8ZK", k_v1_signature), k_v1_form));
  http::Parameters more = k_v1_form;
  more.emplace_back("Extra", "");
  EXPECT_FALSE(is_signed_by_twilio(settings(), request_to(k_v1_target, k_v1_signature), more));
  EXPECT_FALSE(is_signed_by_twilio(settings(), request_to(k_v1_target, k_v1_signature), {}));
}

TEST(SignedByTwilio, RefusesWithoutHeaderPublicUrlOrToken) {
  http::Request bare = request_to(k_v1_target, k_v1_signature);
  bare.headers = {};
  EXPECT_FALSE(is_signed_by_twilio(settings(), bare, k_v1_form));
  Settings hidden = settings();
  hidden.public_url = "";
  EXPECT_FALSE(is_signed_by_twilio(hidden, request_to(k_v1_target, k_v1_signature), k_v1_form));
  Settings open = settings();
  open.auth_token = Secret();
  const std::string forged = signature(Secret(), std::string(k_base) + k_v1_target, k_v1_form);
  EXPECT_FALSE(is_signed_by_twilio(open, request_to(k_v1_target, forged), k_v1_form));
}

// Twilio keeps the port for SMS and drops it for voice over https.
TEST(SignedByTwilio, AcceptsTheUrlWithAndWithoutPort) {
  EXPECT_TRUE(is_signed_by_twilio(settings(), request_to(k_v1_target, k_v1_with_port), k_v1_form));

  Settings with_standard = settings();
  with_standard.public_url = std::string(k_base) + ":443";
  EXPECT_TRUE(is_signed_by_twilio(with_standard, request_to(k_v1_target, k_v1_with_port), k_v1_form));
  EXPECT_TRUE(is_signed_by_twilio(with_standard, request_to(k_v1_target, k_v1_signature), k_v1_form));

  Settings with_own = settings();
  with_own.public_url = "http://hooks.bizcomms.example:8080";
  const auto signed_as = [&](const std::string& base) {
    return request_to(k_v1_target, signature(k_token, base + k_v1_target, k_v1_form));
  };
  EXPECT_TRUE(is_signed_by_twilio(with_own, signed_as("http://hooks.bizcomms.example:8080"), k_v1_form));
  EXPECT_TRUE(is_signed_by_twilio(with_own, signed_as("http://hooks.bizcomms.example"), k_v1_form));
  EXPECT_TRUE(is_signed_by_twilio(with_own, signed_as("http://hooks.bizcomms.example:80"), k_v1_form));
  EXPECT_FALSE(is_signed_by_twilio(with_own, signed_as("http://hooks.bizcomms.example:443"), k_v1_form));
  EXPECT_FALSE(is_signed_by_twilio(with_own, signed_as("https://hooks.bizcomms.example"), k_v1_form));
}

TEST(SignedByTwilio, AcceptsBothReadingsOfRepeatedNames) {
  const http::Parameters repeated = {{"Media", "b"}, {"Media", "a"}, {"Media", "b"}};
  const std::string target = "/twilio/inbound";
  const std::string all = signature(k_token, k_base + target, {{"Media", "a"}, {"MediaX", ""}});
  EXPECT_FALSE(is_signed_by_twilio(settings(), request_to(target, all), repeated));
  EXPECT_TRUE(is_signed_by_twilio(settings(), request_to(target, signature(k_token, k_base + target + "MediaaMediab", {})), repeated));
  EXPECT_TRUE(is_signed_by_twilio(settings(), request_to(target, signature(k_token, k_base + target + "Mediab", {})), repeated));
}

TEST(SignedByTwilio, ComparesTheHashOfAJsonBody) {
  const std::string target = "/twilio/events?bodySHA256=9069c7d7adf1d9386fde3667b96c019ec1764d66a5d1ba7d08eaf4b8a62f8f77";
  const std::string signed_as = "Dzg7osuDR55Pa8UIDSkcrH40Ix0=";
  EXPECT_TRUE(is_signed_by_twilio(settings(), request_to(target, signed_as, R"({"property":"value","n":1})"), {}));
  EXPECT_FALSE(is_signed_by_twilio(settings(), request_to(target, signed_as, R"({"property":"value","n":2})"), {}));
}

TEST(SignedByTwilio, AcceptsFormerTokensWhileTheTokenIsChanged) {
  Settings changing = settings();
  changing.auth_token = Secret("ffffffffffffffffffffffffffffffff");
  EXPECT_FALSE(is_signed_by_twilio(changing, request_to(k_v1_target, k_v1_signature), k_v1_form));
  changing.former_auth_tokens = {Secret(""), k_token};
  EXPECT_TRUE(is_signed_by_twilio(changing, request_to(k_v1_target, k_v1_signature), k_v1_form));
}

TEST(SignedByTwilio, AcceptsTheTokenThatHasJustBeenReplaced) {
  const Settings changing = settings();
  changing.auth_token.replace(Secret("ffffffffffffffffffffffffffffffff"));
  EXPECT_TRUE(is_signed_by_twilio(changing, request_to(k_v1_target, k_v1_signature), k_v1_form));
  changing.auth_token.drop_former();
  EXPECT_FALSE(is_signed_by_twilio(changing, request_to(k_v1_target, k_v1_signature), k_v1_form));
}

}  // namespace
}  // namespace bizcomms::twilio

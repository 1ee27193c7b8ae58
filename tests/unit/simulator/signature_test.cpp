#include <gtest/gtest.h>

#include "simulator/courier.hpp"

namespace bizcomms::simulator {
namespace {

const Secret k_secret{"0123456789abcdef0123456789abcdef"};
const std::string k_message = "SM0123456789abcdef0123456789abcdef";

const http::Parameters k_status{{"AccountSid", "AC0123456789abcdef0123456789abcdef"},
                                {"To", "+15551234567"},
                                {"ApiVersion", "2010-04-01"},
                                {"ErrorCode", "30005"},
                                {"From", "+15005550006"},
                                {"MessageSid", k_message},
                                {"MessageStatus", "undelivered"},
                                {"SmsSid", k_message},
                                {"SmsStatus", "undelivered"}};

TEST(Signature, SignsAStatusCallback) {
  EXPECT_EQ(signature(k_secret, "https://hooks.bizcomms.example/twilio/status?mid=01J8ZK&v=1", k_status), "5cACSpIrq954NnPLQ0Sz9arxPcs=");
}

TEST(Signature, LeavesOutFragmentAndUser) {
  EXPECT_EQ(signature(k_secret, "https://user:pass@hooks.bizcomms.example/twilio/status?mid=01J8ZK&v=1#rc=3&rp=all", k_status),
            "5cACSpIrq954NnPLQ0Sz9arxPcs=");
}

TEST(Signature, KeepsThePort) {
  EXPECT_EQ(signature(k_secret, "https://hooks.bizcomms.example:443/twilio/status?mid=01J8ZK&v=1", k_status),
            "00beMaxslcPXgIPWJG2B7Zu0WAE=");
}

TEST(Signature, TakesValuesAsTheyAre) {
  const std::string url = "https://hooks.bizcomms.example/twilio/inbound";
  EXPECT_EQ(signature(k_secret, url, {{"Body", "Olá 👍 & 50% + tax"}, {"From", "+15551234567"}, {"To", "+15005550006"}}),
            "jA8ojngqPO0GjBxeIIkpeIxey2o=");
  EXPECT_EQ(signature(k_secret, url,
                      {{"Body", " Stop  "},
                       {"From", "+15551234567"},
                       {"FromCity", ""},
                       {"MessageSid", "SMffffffffffffffffffffffffffffffff"},
                       {"NumMedia", "0"},
                       {"To", "+15005550006"},
                       {"body", "x"}}),
            "VCusOyD3e6gQusuDOl8q5zb2tbc=");
}

TEST(Signature, AgreesWithThePublishedVector) {
  EXPECT_EQ(signature(Secret("12345"), "https://example.com/myapp.php?foo=1&bar=2",
                      {{"To", "+18005551212"},
                       {"CallSid", "CA1234567890ABCDE"},
                       {"Caller", "+14158675310"},
                       {"Digits", "1234"},
                       {"From", "+14158675310"}}),
            "L/OH5YylLD5NRKLltdqwSvS0BnU=");
}

TEST(Overrides, ReadsTheFragment) {
  const auto overrides = parse_overrides("https://x.test/a?b#rc=5&rp=ct,5xx&rt=2000&ct=300&tt=9000&e=dublin");
  EXPECT_EQ(overrides.retries, 5);
  EXPECT_EQ(overrides.policy, "ct,5xx");
  EXPECT_EQ(overrides.read, Millis{2'000});
  EXPECT_EQ(overrides.connect, Millis{300});
  EXPECT_EQ(overrides.total, Millis{9'000});
}

TEST(Overrides, KeepsTheDefaultsWhereOutOfRange) {
  const auto overrides = parse_overrides("https://x.test/#rc=6&rt=20&ct=99999&tt=x");
  EXPECT_EQ(overrides.retries, 1);
  EXPECT_EQ(overrides.policy, "ct");
  EXPECT_EQ(overrides.read, Millis{15'000});
  EXPECT_EQ(overrides.connect, Millis{5'000});
  EXPECT_EQ(overrides.total, Millis{15'000});
}

}  // namespace
}  // namespace bizcomms::simulator

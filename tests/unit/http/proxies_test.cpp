#include "http/proxies.hpp"

#include <gtest/gtest.h>

namespace bizcomms::http {
namespace {

TrustedProxies trusting(const std::vector<std::string>& blocks) {
  auto proxies = TrustedProxies::parse(blocks);
  EXPECT_TRUE(proxies);
  return *proxies;
}
Headers forwarded(const std::string& value) { return {{"X-Forwarded-For", value}}; }

TEST(TrustedProxies, BelievesNobodyByDefault) {
  EXPECT_EQ(trusting({}).client_of("10.0.0.1", forwarded("1.2.3.4")), "10.0.0.1");
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("11.0.0.1", forwarded("1.2.3.4")), "11.0.0.1");
}

TEST(TrustedProxies, TakesTheRightmostUntrustedAddress) {
  const auto proxies = trusting({"10.0.0.0/8", "fd00::/8"});
  EXPECT_EQ(proxies.client_of("10.0.0.1", forwarded("6.6.6.6, 1.2.3.4")), "1.2.3.4");
  EXPECT_EQ(proxies.client_of("10.0.0.1", forwarded("6.6.6.6, 1.2.3.4 , 10.9.9.9")), "1.2.3.4");
  EXPECT_EQ(proxies.client_of("fd00::1", forwarded("2001:db8::7")), "2001:db8::7");
  EXPECT_EQ(proxies.client_of("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "2.2.2.2"}}), "2.2.2.2");
}

TEST(TrustedProxies, TakesTheLeftmostWhenAllAreTrusted) {
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("10.0.0.1", forwarded("10.0.0.3, 10.0.0.2")), "10.0.0.3");
}

TEST(TrustedProxies, StopsAtWhatIsNoAddress) {
  const auto proxies = trusting({"10.0.0.0/8"});
  EXPECT_EQ(proxies.client_of("10.0.0.1", forwarded("1.2.3.4, unknown")), "10.0.0.1");
  EXPECT_EQ(proxies.client_of("10.0.0.1", forwarded("1.2.3.4, , 10.0.0.2")), "10.0.0.2");
  EXPECT_EQ(proxies.client_of("10.0.0.1", forwarded("")), "10.0.0.1");
  EXPECT_EQ(proxies.client_of("10.0.0.1", {}), "10.0.0.1");
}

TEST(TrustedProxies, ReadsEntriesWithPorts) {
  const auto proxies = trusting({"127.0.0.1", "::1"});
  EXPECT_EQ(proxies.client_of("127.0.0.1", forwarded("1.2.3.4:5678")), "1.2.3.4");
  EXPECT_EQ(proxies.client_of("::1", forwarded("[2001:db8::1]:443")), "2001:db8::1");
  EXPECT_EQ(proxies.client_of("::1", forwarded("[")), "::1");
}

TEST(TrustedProxies, TreatsMappedAddressesAsIpv4) {
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("::ffff:10.0.0.1", forwarded("::ffff:1.2.3.4")), "1.2.3.4");
}

TEST(TrustedProxies, ComparesToTheLastBitOfTheBlock) {
  const auto proxies = trusting({"10.1.2.128/25", "192.168.0.1"});
  EXPECT_TRUE(proxies.contains(*parse_address("10.1.2.255")));
  EXPECT_FALSE(proxies.contains(*parse_address("10.1.2.127")));
  EXPECT_TRUE(proxies.contains(*parse_address("192.168.0.1")));
  EXPECT_FALSE(proxies.contains(*parse_address("192.168.0.2")));
  EXPECT_TRUE(trusting({"0.0.0.0/0"}).contains(*parse_address("9.9.9.9")));
  EXPECT_FALSE(trusting({"0.0.0.0/0"}).contains(*parse_address("2001:db8::1")));
}

TEST(TrustedProxies, NamesAWrongBlock) {
  for (const char* block : {"", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/a", "10.0.0.0/-1", "example.com"}) {
    const auto proxies = TrustedProxies::parse({block});
    ASSERT_FALSE(proxies) << block;
    EXPECT_EQ(proxies.error().code, ErrorCode::misconfigured);
    EXPECT_NE(proxies.error().message.find("\"" + std::string(block) + "\""), std::string::npos);
  }
}

}  // namespace
}  // namespace bizcomms::http

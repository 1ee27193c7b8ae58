#include "aws/url.hpp"

#include <gtest/gtest.h>

namespace bizcomms::aws {
namespace {

TEST(AwsUrl, HasItsParts) {
  const auto url = parse_url("http://127.0.0.1:9324/a/b?c=d#e");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->is_secure);
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->authority, "127.0.0.1:9324");
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(url->query, "c=d");
}

TEST(AwsUrl, TheSchemesOwnPortIsNotPartOfTheHostField) {
  EXPECT_EQ(parse_url("https://sqs.example:443")->authority, "sqs.example");
  EXPECT_EQ(parse_url("http://sqs.example:80/")->authority, "sqs.example");
  EXPECT_EQ(parse_url("http://sqs.example:443/")->authority, "sqs.example:443");
}

TEST(AwsUrl, APathIsNeverEmpty) {
  EXPECT_EQ(parse_url("https://sqs.example")->path, "/");
  EXPECT_EQ(parse_url("https://sqs.example?a")->path, "/");
  EXPECT_EQ(parse_url("https://sqs.example?a")->query, "a");
}

TEST(AwsUrl, AnIpv6HostLosesItsBracketsOnlyAsAHost) {
  const auto url = parse_url("HTTP://[FD00:ec2::23]:8080/v1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "fd00:ec2::23");
  EXPECT_EQ(url->authority, "[FD00:ec2::23]:8080");
}

TEST(AwsUrl, RefusesWhatIsNone) {
  for (const char* text : {"", "sqs.example", "ftp://sqs.example/", "http://", "http:///x", "http://user:word@sqs.example/",
                           "http://169.254.170.2\\@evil.example/", "http://sqs.example:0/", "http://sqs.example:65536/",
                           "http://sqs.example:x/", "http://sqs.example:/", "http://[::1", "http://[::1]x/", "http://[]/",
                           "http://sqs example/", "http://sqs.example/\n", "http://sqs.example/\xc3\xa4"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

}  // namespace
}  // namespace bizcomms::aws

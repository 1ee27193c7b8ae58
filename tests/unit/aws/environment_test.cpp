#include "bizcomms/aws/environment.hpp"

#include <gtest/gtest.h>

namespace bizcomms::aws {
namespace {

std::string endpoint(const Settings& settings, Service service) {
  const auto found = endpoint_of(settings, service);
  return found ? *found : found.error().message;
}

TEST(AwsEnvironment, TheRegionIsAwsRegionElseAwsDefaultRegion) {
  EXPECT_EQ(completed({}, {{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "us-east-1"}}).region, "eu-west-1");
  EXPECT_EQ(completed({}, {{"AWS_DEFAULT_REGION", "us-east-1"}}).region, "us-east-1");
  EXPECT_EQ(completed({.region = "eu-north-1"}, {{"AWS_REGION", "eu-west-1"}}).region, "eu-north-1");
  EXPECT_EQ(completed({}, {}).region, "");
}

TEST(AwsEnvironment, AnEndpointOfItsOwnGoesBeforeTheOneForAll) {
  const Settings settings = completed({.region = "eu-west-1", .endpoints = {{Service::sts, "http://given/"}}},
                                      {{"AWS_ENDPOINT_URL", "http://all/"},
                                       {"AWS_ENDPOINT_URL_SQS", "http://sqs/"},
                                       {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://secrets/"},
                                       {"AWS_ENDPOINT_URL_STS", "http://sts/"}});
  EXPECT_EQ(endpoint(settings, Service::sqs), "http://sqs/");
  EXPECT_EQ(endpoint(settings, Service::secrets_manager), "http://secrets/");
  EXPECT_EQ(endpoint(settings, Service::sns), "http://all/");
  EXPECT_EQ(endpoint(settings, Service::dynamodb), "http://all/");
  EXPECT_EQ(endpoint(settings, Service::sts), "http://given/");
}

TEST(AwsEnvironment, EndpointsCanBeIgnored) {
  const Settings settings = completed({}, {{"AWS_REGION", "eu-west-1"},
                                           {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"},
                                           {"AWS_ENDPOINT_URL", "http://all/"},
                                           {"AWS_ENDPOINT_URL_SNS", "http://sns/"}});
  EXPECT_TRUE(settings.endpoints.empty());
  EXPECT_EQ(settings.region, "eu-west-1");
}

TEST(AwsEnvironment, WithoutAnEndpointItFollowsFromTheRegion) {
  EXPECT_EQ(endpoint({.region = "eu-west-1"}, Service::sqs), "https://sqs.eu-west-1.amazonaws.com/");
  EXPECT_EQ(endpoint({.region = "eu-west-1"}, Service::secrets_manager), "https://secretsmanager.eu-west-1.amazonaws.com/");
  EXPECT_EQ(endpoint({.region = "cn-north-1"}, Service::dynamodb), "https://dynamodb.cn-north-1.amazonaws.com.cn/");
}

TEST(AwsEnvironment, WhatCannotBeUsedIsOursToRepair) {
  for (const char* region : {"", "eu-west-1 ", "EU", "evil.example/", "a@b"}) {
    const auto found = endpoint_of({.region = region}, Service::sqs);
    ASSERT_FALSE(found) << region;
    EXPECT_EQ(found.error().code, ErrorCode::misconfigured);
    EXPECT_NE(found.error().message.find("AWS_REGION"), std::string::npos);
  }
  const auto found = endpoint_of({.region = "eu-west-1", .endpoints = {{Service::sns, "localhost:4566"}}}, Service::sns);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::misconfigured);
  EXPECT_EQ(found.error().message, "The endpoint of SNS is not an http or https URL. Check AWS_ENDPOINT_URL_SNS.");
}

}  // namespace
}  // namespace bizcomms::aws

#include "aws/signature.hpp"

#include <gtest/gtest.h>

#include "aws/request.hpp"
#include "unit/aws/fixtures.hpp"

namespace bizcomms::aws {
namespace {

struct SignatureTest : testing::Test {
  SigningKeys keys;

  static Scope scope(const std::string& service) { return {.time = k_noon, .region = k_region, .service = service}; }

  static Signable signable(const http::ClientRequest& request) {
    Signable result{.method = request.method, .url = *parse_url(request.url), .headers = request.headers, .body = request.body};
    result.headers.set("Host", result.url.authority);
    return result;
  }
  static std::string hash_of(const http::ClientRequest& request) {
    return crypto::to_hex(crypto::sha256(canonical_request(signable(request))));
  }
  void sign_it(http::ClientRequest& request, const AccessKey& key, const std::string& service) {
    sign(request, *parse_url(request.url), key, scope(service), keys);
  }
  static std::string authorization(const http::ClientRequest& request) {
    return std::string(request.headers.find("Authorization").value_or(""));
  }
  static std::string expected(const std::string& service, const std::string& names, const std::string& signature) {
    return "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20260115/eu-west-1/" + service + "/aws4_request, SignedHeaders=" + names +
           ", Signature=" + signature;
  }
};

TEST_F(SignatureTest, SignsJsonWithASessionToken) {
  const Call call{.service = Service::dynamodb,
                  .operation = "GetItem",
                  .body = R"({"TableName":"bizcomms-messages","Key":{"pk":{"S":"msg#1"}},"ConsistentRead":true})"};
  auto request = request_of(call, "https://dynamodb.eu-west-1.amazonaws.com/", Millis{1000});
  sign_it(request, temporary_key(), "dynamodb");
  EXPECT_EQ(canonical_request(signable(request)),
            "POST\n/\n\n"
            "content-type:application/x-amz-json-1.0\n"
            "host:dynamodb.eu-west-1.amazonaws.com\n"
            "x-amz-date:20260115T123456Z\n"
            "x-amz-security-token:FwoGZXIvYXdzEXAMPLETOKEN//////////wEaDEXAMPLE==\n"
            "x-amz-target:DynamoDB_20120810.GetItem\n\n"
            "content-type;host;x-amz-date;x-amz-security-token;x-amz-target\n"
            "9e5a71c510d01f22716b869c4845d949fc8c43ee7dcf5c48db7fcbe66e5f56e8");
  EXPECT_EQ(string_to_sign(canonical_request(signable(request)), scope("dynamodb")),
            "AWS4-HMAC-SHA256\n20260115T123456Z\n20260115/eu-west-1/dynamodb/aws4_request\n"
            "22a10f27792f2db76efb88ef9a362c423c11dfa8a2bb034cbd125930f20c6cc1");
  EXPECT_EQ(crypto::to_hex(signing_key(temporary_key().secret, scope("dynamodb"))),
            "deea1099dcd88c23301652fb91b8eeb10cd25900b431f80b2ea10ce7e370778d");
  EXPECT_EQ(authorization(request), expected("dynamodb", "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
                                             "f54980b00f68d78ce3fc4f1550eefde9cb50b12d345f2a9f2b2b540ea806c0c9"));
}

TEST_F(SignatureTest, SignsAForm) {
  const Call call{.service = Service::sns,
                  .operation = "Publish",
                  .body = "TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3Abizcomms-events&Message=hello"};
  auto request = request_of(call, "https://sns.eu-west-1.amazonaws.com/", Millis{1000});
  EXPECT_EQ(crypto::to_hex(crypto::sha256(request.body)), "2bc21163ba3ab567e56f2c4f2fde6239621f0a20ce1c8b4d063dc30abcca8148");
  sign_it(request, temporary_key(), "sns");
  EXPECT_EQ(hash_of(request), "4aab59e27f38caacefda0a3d30252051f6b917e7f03c747c42abbc5fba6a4b87");
  EXPECT_EQ(authorization(request), expected("sns", "content-type;host;x-amz-date;x-amz-security-token",
                                             "157206704930226d8815ec2e9e863ebf2103a5802d06a29c9a904f60ad53d5dd"));
}

TEST_F(SignatureTest, SignsForAnEmulatorWithThePortInTheHost) {
  http::ClientRequest request{.method = "POST", .url = "http://127.0.0.1:9324/", .body = "{}"};
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  sign_it(request, lasting_key(), "sqs");
  EXPECT_EQ(hash_of(request), "5eeb45688f230a95a2e9bc7e812fb07c637041b7c3c0b1c6b443a43d2df8c95b");
  EXPECT_EQ(authorization(request),
            expected("sqs", "content-type;host;x-amz-date", "a3fd31034016c776ccd3775322d4c8092c8bdc06f384f4ce911b0e52603a89a4"));
  EXPECT_FALSE(request.headers.find("X-Amz-Security-Token"));
}

TEST_F(SignatureTest, SignsAPathAQueryAndBlanks) {
  http::ClientRequest request{.url = "https://example.amazonaws.com/a%20b/?z=1&a=x%20y&a=b%2Fc&empty="};
  request.headers.add("X-My", "   a   b  ");
  sign_it(request, lasting_key(), "service");
  EXPECT_TRUE(canonical_request(signable(request))
                  .starts_with("GET\n/a%2520b/\na=b%2Fc&a=x%20y&empty=&z=1\nhost:example.amazonaws.com\nx-amz-date:20260115T123456Z\n"
                               "x-my:a b\n\nhost;x-amz-date;x-my\n"
                               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
      << canonical_request(signable(request));
  EXPECT_EQ(hash_of(request), "087a0eb20c7dcc4183ff52815e6d8c37d190fada48333b2c458654ff92b12468");
  EXPECT_EQ(authorization(request),
            expected("service", "host;x-amz-date;x-my", "32ae1e814606e9255827479ef26d8f9688255112bb20c0d209b47deba57b2115"));
}

TEST_F(SignatureTest, AQueryWithoutValuesAndARepeatedHeaderHaveOneForm) {
  http::ClientRequest request{.url = "https://example.amazonaws.com?b&a&&c="};
  request.headers.add("X-My", "2");
  request.headers.add("x-my", "1");
  const std::string canonical = canonical_request(signable(request));
  EXPECT_TRUE(canonical.starts_with("GET\n/\na=&b=&c=\nhost:example.amazonaws.com\nx-my:2,1\n\nhost;x-my\n")) << canonical;
}

TEST_F(SignatureTest, WhatIsOnTheWayTouchedIsNotSigned) {
  http::ClientRequest request{.url = "https://example.amazonaws.com/"};
  for (const char* name : {"Connection", "Expect", "User-Agent", "X-Amzn-Trace-Id", "Authorization"}) { request.headers.add(name, "x"); }
  EXPECT_EQ(signed_names(signable(request)), "host");
}

TEST_F(SignatureTest, SigningAgainReplacesTheFormerSignature) {
  http::ClientRequest request{.method = "POST", .url = "http://127.0.0.1:9324/", .body = "{}"};
  sign_it(request, temporary_key(), "sqs");
  const std::string first = authorization(request);
  sign(request, *parse_url(request.url), temporary_key(), {k_noon + std::chrono::seconds{5}, k_region, "sqs"}, keys);
  EXPECT_NE(authorization(request), first);
  EXPECT_EQ(request.headers.all().size(), 3U);
  EXPECT_EQ(request.headers.find("X-Amz-Date"), "20260115T123501Z");
}

TEST_F(SignatureTest, AKeptKeyIsUsedForItsDayRegionServiceAndSecretOnly) {
  const Scope today = scope("sqs");
  Scope tomorrow = today;
  tomorrow.time += std::chrono::hours{24};
  Scope elsewhere = today;
  elsewhere.region = "us-east-1";
  for (const Scope& each : {today, tomorrow, elsewhere, scope("sns"), today}) {
    EXPECT_EQ(keys.of(lasting_key().secret, each), signing_key(lasting_key().secret, each));
  }
  EXPECT_EQ(keys.of(Secret("other"), today), signing_key(Secret("other"), today));
}

}  // namespace
}  // namespace bizcomms::aws

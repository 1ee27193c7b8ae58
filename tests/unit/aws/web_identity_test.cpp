#include "aws/web_identity.hpp"

#include "unit/aws/source_fixture.hpp"

namespace bizcomms::aws {
namespace {

constexpr const char* k_role = "arn:aws:iam::123456789012:role/bizcomms-sender";

http::ClientResponse role_given(const std::string& expiration = "2026-01-15T13:34:56Z") {
  return answered(200, R"(<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">)"
                       "<AssumeRoleWithWebIdentityResult><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials>"
                       "<SessionToken>token</SessionToken><SecretAccessKey>secret</SecretAccessKey><Expiration>" +
                           expiration +
                           "</Expiration><AccessKeyId>ASIA1</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>"
                           "</AssumeRoleWithWebIdentityResponse>");
}

struct WebIdentityTest : SourceFixture {
  TokenFile file{"eyJ.one\n"};

  WebIdentityTest() { environment = {{"AWS_ROLE_ARN", k_role}, {"AWS_WEB_IDENTITY_TOKEN_FILE", file.path()}}; }
  [[nodiscard]] std::string token_sent(std::size_t number) const {
    const auto form = http::parse_form(http.requests().at(number).body);
    return form ? std::string(http::find(*form, "WebIdentityToken").value_or("")) : "";
  }
};

TEST_F(WebIdentityTest, ExchangesItsTokenForTheRolesKeyUnsigned) {
  http.answers({role_given()});
  const auto key = fetch();
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->id, "ASIA1");
  EXPECT_EQ(key->secret, Secret("secret"));
  EXPECT_EQ(key->session_token, Secret("token"));
  EXPECT_EQ(key->expires_at, k_noon + std::chrono::hours{1});
  const auto request = http.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(request.headers.find("Content-Type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_FALSE(request.headers.find("Authorization"));
  EXPECT_EQ(request.body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fbizcomms-sender"
            "&RoleSessionName=bizcomms-1768480496&WebIdentityToken=eyJ.one");
}

TEST_F(WebIdentityTest, GoesToTheEndpointAndTakesTheNameThatWereGiven) {
  http.answers({role_given()});
  environment["AWS_ROLE_SESSION_NAME"] = "mine";
  const auto own = source_from(environment, k_region, "http://127.0.0.1:4566", http, clock, [](Millis) { return true; });
  ASSERT_TRUE(own->fetch());
  EXPECT_EQ(http.requests().at(0).url, "http://127.0.0.1:4566");
  EXPECT_NE(http.requests().at(0).body.find("&RoleSessionName=mine&"), std::string::npos);
  EXPECT_EQ(source_from(environment, "", "", http, clock, {})->fetch().error().code, ErrorCode::misconfigured);
}

TEST_F(WebIdentityTest, ReadsTheTokenAnewEveryTime) {
  http.answers({role_given()});
  const auto own = source();
  ASSERT_TRUE(own->fetch());
  file.write("eyJ.two");
  ASSERT_TRUE(own->fetch());
  EXPECT_EQ(token_sent(0), "eyJ.one");
  EXPECT_EQ(token_sent(1), "eyJ.two");
}

TEST_F(WebIdentityTest, TriesAgainWhatMayPass) {
  http.answers({query_error(400, "IDPCommunicationError"), unreachable_error(), role_given()});
  EXPECT_TRUE(fetch());
  EXPECT_EQ(pauses, (std::vector<Millis>{std::chrono::seconds{1}, std::chrono::seconds{1}}));
  http.answers({query_error(400, "Throttling"), answered(502, "<html>"), role_given()});
  EXPECT_TRUE(fetch());
}

TEST_F(WebIdentityTest, GivesUpAfterThreeAttempts) {
  for (const auto& outcome : {ScriptedClient::Outcome(lost_error()), ScriptedClient::Outcome(answered(503, "")),
                              ScriptedClient::Outcome(query_error(400, "IDPCommunicationError"))}) {
    const std::size_t before = http.count();
    http.answers({outcome});
    EXPECT_EQ(failure().code, ErrorCode::unavailable);
    EXPECT_EQ(http.count() - before, 3U);
  }
}

TEST_F(WebIdentityTest, ATokenThatIsRefusedIsReadOnceMore) {
  http.answers({query_error(400, "ExpiredTokenException"), role_given()});
  EXPECT_TRUE(fetch());
  http.answers({query_error(400, "InvalidIdentityToken", "eyJ.one is bad")});
  const Error error = failure();
  EXPECT_EQ(http.count(), 4U);
  EXPECT_TRUE(pauses.empty());
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_EQ(error.message, "STS does not accept the token in " + file.path() + ". Check the role's identity provider.");
  EXPECT_EQ((error.message + error.cause).find("eyJ.one"), std::string::npos);
}

TEST_F(WebIdentityTest, NoPartOfItsTokenIsTold) {
  const std::string token = "eyJhbGciOiJSUzI1NiJ9." + std::string(1'200, 'x');
  file.write(token);
  for (const auto& outcome :
       {query_error(400, "InvalidIdentityToken", "Not a token: " + token), query_error(500, "InternalFailure", "Had " + token),
        query_error(400, "Throttling", "Too many of " + token.substr(0, 100))}) {
    http.answers({outcome});
    const Error error = failure();
    EXPECT_EQ((error.message + error.cause).find(token.substr(0, 16)), std::string::npos) << error.message << error.cause;
  }
}

TEST_F(WebIdentityTest, WhatSomebodyMustRepairIsNotTriedAgain) {
  for (const char* code : {"AccessDenied", "IDPRejectedClaim", "RegionDisabledException", "PackedPolicyTooLarge", "MalformedPolicyDocument",
                           "ValidationError"}) {
    const std::size_t before = http.count();
    http.answers({query_error(403, code, "because")});
    const Error error = failure();
    EXPECT_EQ(error.code, ErrorCode::misconfigured) << code;
    EXPECT_EQ(http.count() - before, 1U) << code;
    EXPECT_NE(error.cause.find("because"), std::string::npos);
  }
  http.answers({query_error(403, "AccessDenied")});
  EXPECT_EQ(failure().message, std::string("STS denies us the role ") + k_role + ". Check its trust policy and the pod's service account.");
  http.answers({answered(404, "nginx")});
  EXPECT_EQ(failure().message, "STS answered 404 without an error code of AWS's. Check AWS_ENDPOINT_URL_STS and any proxy on the way.");
}

TEST_F(WebIdentityTest, AnAnswerWithoutAWholeKeyIsNone) {
  for (const auto& answer : {answered(200, ""), answered(200, "{}"), answered(200, "<a/>"), role_given("later"), role_given("")}) {
    http.answers({answer});
    EXPECT_EQ(failure().code, ErrorCode::unavailable);
  }
}

TEST_F(WebIdentityTest, StopsInAPause) {
  stopping = true;
  http.answers({unreachable_error()});
  EXPECT_EQ(failure().code, ErrorCode::unavailable);
  EXPECT_EQ(http.count(), 1U);
}

}  // namespace
}  // namespace bizcomms::aws

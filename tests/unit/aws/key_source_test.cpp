// Which source the environment names, and access keys in it.
#include "aws/token_file.hpp"
#include "unit/aws/source_fixture.hpp"

namespace bizcomms::aws {
namespace {

struct KeySourceTest : SourceFixture {};

constexpr const char* k_container_answer = R"({"AccessKeyId":"ASIACONTAINER","SecretAccessKey":"s","Token":"t"})";

TEST_F(KeySourceTest, AnAccessKeyInTheEnvironmentGoesFirst) {
  environment = {{"AWS_ACCESS_KEY_ID", "AKIA1"},
                 {"AWS_SECRET_ACCESS_KEY", "secret"},
                 {"AWS_ROLE_ARN", "arn"},
                 {"AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"},
                 {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"}};
  const auto key = fetch();
  ASSERT_TRUE(key);
  EXPECT_EQ(key->id, "AKIA1");
  EXPECT_EQ(key->secret, Secret("secret"));
  EXPECT_TRUE(key->session_token.empty());
  EXPECT_FALSE(key->expires_at);
  EXPECT_EQ(http.count(), 0U);
}

TEST_F(KeySourceTest, ATemporaryKeyInTheEnvironmentHasAnEnd) {
  environment = {{"AWS_ACCESS_KEY_ID", "ASIA1"},
                 {"AWS_SECRET_ACCESS_KEY", "secret"},
                 {"AWS_SESSION_TOKEN", "token"},
                 {"AWS_CREDENTIAL_EXPIRATION", "2026-01-15T13:34:56+00:00"}};
  const auto key = fetch();
  ASSERT_TRUE(key);
  EXPECT_EQ(key->session_token, Secret("token"));
  EXPECT_EQ(key->expires_at, k_noon + std::chrono::hours{1});
  clock.advance(std::chrono::hours{1});
  EXPECT_EQ(failure().code, ErrorCode::misconfigured);
  environment["AWS_CREDENTIAL_EXPIRATION"] = "tomorrow";
  EXPECT_EQ(failure().message, "AWS_CREDENTIAL_EXPIRATION is not a time such as 2026-01-15T12:34:56Z.");
}

TEST_F(KeySourceTest, HalfAKeyIsAMistake) {
  environment = {{"AWS_ACCESS_KEY_ID", "AKIA1"}};
  EXPECT_EQ(failure().message, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not.");
  environment = {{"AWS_SECRET_ACCESS_KEY", "secret"}};
  EXPECT_EQ(failure().message, "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not.");
  environment = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"}};
  EXPECT_EQ(failure().message, "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not.");
}

TEST_F(KeySourceTest, AWebIdentityGoesBeforeAContainer) {
  environment = {{"AWS_ACCESS_KEY_ID", ""},
                 {"AWS_ROLE_ARN", "arn"},
                 {"AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token"},
                 {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"}};
  const Error error = failure();
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_EQ(error.message, "The token file /nowhere/token cannot be read. Where the process is not root, its pod needs an fsGroup.");
  EXPECT_EQ(http.count(), 0U);
}

TEST_F(KeySourceTest, TheRelativeAddressGoesBeforeTheFull) {
  http.answers({answered(200, k_container_answer)});
  environment = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/full"},
                 {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1"}};
  EXPECT_TRUE(fetch());
  environment.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  EXPECT_TRUE(fetch());
  EXPECT_EQ(http.requests().at(0).url, "http://169.254.170.2/v2/credentials/1");
  EXPECT_EQ(http.requests().at(1).url, "http://127.0.0.1/full");
}

TEST_F(KeySourceTest, WithoutAnySourceItSaysWhatToSet) {
  environment = {{"AWS_ROLE_ARN", "arn"}, {"PATH", "/bin"}};
  const Error error = failure();
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_NE(error.message.find("AWS_ACCESS_KEY_ID"), std::string::npos);
}

TEST(TokenFileReading, TakesOneLineWithoutItsEnd) {
  const TokenFile file("eyJ0.eyJ1.x_-\r\n");
  EXPECT_EQ(read_token_file(file.path())->reveal(), "eyJ0.eyJ1.x_-");
  file.write(std::string(20'000, 'x'));
  EXPECT_TRUE(read_token_file(file.path()));
}

TEST(TokenFileReading, RefusesAllElseWithoutQuotingIt) {
  const TokenFile file("");
  for (const std::string& text : {std::string(), std::string("\r\n"), std::string("secret\r\nX-Header: 1"), std::string("secret\0", 7),
                                  std::string("secret word"), "secret" + std::string(20'000, 'x'), std::string(1'000'000, 'x')}) {
    file.write(text);
    const auto token = read_token_file(file.path());
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, ErrorCode::misconfigured);
    EXPECT_EQ(token.error().message.find("secret"), std::string::npos);
  }
  EXPECT_FALSE(read_token_file("/"));
  EXPECT_FALSE(read_token_file(""));
}

TEST(TokenFileReading, AnExcerptIsOneLineAndNeverQuotesTheSecret) {
  EXPECT_EQ(excerpt("no such\r\nrole", Secret("token")), "no such  role");
  EXPECT_EQ(excerpt("bad token: token", Secret("token")), "bad ");
  EXPECT_EQ(excerpt("bad: eyJhbGciOiJSUzI1NiIs, cut", Secret("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJ")), "bad: ") << "a part of it";
  EXPECT_EQ(excerpt("x", Secret()), "x");
  EXPECT_EQ(excerpt(std::string(5000, 'x'), Secret()).size(), 200U);
}

}  // namespace
}  // namespace bizcomms::aws

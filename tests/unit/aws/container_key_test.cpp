#include "aws/container_key.hpp"

#include "unit/aws/source_fixture.hpp"

namespace bizcomms::aws {
namespace {

struct ContainerKeyTest : SourceFixture {
  ContainerKeyTest() {
    at("http://169.254.170.23/v1/credentials");
    http.answers({answered(200, R"({"AccessKeyId":"ASIA1","SecretAccessKey":"secret","Token":"token","AccountId":"123456789012",)"
                                R"("Expiration":"2026-01-15T18:34:56.789Z"})")});
  }
  void at(const std::string& url) { environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url; }
};

TEST_F(ContainerKeyTest, AsksTheAgentStraight) {
  const TokenFile file("file-token\r\n");
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file.path();
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "plain-token";
  const auto key = fetch();
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->id, "ASIA1");
  EXPECT_EQ(key->secret, Secret("secret"));
  EXPECT_EQ(key->session_token, Secret("token"));
  EXPECT_EQ(key->expires_at, k_noon + std::chrono::hours{6} + Millis{789});
  const auto request = http.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "http://169.254.170.23/v1/credentials");
  EXPECT_TRUE(request.direct);
  EXPECT_EQ(request.timeout, std::chrono::seconds{2});
  EXPECT_EQ(sent(0, "Accept"), "application/json");
  EXPECT_EQ(sent(0, "Authorization"), "file-token");
}

TEST_F(ContainerKeyTest, ReadsTheTokenFileAnewEveryTime) {
  const TokenFile file("one");
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file.path();
  const auto own = source();
  ASSERT_TRUE(own->fetch());
  file.write("two");
  ASSERT_TRUE(own->fetch());
  EXPECT_EQ(sent(1, "Authorization"), "two");
}

TEST_F(ContainerKeyTest, TakesTheTokenOfTheEnvironmentWhereThereIsNoFile) {
  EXPECT_TRUE(fetch());
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "plain-token\n";
  EXPECT_TRUE(fetch());
  EXPECT_EQ(sent(0, "Authorization"), "(none)");
  EXPECT_EQ(sent(1, "Authorization"), "plain-token");
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "a\r\nX-Other: b";
  const Error error = failure();
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_EQ(error.message, "The value of AWS_CONTAINER_AUTHORIZATION_TOKEN is not a token on one line.");
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/nowhere";
  EXPECT_EQ(failure().code, ErrorCode::misconfigured);
  EXPECT_EQ(http.count(), 2U);
}

TEST_F(ContainerKeyTest, PlainHttpGoesToThisMachineAndTheAgentsOnly) {
  for (const char* url : {"http://localhost/", "http://127.0.0.1:8080/x", "http://127.9.9.9/", "http://[::1]/", "http://169.254.170.2/",
                          "http://[fd00:ec2::23]/v1/credentials", "https://agent.example/"}) {
    at(url);
    EXPECT_TRUE(fetch()) << url;
  }
  const std::size_t allowed = http.count();
  for (const char* url : {"http://agent.example/", "http://127.evil.example/", "http://169.254.170.22/", "http://169.254.169.254/",
                          "http://169.254.170.2@evil.example/", "http://localhost.evil.example/", "ftp://127.0.0.1/", "nonsense"}) {
    at(url);
    EXPECT_EQ(failure().code, ErrorCode::misconfigured) << url;
  }
  environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = ".evil.example/x";
  EXPECT_EQ(failure().code, ErrorCode::misconfigured);
  environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@evil.example/x";
  EXPECT_EQ(failure().code, ErrorCode::misconfigured);
  EXPECT_EQ(http.count(), allowed);
}

TEST_F(ContainerKeyTest, TriesThreeTimesASecondApart) {
  http.answers({answered(500, "oops"), unreachable_error(), answered(200, R"({"AccessKeyId":"a","SecretAccessKey":"s"})")});
  const auto key = fetch();
  ASSERT_TRUE(key);
  EXPECT_FALSE(key->expires_at);
  EXPECT_EQ(pauses, (std::vector<Millis>{std::chrono::seconds{1}, std::chrono::seconds{1}}));
  http.answers({answered(429, "too many")});
  EXPECT_EQ(failure().code, ErrorCode::unavailable);
  EXPECT_EQ(http.count(), 6U);
}

TEST_F(ContainerKeyTest, SaysWhatTheAgentSaidButNotTheToken) {
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "plain-token";
  http.answers({answered(403, "(AccessDenied): not allowed\n")});
  Error error = failure();
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_EQ(error.message,
            "The credentials agent at 169.254.170.23 answered 403. Check the role of the pod's service account, or of the task.");
  EXPECT_EQ(error.cause, "(AccessDenied): not allowed ");
  http.answers({answered(401, "bad plain-token")});
  EXPECT_EQ(failure().cause, "bad ");
}

TEST_F(ContainerKeyTest, AnAnswerWithoutAWholeKeyIsNone) {
  for (const char* body : {"", "ASIA1", "[]", "{}", R"({"AccessKeyId":"a"})", R"({"AccessKeyId":7,"SecretAccessKey":"s"})",
                           R"({"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"soon"})"}) {
    http.answers({answered(200, body)});
    const Error error = failure();
    EXPECT_EQ(error.code, ErrorCode::unavailable) << body;
    EXPECT_EQ(error.message, "The answer of the credentials agent at 169.254.170.23 holds no access key.");
  }
}

}  // namespace
}  // namespace bizcomms::aws

#include "bizcomms/aws/secrets.hpp"

#include "unit/aws/client_fixture.hpp"

namespace bizcomms::aws {
namespace {

struct SecretsTest : ClientFixture {
  std::unique_ptr<Client> client = make_single_try();

  std::unique_ptr<Client> make_single_try() {
    settings.attempts_max = 1;
    return make_client();
  }
  static http::ClientResponse text(const std::string& escaped) {
    return answered(200, R"({"ARN":"arn:x","Name":"bizcomms/twilio","SecretString":")" + escaped + R"(","CreatedDate":1.7E9})");
  }
  std::string get(const std::string& key = "") {
    const auto secret = read_secret(*client, "bizcomms/twilio", key);
    return secret ? secret->reveal() : "error: " + secret.error().message;
  }
  Error failure(const std::string& key = "") {
    const auto secret = read_secret(*client, "bizcomms/twilio", key);
    EXPECT_FALSE(secret);
    return secret ? Error{} : secret.error();
  }
};

TEST_F(SecretsTest, ReadsASecretAsItIsNow) {
  http.answers({text("old"), text("new")});
  EXPECT_EQ(get(), "old");
  EXPECT_EQ(get(), "new");
  EXPECT_EQ(sent(0, "X-Amz-Target"), "secretsmanager.GetSecretValue");
  EXPECT_EQ(http.requests()[0].body, R"({"SecretId":"bizcomms/twilio"})");
}

TEST_F(SecretsTest, ReadsMembersOfAJsonSecret) {
  const auto whole = text(R"({\"account_sid\":\"AC1\",\"auth_token\":\"t\",\"number\":7})");
  http.answers({whole, whole, whole, whole, whole});
  EXPECT_EQ(get("account_sid"), "AC1");
  EXPECT_EQ(get("auth_token"), "t");
  EXPECT_EQ(get("other"), "error: The secret bizcomms/twilio has no member other.");
  EXPECT_EQ(get("number"), "error: The member number of the secret bizcomms/twilio is not a text.");
  EXPECT_EQ(failure("other").code, ErrorCode::misconfigured);
}

TEST_F(SecretsTest, ReadsBytesToo) {
  http.answers({answered(200, R"({"SecretBinary":"AQJhYg=="})")});
  EXPECT_EQ(get(),
            "\x01\x02"
            "ab");
}

TEST_F(SecretsTest, WhatCannotBeReadIsSaidWithTheSecretsName) {
  http.answers({json_error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")});
  const Error error = failure();
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_EQ(error.message, "Secrets Manager does not have the secret bizcomms/twilio. Check its name, the region and the account.");
  http.answers({json_error(400, "InvalidRequestException", "It was marked for deletion.")});
  EXPECT_EQ(failure().message,
            "Secrets Manager does not give us the secret bizcomms/twilio: InvalidRequestException. It may be about to be deleted.");
  http.answers({json_error(400, "DecryptionFailure")});
  EXPECT_EQ(failure().code, ErrorCode::misconfigured);
  http.answers({answered(500, "")});
  EXPECT_EQ(failure().code, ErrorCode::unavailable);
}

TEST_F(SecretsTest, NoErrorShowsAContent) {
  for (const char* body : {"", "hidden", "[]", R"({"Name":"hidden"})", R"({"SecretString":7})", R"({"SecretBinary":"hidden!"})",
                           R"({"SecretString":"hidden"})", R"({"SecretString":"[\"hidden\"]"})",
                           R"({"SecretString":"{\"a\":[\"hidden\"]}"})", R"({"SecretString":"{\"a\":\"hidden\",}"})"}) {
    http.answers({answered(200, body)});
    const Error error = failure("a");
    EXPECT_FALSE(error.message.empty());
    EXPECT_EQ((error.message + error.cause).find("hidden"), std::string::npos) << error.message << error.cause;
  }
  EXPECT_EQ(heard.text().find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace bizcomms::aws

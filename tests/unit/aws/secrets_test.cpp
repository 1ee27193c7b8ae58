#include "bizcomms/aws/secrets.hpp"

#include <thread>

#include "unit/aws/client_fixture.hpp"

namespace bizcomms::aws {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct SecretsTest : ClientFixture {
  std::unique_ptr<Client> client = make_single_try();
  Secrets secrets{*client, clock};

  std::unique_ptr<Client> make_single_try() {
    settings.attempts_max = 1;
    return make_client();
  }
  static http::ClientResponse text(const std::string& escaped) {
    return answered(200, R"({"ARN":"arn:x","Name":"bizcomms/twilio","SecretString":")" + escaped + R"(","CreatedDate":1.7E9})");
  }
  std::string get(const std::string& key = "") {
    const auto secret = secrets.get("bizcomms/twilio", key);
    return secret ? secret->reveal() : "error: " + secret.error().message;
  }
  Error failure(const std::string& key = "") {
    const auto secret = secrets.get("bizcomms/twilio", key);
    EXPECT_FALSE(secret);
    return secret ? Error{} : secret.error();
  }
  // Reads until that value is there, before a deadline: it is read in the background.
  bool becomes(const std::string& expected) {
    const auto deadline = std::chrono::steady_clock::now() + seconds{10};
    while (get() != expected && std::chrono::steady_clock::now() < deadline) { std::this_thread::yield(); }
    return get() == expected;
  }
};

TEST_F(SecretsTest, ReadsASecretOnceAndKeepsIt) {
  http.answers({text("whole")});
  EXPECT_EQ(get(), "whole");
  clock.advance(minutes{4});
  EXPECT_EQ(get(), "whole");
  ASSERT_EQ(http.count(), 1U);
  EXPECT_EQ(sent(0, "X-Amz-Target"), "secretsmanager.GetSecretValue");
  EXPECT_EQ(http.requests()[0].body, R"({"SecretId":"bizcomms/twilio"})");
}

TEST_F(SecretsTest, ReadsMembersOfAJsonSecret) {
  http.answers({text(R"({\"account_sid\":\"AC1\",\"auth_token\":\"t\",\"number\":7})")});
  EXPECT_EQ(get("account_sid"), "AC1");
  EXPECT_EQ(get("auth_token"), "t");
  EXPECT_EQ(get("other"), "error: The secret bizcomms/twilio has no member other.");
  EXPECT_EQ(get("number"), "error: The member number of the secret bizcomms/twilio is not a text.");
  EXPECT_EQ(failure("other").code, ErrorCode::misconfigured);
  EXPECT_EQ(http.count(), 1U);
}

TEST_F(SecretsTest, ReadsBytesToo) {
  http.answers({answered(200, R"({"SecretBinary":"AQJhYg=="})")});
  EXPECT_EQ(get(),
            "\x01\x02"
            "ab");
}

TEST_F(SecretsTest, AnOldValueIsGivenOutWhileItIsReadAgain) {
  http.answers({text("old"), text("new")});
  ASSERT_EQ(get(), "old");
  clock.advance(minutes{5});
  http.hold();
  EXPECT_EQ(get(), "old");
  ASSERT_TRUE(http.has_been_asked(2));
  EXPECT_EQ(get(), "old");
  http.release();
  EXPECT_TRUE(becomes("new"));
  EXPECT_EQ(http.count(), 2U);
}

TEST_F(SecretsTest, AnOldValueIsKeptWhereReadingFailsAndReadAgainAfterAPause) {
  http.answers({text("old"), unreachable_error(), json_error(400, "AccessDeniedException"), text("new")});
  ASSERT_EQ(get(), "old");
  clock.advance(minutes{5});
  EXPECT_EQ(get(), "old");
  ASSERT_TRUE(http.has_been_asked(2));
  EXPECT_EQ(get(), "old");
  EXPECT_EQ(http.count(), 2U);
  const auto next = [&](std::size_t asked) {  // an answer that has come may not have been taken in yet
    clock.advance(seconds{5});
    while (http.count() < asked) { EXPECT_EQ(get(), "old"); }
  };
  next(3);
  clock.advance(seconds{5});
  EXPECT_TRUE(becomes("new"));
}

TEST_F(SecretsTest, AForgottenValueIsReadAgainAtOnce) {
  http.answers({text("old"), text("new")});
  ASSERT_EQ(get(), "old");
  clock.advance(seconds{5});
  secrets.forget("bizcomms/twilio");
  EXPECT_EQ(get(), "new");
  EXPECT_EQ(get(), "new");
  EXPECT_EQ(http.count(), 2U);
}

TEST_F(SecretsTest, ButAtMostOnceInAWhile) {
  http.answers({text("old"), text("new")});
  ASSERT_EQ(get(), "old");
  secrets.forget("bizcomms/twilio");
  EXPECT_EQ(get(), "old");
  clock.advance(Millis{4'999});
  EXPECT_EQ(get(), "old");
  EXPECT_EQ(http.count(), 1U);
  clock.advance(Millis{1});
  EXPECT_EQ(get(), "new");
}

TEST_F(SecretsTest, AForgottenValueIsKeptWhereReadingFails) {
  http.answers({text("old"), unreachable_error()});
  ASSERT_EQ(get(), "old");
  clock.advance(seconds{5});
  secrets.forget("bizcomms/twilio");
  EXPECT_EQ(get(), "old");
  EXPECT_EQ(http.count(), 2U);
}

TEST_F(SecretsTest, ReadersOfOneSecretShareOneReading) {
  http.answers({text("whole")});
  http.hold();
  std::vector<std::future<std::string>> readers;
  for (int i = 0; i < 8; ++i) {
    readers.push_back(std::async(std::launch::async, [this] { return get(); }));
  }
  EXPECT_TRUE(http.has_been_asked(1));
  http.release();
  for (auto& reader : readers) { EXPECT_EQ(reader.get(), "whole"); }
  EXPECT_EQ(http.count(), 1U);
}

TEST_F(SecretsTest, WhatCannotBeReadIsSaidWithTheSecretsName) {
  http.answers({json_error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")});
  const Error error = failure();
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_EQ(error.message, "Secrets Manager does not have the secret bizcomms/twilio. Check its name, the region and the account.");
  EXPECT_EQ(failure().message, error.message);
  EXPECT_EQ(http.count(), 1U);  // not for every reader
  clock.advance(seconds{5});
  http.answers({json_error(400, "InvalidRequestException", "It was marked for deletion.")});
  EXPECT_EQ(failure().message,
            "Secrets Manager does not give us the secret bizcomms/twilio: InvalidRequestException. It may be about to be deleted.");
  clock.advance(seconds{5});
  http.answers({json_error(400, "DecryptionFailure")});
  EXPECT_EQ(failure().code, ErrorCode::misconfigured);
  clock.advance(seconds{5});
  http.answers({answered(500, "")});
  EXPECT_EQ(failure().code, ErrorCode::unavailable);
}

TEST_F(SecretsTest, NoErrorShowsAContent) {
  for (const char* body : {"", "hidden", "[]", R"({"Name":"hidden"})", R"({"SecretString":7})", R"({"SecretBinary":"hidden!"})",
                           R"({"SecretString":"hidden"})", R"({"SecretString":"[\"hidden\"]"})",
                           R"({"SecretString":"{\"a\":[\"hidden\"]}"})", R"({"SecretString":"{\"a\":\"hidden\",}"})"}) {
    clock.advance(seconds{5});
    http.answers({answered(200, body)});
    secrets.forget("bizcomms/twilio");
    const Error error = failure("a");
    EXPECT_FALSE(error.message.empty());
    EXPECT_EQ((error.message + error.cause).find("hidden"), std::string::npos) << error.message << error.cause;
  }
  EXPECT_EQ(heard.text().find("hidden"), std::string::npos);
}

TEST_F(SecretsTest, MayEndBeforeAReadingDoes) {
  http.answers({text("old")});
  std::optional<Secrets> own(std::in_place, *client, clock);
  ASSERT_TRUE(own->get("bizcomms/twilio"));
  clock.advance(minutes{5});
  http.hold();
  ASSERT_TRUE(own->get("bizcomms/twilio"));
  ASSERT_TRUE(http.has_been_asked(2));
  own.reset();
  http.release();
}

}  // namespace
}  // namespace bizcomms::aws

// What a client does about attempts that failed, and what it knows of the time.
#include <thread>

#include "bizcomms/base/time.hpp"
#include "unit/aws/client_fixture.hpp"

namespace bizcomms::aws {
namespace {

struct ClientRetryTest : ClientFixture {
  // Whether the pause before that retry has begun, before a deadline.
  bool in_pause(int retry) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (count_of("bizcomms_aws_retries_total", {}) < retry && std::chrono::steady_clock::now() < deadline) { std::this_thread::yield(); }
    return count_of("bizcomms_aws_retries_total", {}) == retry;
  }
  static http::Headers dated(Time time) { return {{"Date", to_rfc2822(time).substr(0, 26) + "GMT"}, {"x-amzn-RequestId", "r-1"}}; }
};

TEST_F(ClientRetryTest, ThrottledCallsAreTriedAgain) {
  http.answers({json_error(400, "ThrottlingException"), answered(503, "<html>"), answered(200, "done")});
  const auto result = call(receive());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "done");
  EXPECT_EQ(http.count(), 3U);
  EXPECT_EQ(count_of("bizcomms_aws_retries_total", {}), 2);
}

TEST_F(ClientRetryTest, ThreeAttemptsAreAll) {
  http.answers({json_error(400, "RequestThrottled")});
  const auto result = call(receive());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::unavailable);
  EXPECT_EQ(result.error().message, "SQS asks for fewer requests than it gets.");
  EXPECT_EQ(http.count(), 3U);
}

TEST_F(ClientRetryTest, EveryAttemptIsSignedAnew) {
  http.answers({unreachable_error(), answered(200, "{}")});
  const auto client = make_client();
  auto ended = begin(*client, receive());
  EXPECT_TRUE(http.has_been_asked(1));
  clock.advance(std::chrono::seconds{1});
  ASSERT_TRUE(end(ended));
  EXPECT_EQ(sent(0, "X-Amz-Date"), "20260115T123456Z");
  EXPECT_NE(sent(1, "X-Amz-Date"), sent(0, "X-Amz-Date"));
  EXPECT_NE(sent(1, "Authorization"), sent(0, "Authorization"));
}

TEST_F(ClientRetryTest, OthersDoNotWaitForAPause) {
  http.answers({json_error(400, "RequestThrottled"), answered(200, "other"), answered(200, "late")});
  const auto client = make_client();
  auto late = begin(*client, receive());
  EXPECT_TRUE(http.has_been_asked(1));
  // The clock stands: the first call is in its pause until it is moved.
  EXPECT_EQ(client->call(receive())->body, "other");
  EXPECT_EQ(http.count(), 2U);
  EXPECT_EQ(end(late)->body, "late");
}

TEST_F(ClientRetryTest, PausesAreNeverLongerThanTheirBound) {
  settings.attempts_max = 6;
  settings.retry_longest = std::chrono::seconds{3};
  http.answers({json_error(400, "RequestThrottled")});
  const auto client = make_client();
  auto ended = begin(*client, receive());
  std::size_t attempts = 1;
  for (const int bound : {1, 2, 3, 3, 3}) {
    EXPECT_TRUE(http.has_been_asked(attempts));
    EXPECT_TRUE(in_pause(static_cast<int>(attempts)));
    clock.advance(std::chrono::seconds{bound});
    ++attempts;
  }
  EXPECT_TRUE(http.has_been_asked(6));
  EXPECT_FALSE(end(ended));
}

TEST_F(ClientRetryTest, ALostAnswerIsTriedAgainOnlyWhereThatIsHarmless) {
  http.answers({lost_error(), answered(200, "{}")});
  EXPECT_TRUE(call(receive()));
  EXPECT_EQ(http.count(), 2U);
  http.answers({lost_error(), answered(200, "{}")});
  const auto result = call(send_once());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(result.error().message,
            "SQS gave no whole answer. sqs.eu-west-1.amazonaws.com did not answer within 10 s. Whether SendMessage was done is not known.");
  EXPECT_EQ(http.count(), 3U);
}

TEST_F(ClientRetryTest, SoIsA5xx) {
  http.answers({answered(500, "no json"), answered(200, "{}")});
  EXPECT_TRUE(call(receive()));
  http.answers({answered(500, "no json"), answered(200, "{}")});
  EXPECT_EQ(error_of_call(send_once()), ErrorCode::outcome_unknown);
}

TEST_F(ClientRetryTest, WhatWasSurelyNotDoneIsTriedAgainInAnyCase) {
  http.answers({unreachable_error(), json_error(503, "ThrottlingException"), answered(200, "{}")});
  EXPECT_TRUE(call(send_once()));
  http.answers({unreachable_error()});
  EXPECT_EQ(error_of_call(send_once()), ErrorCode::unavailable);
}

TEST_F(ClientRetryTest, TheBudgetOfRetriesIsSharedAndGivenBack) {
  settings.retry_tokens = 12;
  http.answers({unreachable_error(), unreachable_error(), unreachable_error(), unreachable_error(), answered(200, "{}"),
                unreachable_error(), answered(200, "{}")});
  const auto client = make_client();
  const auto call_here = [&] {
    auto ended = begin(*client, receive());
    return end(ended).has_value();
  };
  EXPECT_FALSE(call_here());
  EXPECT_EQ(http.count(), 3U);  // 2 tokens are left
  EXPECT_FALSE(call_here());
  EXPECT_EQ(http.count(), 4U);
  EXPECT_TRUE(call_here());  // 3
  EXPECT_EQ(http.count(), 5U);
  EXPECT_FALSE(call_here());
  EXPECT_EQ(http.count(), 6U);
}

TEST_F(ClientRetryTest, AClockThatIsOffIsCorrectedOnce) {
  const Time theirs = k_noon + std::chrono::hours{2};
  http.answers({json_error(403, "InvalidSignatureException", "Signature expired: …", dated(theirs)), answered(200, "{}")});
  const auto client = make_client();
  ASSERT_TRUE(client->call(receive()));
  EXPECT_EQ(sent(0, "X-Amz-Date"), "20260115T123456Z");
  EXPECT_EQ(sent(1, "X-Amz-Date"), "20260115T143456Z");
  ASSERT_TRUE(client->call(receive()));
  EXPECT_EQ(sent(2, "X-Amz-Date"), "20260115T143456Z");
  EXPECT_NE(heard.text().find("7200"), std::string::npos);
}

TEST_F(ClientRetryTest, AClockThatStaysOffIsOursToRepair) {
  http.answers({json_error(403, "RequestTimeTooSkewed", "", dated(k_noon))});
  EXPECT_EQ(error_of_call(receive()), ErrorCode::misconfigured);
  EXPECT_EQ(http.count(), 2U);
  http.answers({json_error(403, "RequestTimeTooSkewed")});  // without a date
  EXPECT_EQ(error_of_call(receive()), ErrorCode::misconfigured);
}

TEST_F(ClientRetryTest, AnExpiredKeyIsReplacedOnce) {
  http.answers({json_error(400, "ExpiredTokenException"), answered(200, "{}")});
  ASSERT_TRUE(call(receive()));
  EXPECT_EQ(keys.refusals(), 1);
  EXPECT_NE(sent(0, "Authorization").find("EXAMPLE0/"), std::string::npos);
  EXPECT_NE(sent(1, "Authorization").find("EXAMPLE1/"), std::string::npos);
}

TEST_F(ClientRetryTest, AKeyThatNoServiceKnowsIsOursToRepair) {
  http.answers({json_error(400, "UnrecognizedClientException")});
  const auto result = call(receive());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::misconfigured);
  EXPECT_EQ(result.error().message,
            "SQS does not take our access key: it is unknown or has expired. Check AWS_ACCESS_KEY_ID, or the role.");
  EXPECT_EQ(http.count(), 2U);
  EXPECT_EQ(keys.refusals(), 2);
}

TEST_F(ClientRetryTest, CorrectionsLeaveAllAttemptsToTheCall) {
  http.answers({json_error(403, "RequestTimeTooSkewed", "", dated(k_noon)), json_error(400, "ExpiredTokenException"),
                json_error(400, "RequestThrottled"), json_error(400, "RequestThrottled"), answered(200, "{}")});
  EXPECT_TRUE(call(receive()));
  EXPECT_EQ(http.count(), 5U);
}

TEST_F(ClientRetryTest, QueryServicesCorrectClockAndKeyToo) {
  http.answers({query_error(403, "ExpiredToken"), query_error(400, "Throttling"), answered(200, "<r/>")});
  ASSERT_TRUE(call({.service = Service::sns, .operation = "Publish"}));
  EXPECT_EQ(http.count(), 3U);
}

TEST_F(ClientRetryTest, KnowsTheServicesTimeByTheLatestAnswer) {
  const auto client = make_client();
  EXPECT_EQ(client->service_time(), k_noon);
  clock.jump(std::chrono::hours{1});
  EXPECT_EQ(client->service_time(), k_noon + std::chrono::hours{1});
  http.answers({answered(200, "{}", dated(k_noon + std::chrono::seconds{3})), answered(500, "", {{"Date", "soon"}})});
  ASSERT_TRUE(client->call(receive()));
  EXPECT_EQ(client->service_time(), k_noon + std::chrono::seconds{3});
  clock.advance(std::chrono::seconds{10});
  clock.jump(-std::chrono::hours{5});
  EXPECT_EQ(client->service_time(), k_noon + std::chrono::seconds{13});
}

TEST_F(ClientRetryTest, LearnsNoTimeOfAnAnswerWithoutARequestId) {
  settings.attempts_max = 1;
  const auto client = make_client();
  http.answers({answered(502, "<html>", {{"Date", to_rfc2822(k_noon + std::chrono::hours{9})}})});
  EXPECT_FALSE(client->call(receive()));
  EXPECT_EQ(client->service_time(), k_noon);
  auto refusal = query_error(404, "NotFound");  // names it in its body
  refusal.headers.add("Date", to_rfc2822(k_noon + std::chrono::seconds{5}));
  http.answers({refusal});
  EXPECT_FALSE(client->call({.service = Service::sns, .operation = "Publish"}));
  EXPECT_EQ(client->service_time(), k_noon + std::chrono::seconds{5});
}

}  // namespace
}  // namespace bizcomms::aws

#include "bizcomms/aws/client.hpp"

#include "unit/aws/client_fixture.hpp"

namespace bizcomms::aws {
namespace {

struct ClientTest : ClientFixture {};

TEST_F(ClientTest, PostsJsonWithItsTargetAndASignature) {
  http.answers({answered(200, R"({"Messages":[]})")});
  Call what = receive();
  what.timeout = std::chrono::seconds{30};
  const auto result = call(what);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->body, R"({"Messages":[]})");
  EXPECT_FALSE(result->refusal);
  const auto request = http.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://sqs.eu-west-1.amazonaws.com/");
  EXPECT_EQ(request.body, R"({"QueueUrl":"https://q/jobs"})");
  EXPECT_EQ(request.timeout, std::chrono::seconds{30});
  EXPECT_EQ(request.headers.find("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(request.headers.find("X-Amz-Target"), "AmazonSQS.ReceiveMessage");
  EXPECT_EQ(request.headers.find("X-Amz-Date")->substr(0, 9), "20260115T");
  EXPECT_TRUE(sent(0, "Authorization")
                  .starts_with("AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE0/20260115/eu-west-1/sqs/aws4_request, "
                               "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="));
}

TEST_F(ClientTest, EachServiceHasItsProtocol) {
  ASSERT_TRUE(call({.service = Service::dynamodb, .operation = "ListTables"}));
  ASSERT_TRUE(call({.service = Service::secrets_manager, .operation = "GetSecretValue"}));
  ASSERT_TRUE(call({.service = Service::sns, .operation = "Publish", .body = "Message=hello"}));
  ASSERT_TRUE(call({.service = Service::sts, .operation = "GetCallerIdentity"}));
  EXPECT_EQ(sent(0, "Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(sent(0, "X-Amz-Target"), "DynamoDB_20120810.ListTables");
  EXPECT_EQ(http.requests()[0].body, "{}");
  EXPECT_EQ(sent(1, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(sent(1, "X-Amz-Target"), "secretsmanager.GetSecretValue");
  EXPECT_EQ(sent(2, "Content-Type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(sent(2, "X-Amz-Target"), "");
  EXPECT_EQ(http.requests()[2].body, "Action=Publish&Version=2010-03-31&Message=hello");
  EXPECT_EQ(http.requests()[3].body, "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(http.requests()[3].url, "https://sts.eu-west-1.amazonaws.com/");
}

TEST_F(ClientTest, GoesToAnEndpointOfItsOwn) {
  settings.endpoints = {{Service::sqs, "http://127.0.0.1:9324"}};
  ASSERT_TRUE(call(receive()));
  EXPECT_EQ(http.requests().at(0).url, "http://127.0.0.1:9324");
  settings.endpoints = {{Service::sqs, "nonsense"}};
  EXPECT_EQ(error_of_call(receive()), ErrorCode::misconfigured);
  EXPECT_EQ(http.count(), 1U);
}

TEST_F(ClientTest, WithoutCredentialsNothingLeaves) {
  keys.fail({.code = ErrorCode::misconfigured, .message = "There are none."});
  const auto result = call(receive());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "There are none.");
  EXPECT_EQ(http.count(), 0U);
}

TEST_F(ClientTest, ARefusalIsForTheCallerToJudge) {
  http.answers({answered(400, R"({"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"No.",)"
                              R"("CancellationReasons":[{"Code":"ConditionalCheckFailed"}]})")});
  const auto result = call({.service = Service::dynamodb, .operation = "TransactWriteItems"});
  ASSERT_TRUE(result);
  ASSERT_TRUE(result->refusal);
  EXPECT_EQ(result->refusal->code, "TransactionCanceledException");
  EXPECT_EQ(result->refusal->message, "No.");
  EXPECT_NE(result->body.find("CancellationReasons"), std::string::npos);
  EXPECT_EQ(http.count(), 1U);
}

TEST_F(ClientTest, WhatIsOursToRepairIsNotTriedAgain) {
  http.answers({json_error(400, "com.amazonaws.sqs#QueueDoesNotExist")});
  const auto result = call(receive());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::misconfigured);
  EXPECT_EQ(result.error().message, "SQS does not have the queue https://q/jobs. Check its name, the region and the account.");
  EXPECT_EQ(http.count(), 1U);
}

TEST_F(ClientTest, AnswersOfManyCallsComeInTheirOrder) {
  http.answers({answered(200, "1"), json_error(400, "AccessDenied"), answered(200, "3")});
  const auto client = make_client();
  const auto results = client->call_all({receive(), receive(), receive()});
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0]->body, "1");
  EXPECT_FALSE(results[1]);
  EXPECT_EQ(results[2]->body, "3");
  EXPECT_TRUE(client->call_all({}).empty());
}

TEST_F(ClientTest, ManyCallsAreUnderWayAtOnce) {
  http.hold();
  const auto client = make_client();
  auto ended = std::async(std::launch::async, [&] { return client->call_all(std::vector<Call>(20, receive())); });
  EXPECT_TRUE(http.has_been_asked(20));
  http.release();
  EXPECT_EQ(ended.get().size(), 20U);
}

TEST_F(ClientTest, ManyThreadsMayCall) {
  const auto client = make_client();
  std::vector<std::future<int>> threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(std::async(std::launch::async, [&] {
      int good = 0;
      for (int each = 0; each < 100; ++each) { good += client->call(receive()) ? 1 : 0; }
      return good;
    }));
  }
  for (auto& thread : threads) { EXPECT_EQ(thread.get(), 100); }
  EXPECT_EQ(http.count(), 400U);
}

TEST_F(ClientTest, EndsOnlyWhenEveryCallHas) {
  http.hold();
  std::atomic<int> ended = 0;
  auto client = make_client();
  for (int i = 0; i < 5; ++i) {
    client->send(receive(), [&ended](const Result<Answer>&) { ++ended; });
  }
  ASSERT_TRUE(http.has_been_asked(5));
  auto destroyed = std::async(std::launch::async, [&] { client.reset(); });
  EXPECT_EQ(ended, 0);
  http.release();
  destroyed.get();
  EXPECT_EQ(ended, 5);
}

TEST_F(ClientTest, AtItsEndPausesAreCutShort) {
  http.answers({unreachable_error()});
  std::optional<Result<Answer>> ended;
  auto client = make_client();
  client->send(receive(), [&ended](Result<Answer> result) { ended.emplace(std::move(result)); });
  ASSERT_TRUE(http.has_been_asked(1));
  client.reset();  // the clock stands: nothing would ever be due
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->error().code, ErrorCode::unavailable);
  EXPECT_EQ(http.count(), 3U);
}

TEST_F(ClientTest, CountsHowCallsEnd) {
  http.answers({answered(200, "{}"), json_error(400, "ReceiptHandleIsInvalid"), json_error(400, "AccessDenied")});
  const auto client = make_client();
  for (int i = 0; i < 3; ++i) { (void)client->call(receive()); }
  const std::string name = "bizcomms_aws_requests_total";
  EXPECT_EQ(count_of(name, {{"outcome", "ok"}}), 1);
  EXPECT_EQ(count_of(name, {{"outcome", "refused"}}), 1);
  EXPECT_EQ(count_of(name, {{"outcome", "misconfigured"}}), 1);
  EXPECT_NE(metrics.text().find(R"(bizcomms_aws_request_seconds_count{operation="ReceiveMessage",service="sqs"} 3)"), std::string::npos);
}

TEST_F(ClientTest, NoSecretIsLogged) {
  http.answers({json_error(400, "ExpiredToken", "wJalrXUtnFEMI"), lost_error(), json_error(403, "RequestExpired", "wJalrXUtnFEMI"),
                json_error(403, "SignatureDoesNotMatch", "wJalrXUtnFEMI")});
  const auto result = call(receive());
  ASSERT_FALSE(result);
  EXPECT_FALSE(heard.text().empty());
  EXPECT_EQ((heard.text() + result.error().message + result.error().cause).find("wJalrXUtnFEMI"), std::string::npos);
}

TEST_F(ClientTest, ACallThatWaitsForAnAccessKeyHoldsNobodyUp) {
  http.answers({answered(200, "first"), answered(200, "second")});
  http.hold();
  const auto client = make_client();
  auto first = begin(*client, receive());
  ASSERT_TRUE(http.has_been_asked(1));
  keys.be_slow();
  auto second = begin(*client, receive());
  auto third = begin(*client, receive());
  keys.wait_for_who_waits();
  http.release();
  EXPECT_EQ(first.get()->body, "first");
  EXPECT_EQ(http.count(), 1U);
  keys.arrive();
  EXPECT_EQ(second.get()->body, "second");
  EXPECT_TRUE(third.get());
}

}  // namespace
}  // namespace bizcomms::aws

#include "aws/ending.hpp"

#include <gtest/gtest.h>

#include "aws/retry.hpp"
#include "unit/aws/scripted_client.hpp"

namespace bizcomms::aws {
namespace {

Meaning json_meaning(int status, const std::string& type, const std::string& message = "") {
  return ending_of(Protocol::json, json_error(status, type, message)).meaning;
}

TEST(Ending, ReadsTheCodeOutOfItsNamespace) {
  const auto ending = ending_of(
      Protocol::json, json_error(400, "com.amazonaws.sqs#QueueDoesNotExist:http://x.example/", "No queue.", {{"x-amzn-requestid", "r-7"}}));
  EXPECT_EQ(ending.code, "QueueDoesNotExist");
  EXPECT_EQ(ending.message, "No queue.");
  EXPECT_EQ(ending.status, 400);
  EXPECT_EQ(ending.request_id, "r-7");
  EXPECT_EQ(ending.meaning, Meaning::absent);
}

TEST(Ending, ReadsAMessageWithACapitalToo) {
  const auto ending = ending_of(Protocol::json, answered(400, R"({"__type":"ValidationException","Message":"One."})"));
  EXPECT_EQ(ending.code, "ValidationException");
  EXPECT_EQ(ending.message, "One.");
  EXPECT_EQ(ending.meaning, Meaning::refused);
}

TEST(Ending, ReadsQueryErrors) {
  const auto ending = ending_of(Protocol::query, query_error(404, "NotFound", "Topic does not exist"));
  EXPECT_EQ(ending.code, "NotFound");
  EXPECT_EQ(ending.message, "Topic does not exist");
  EXPECT_EQ(ending.meaning, Meaning::absent);
}

TEST(Ending, ThrottlingIsBusyAlsoWhereTheStatusIs400) {
  for (const char* code : {"ThrottlingException", "Throttling", "RequestThrottled", "KmsThrottled", "KMSThrottlingException",
                           "ProvisionedThroughputExceededException", "RequestLimitExceeded", "TransactionConflictException",
                           "ReplicatedWriteConflictException", "TooManyRequestsException", "SlowDown", "TransactionInProgressException"}) {
    EXPECT_EQ(json_meaning(400, code), Meaning::busy) << code;
  }
  EXPECT_EQ(ending_of(Protocol::query, query_error(429, "Throttled")).meaning, Meaning::busy);
  EXPECT_EQ(ending_of(Protocol::query, answered(429, "slow down")).meaning, Meaning::busy);
  EXPECT_EQ(json_meaning(503, "ThrottlingException"), Meaning::busy);
}

TEST(Ending, ServerErrorsAreTroubleWhateverTheyHold) {
  EXPECT_EQ(json_meaning(500, "InternalServerError"), Meaning::trouble);
  EXPECT_EQ(json_meaning(500, "NobodyKnows"), Meaning::trouble);
  EXPECT_EQ(json_meaning(400, "RequestTimeout"), Meaning::trouble);
  EXPECT_EQ(ending_of(Protocol::json, answered(502, "<html>Bad gateway</html>")).meaning, Meaning::trouble);
  EXPECT_EQ(ending_of(Protocol::query, answered(503, "")).meaning, Meaning::trouble);
  EXPECT_EQ(ending_of(Protocol::query, answered(504, "{}")).meaning, Meaning::trouble);
  EXPECT_EQ(ending_of(Protocol::query, query_error(500, "InternalError")).meaning, Meaning::trouble);
}

TEST(Ending, TheCallerJudgesWhatIsAResult) {
  for (const char* code : {"ConditionalCheckFailedException", "TransactionCanceledException", "IdempotentParameterMismatchException",
                           "ReceiptHandleIsInvalid", "OverLimit", "InvalidParameter"}) {
    EXPECT_EQ(json_meaning(400, code), Meaning::refused) << code;
  }
  const auto too_large = ending_of(Protocol::json, answered(413, ""));
  EXPECT_EQ(too_large.meaning, Meaning::refused);
  EXPECT_EQ(too_large.code, "413");
}

TEST(Ending, ASignatureMayBeWrongBecauseOfTheClock) {
  EXPECT_EQ(json_meaning(403, "InvalidSignatureException", "Signature expired: 20260115T120000Z is now earlier than"), Meaning::clock_off);
  EXPECT_EQ(json_meaning(403, "InvalidSignatureException", "Signature not yet current: 20260115T120000Z"), Meaning::clock_off);
  EXPECT_EQ(json_meaning(403, "InvalidSignatureException", "The request signature we calculated does not match"), Meaning::signature);
  EXPECT_EQ(ending_of(Protocol::query, query_error(403, "SignatureDoesNotMatch", "Signature expired: …")).meaning, Meaning::clock_off);
  EXPECT_EQ(json_meaning(403, "RequestTimeTooSkewed"), Meaning::clock_off);
}

TEST(Ending, WhatIsOursToRepair) {
  EXPECT_EQ(json_meaning(400, "com.amazon.coral.service#ExpiredTokenException"), Meaning::key_refused);
  EXPECT_EQ(json_meaning(400, "UnrecognizedClientException"), Meaning::key_refused);
  EXPECT_EQ(json_meaning(400, "AccessDeniedException"), Meaning::denied);
  EXPECT_EQ(ending_of(Protocol::query, query_error(403, "AuthorizationError")).meaning, Meaning::denied);
  EXPECT_EQ(json_meaning(400, "ResourceNotFoundException"), Meaning::absent);
  EXPECT_EQ(json_meaning(400, "KmsAccessDenied"), Meaning::encryption);
  EXPECT_EQ(ending_of(Protocol::query, query_error(400, "KMSDisabled")).meaning, Meaning::encryption);
  EXPECT_EQ(json_meaning(403, "InvalidSecurity"), Meaning::insecure);
}

TEST(Ending, AnAnswerWithoutACodeIsNotFromAws) {
  for (const char* body : {"", "<html>Not found</html>", "{", "[]", "null", R"({"__type":7})", R"({"message":"x"})", "<a/>"}) {
    EXPECT_EQ(ending_of(Protocol::json, answered(404, body)).meaning, Meaning::foreign) << body;
    EXPECT_EQ(ending_of(Protocol::query, answered(302, body)).meaning, Meaning::foreign) << body;
  }
  EXPECT_EQ(ending_of(Protocol::json, Error{.code = ErrorCode::invalid, .message = "The URL cannot be used."}).meaning, Meaning::foreign);
}

TEST(Ending, NoAnswerIsLostOrWasNeverAsked) {
  EXPECT_EQ(ending_of(Protocol::json, lost_error()).meaning, Meaning::lost);
  EXPECT_EQ(ending_of(Protocol::json, unreachable_error()).meaning, Meaning::unreachable);
}

TEST(Ending, HostileTextsAreCut) {
  const auto ending = ending_of(Protocol::json, json_error(400, std::string(5000, 'c'), std::string(5000, 'm')));
  EXPECT_EQ(ending.code.size(), 100U);
  EXPECT_EQ(ending.message.size(), 1000U);
}

std::string sentence(const Call& call, const Result<http::ClientResponse>& answer) {
  return error_of(call, ending_of(facts_of(call.service).protocol, answer)).message;
}

TEST(EndingError, NamesTheServiceWhatItIsAboutAndWhatToDo) {
  const Call receive{.service = Service::sqs, .operation = "ReceiveMessage", .body = R"({"QueueUrl":"https://sqs.example/1/jobs"})"};
  EXPECT_EQ(sentence(receive, json_error(400, "QueueDoesNotExist")),
            "SQS does not have the queue https://sqs.example/1/jobs. Check its name, the region and the account.");
  EXPECT_EQ(sentence(receive, json_error(400, "AccessDeniedException")),
            "SQS denies us ReceiveMessage on the queue https://sqs.example/1/jobs. Allow our user or role sqs:ReceiveMessage.");
  EXPECT_EQ(sentence(receive, answered(404, "nginx")),
            "SQS answered 404 without an error code of AWS's. Check AWS_ENDPOINT_URL_SQS and any proxy on the way.");
  EXPECT_EQ(sentence(receive, unreachable_error()), "SQS could not be asked. sqs.eu-west-1.amazonaws.com cannot be reached.");
  const Call publish{.service = Service::sns, .operation = "Publish", .body = "Message=x&TopicArn=arn%3Aaws%3Asns%3Aevents"};
  EXPECT_EQ(sentence(publish, query_error(404, "NotFound")),
            "SNS does not have the topic arn:aws:sns:events. Check its name, the region and the account.");
}

TEST(EndingError, NamesTheActionThatIamKnows) {
  const auto action = [](Service service, const std::string& operation) {
    const std::string told = sentence({.service = service, .operation = operation}, json_error(400, "AccessDeniedException"));
    const std::string before = "Allow our user or role ";
    return told.substr(told.find(before) + before.size());
  };
  EXPECT_EQ(action(Service::sqs, "ReceiveMessage"), "sqs:ReceiveMessage.");
  EXPECT_EQ(action(Service::sqs, "SendMessageBatch"), "sqs:SendMessage.");
  EXPECT_EQ(action(Service::sqs, "DeleteMessageBatch"), "sqs:DeleteMessage.");
  EXPECT_EQ(action(Service::sqs, "ChangeMessageVisibilityBatch"), "sqs:ChangeMessageVisibility.");
  EXPECT_EQ(action(Service::dynamodb, "TransactWriteItems"), "dynamodb:PutItem.");
  EXPECT_EQ(action(Service::dynamodb, "Query"), "dynamodb:Query.");
  const std::string publish =
      error_of({.service = Service::sns, .operation = "PublishBatch"}, ending_of(Protocol::query, query_error(403, "AuthorizationError")))
          .message;
  EXPECT_TRUE(publish.ends_with("Allow our user or role sns:Publish.")) << publish;
}

TEST(EndingError, NamesATableWhereverItStands) {
  for (const char* body :
       {R"({"TableName":"alerts"})", R"({"RequestItems":{"alerts":[{"PutRequest":{}}]}})",
        R"({"ClientRequestToken":"t","TransactItems":[{"Put":{"Item":{"a":{"M":{"b":{"L":[]}}}},"TableName":"alerts"}}]})"}) {
    const Call call{.service = Service::dynamodb, .operation = "Write", .body = body};
    EXPECT_EQ(sentence(call, json_error(400, "ResourceNotFoundException")),
              "DynamoDB does not have the table alerts. Check its name, the region and the account.");
  }
  for (const char* body : {"", "no json", "[]", R"({"TransactItems":[{}]})", R"({"TransactItems":7})", R"({"TableName":7})"}) {
    const Call call{.service = Service::dynamodb, .operation = "Write", .body = body};
    EXPECT_EQ(sentence(call, json_error(400, "ResourceNotFoundException")),
              "DynamoDB does not have the table. Check its name, the region and the account.");
  }
}

TEST(EndingError, TheCodeSaysWhatTheCallerCanDo) {
  Call call{.service = Service::sqs, .operation = "SendMessage"};
  const auto code_of_ending = [&call](Meaning meaning) { return error_of(call, {.meaning = meaning}).code; };
  EXPECT_EQ(code_of_ending(Meaning::busy), ErrorCode::unavailable);
  EXPECT_EQ(code_of_ending(Meaning::trouble), ErrorCode::unavailable);
  EXPECT_EQ(code_of_ending(Meaning::lost), ErrorCode::unavailable);
  call.repeatable = false;
  EXPECT_EQ(code_of_ending(Meaning::busy), ErrorCode::unavailable);
  EXPECT_EQ(code_of_ending(Meaning::unreachable), ErrorCode::unavailable);
  EXPECT_EQ(code_of_ending(Meaning::trouble), ErrorCode::outcome_unknown);
  EXPECT_EQ(code_of_ending(Meaning::lost), ErrorCode::outcome_unknown);
  for (const Meaning meaning : {Meaning::clock_off, Meaning::key_refused, Meaning::denied, Meaning::absent, Meaning::encryption,
                                Meaning::signature, Meaning::insecure, Meaning::foreign}) {
    EXPECT_EQ(code_of_ending(meaning), ErrorCode::misconfigured);
  }
}

// It quotes the request, with its session token.
TEST(EndingError, NothingThatASignatureErrorSaysGetsOut) {
  const Call call{.service = Service::sqs, .operation = "SendMessage"};
  for (const char* code : {"InvalidSignatureException", "IncompleteSignature", "UnrecognizedClientException", "RequestExpired"}) {
    const Error error = error_of(call, ending_of(Protocol::json, json_error(403, code, "x-amz-security-token:SESSION")));
    EXPECT_EQ((error.message + error.cause).find("SESSION"), std::string::npos) << code;
    EXPECT_NE(error.cause.find(code), std::string::npos);
  }
  const Error denied =
      error_of(call, ending_of(Protocol::json, json_error(400, "AccessDenied", "user/x may not", {{"x-amzn-RequestId", "r"}})));
  EXPECT_EQ(denied.cause, "SendMessage: 400 AccessDenied user/x may not (request r)");
}

TEST(RetrySteps, FollowFromTheMeaning) {
  const Tries first{.made = 1};
  EXPECT_EQ(step_after(Meaning::busy, false, first, 3), Step::again_later);
  EXPECT_EQ(step_after(Meaning::unreachable, false, first, 3), Step::again_later);
  EXPECT_EQ(step_after(Meaning::trouble, true, first, 3), Step::again_later);
  EXPECT_EQ(step_after(Meaning::lost, true, first, 3), Step::again_later);
  EXPECT_EQ(step_after(Meaning::trouble, false, first, 3), Step::finish);
  EXPECT_EQ(step_after(Meaning::lost, false, first, 3), Step::finish);
  EXPECT_EQ(step_after(Meaning::busy, true, {.made = 3}, 3), Step::finish);
  EXPECT_EQ(step_after(Meaning::busy, true, first, 1), Step::finish);
  for (const Meaning meaning : {Meaning::done, Meaning::refused, Meaning::denied, Meaning::absent, Meaning::encryption, Meaning::signature,
                                Meaning::insecure, Meaning::foreign}) {
    EXPECT_EQ(step_after(meaning, true, first, 3), Step::finish);
  }
}

TEST(RetrySteps, ACorrectionComesOnceAndEvenAfterTheLastAttempt) {
  EXPECT_EQ(step_after(Meaning::clock_off, false, {.made = 3}, 3), Step::again_with_date);
  EXPECT_EQ(step_after(Meaning::clock_off, false, {.made = 1, .date_corrected = true}, 3), Step::finish);
  EXPECT_EQ(step_after(Meaning::key_refused, false, {.made = 3, .date_corrected = true}, 3), Step::again_with_key);
  EXPECT_EQ(step_after(Meaning::key_refused, false, {.made = 1, .key_renewed = true}, 3), Step::finish);
}

TEST(RetryTokens, AreABudget) {
  RetryTokens tokens(12);
  EXPECT_EQ(retry_cost(Meaning::busy), 5);
  EXPECT_EQ(retry_cost(Meaning::lost), 10);
  EXPECT_TRUE(tokens.take(10));
  EXPECT_FALSE(tokens.take(5));
  EXPECT_EQ(tokens.left(), 2);
  tokens.give_back(4);
  EXPECT_TRUE(tokens.take(5));
  tokens.give_back(100);
  EXPECT_EQ(tokens.left(), 12);
}

}  // namespace
}  // namespace bizcomms::aws

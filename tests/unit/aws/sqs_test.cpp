#include "aws/sqs.hpp"

#include <gtest/gtest.h>

#include "aws/batches.hpp"
#include "bizcomms/http/message.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::aws {
namespace {

using std::chrono::seconds;

const std::string k_queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/bizcomms-urgent";
const std::vector<OutgoingMessage> k_two{{.body = R"({"a":1})", .attributes = {{"lane", "urgent"}, {"kind", "1"}}},
                                         {.body = "b", .delay = seconds{900}}};
const Call k_sqs{.service = Service::sqs};
const Call k_sns{.service = Service::sns};

TEST(Sqs, SendsABatch) {
  const Call call = send_batch(k_queue, k_two);
  EXPECT_EQ(call.service, Service::sqs);
  EXPECT_EQ(call.operation, "SendMessageBatch");
  EXPECT_EQ(call.body, R"({"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/123456789012/bizcomms-urgent","Entries":[)"
                       R"({"Id":"0","MessageBody":"{\"a\":1}","MessageAttributes":{"lane":{"DataType":"String","StringValue":"urgent"},)"
                       R"("kind":{"DataType":"String","StringValue":"1"}}},{"Id":"1","MessageBody":"b","DelaySeconds":900}]})");
}

TEST(Sqs, PublishesABatch) {
  const Call call = publish_batch("arn:aws:sns:eu-west-1:123456789012:bizcomms", std::span(k_two).first(1));
  EXPECT_EQ(call.service, Service::sns);
  EXPECT_EQ(call.operation, "PublishBatch");
  const std::string entry = "PublishBatchRequestEntries.member.1.";
  EXPECT_EQ(*http::parse_form(call.body), (http::Parameters{{"TopicArn", "arn:aws:sns:eu-west-1:123456789012:bizcomms"},
                                                            {entry + "Id", "0"},
                                                            {entry + "Message", R"({"a":1})"},
                                                            {entry + "MessageAttributes.entry.1.Name", "lane"},
                                                            {entry + "MessageAttributes.entry.1.Value.DataType", "String"},
                                                            {entry + "MessageAttributes.entry.1.Value.StringValue", "urgent"},
                                                            {entry + "MessageAttributes.entry.2.Name", "kind"},
                                                            {entry + "MessageAttributes.entry.2.Value.DataType", "String"},
                                                            {entry + "MessageAttributes.entry.2.Value.StringValue", "1"}}));
}

TEST(Sqs, GivesALongPollTimeForItsAnswer) {
  const Call call = receive_call(k_queue, 7, seconds{20}, seconds{30});
  EXPECT_EQ(call.timeout, Millis{seconds{30}});
  const auto body = json::Document::parse(call.body);
  EXPECT_EQ(body->root()["MaxNumberOfMessages"].as_int(), 7);
  EXPECT_EQ(body->root()["WaitTimeSeconds"].as_int(), 20);
  EXPECT_EQ(body->root()["VisibilityTimeout"].as_int(), 30);
  EXPECT_EQ(body->root()["MessageSystemAttributeNames"].elements().at(0).as_string(), "All");
}

TEST(Sqs, ReadsWhatBecameOfEachEntry) {
  const std::string body = R"({"Successful":[{"Id":"2"}],"Failed":[
    {"Id":"0","SenderFault":true,"Code":"ReceiptHandleIsInvalid"},{"Id":"1","SenderFault":false,"Code":"InternalError"},
    {"Id":"3","SenderFault":true,"Code":"RequestThrottled"},{"Id":"4","SenderFault":"true","Code":"X"},{"Id":"99"},{"Id":"x"}]})";
  using enum EntryAnswer;
  EXPECT_EQ(entries_of(k_sqs, body, 6), (std::vector{refused, failed, taken, failed, refused, failed}));
}

TEST(Sqs, ReadsWhatBecameOfEachPublishedEntry) {
  const std::string body =
      R"(<?xml version="1.0"?><PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
    <Successful><member><Id>1</Id><MessageId>m</MessageId></member></Successful>
    <Failed><member><Id>0</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>
    <member><Id>2</Id><Code>InvalidParameter</Code><Message>No.</Message><SenderFault>true</SenderFault></member></Failed>
    </PublishBatchResult></PublishBatchResponse>)";
  using enum EntryAnswer;
  EXPECT_EQ(entries_of(k_sns, body, 4), (std::vector{failed, taken, refused, failed}));
}

TEST(Sqs, AnAnswerThatCannotBeReadHasTakenNothing) {
  for (const char* body :
       {"", "{", "[]", "null", "<a", "<a/>", R"({"Successful":7,"Failed":{"Id":"0"}})", R"({"Successful":[{"Id":0}]})"}) {
    EXPECT_EQ(entries_of(k_sqs, body, 1), std::vector{EntryAnswer::failed}) << body;
    EXPECT_EQ(entries_of(k_sns, body, 1), std::vector{EntryAnswer::failed}) << body;
  }
}

TEST(Sqs, ReadsMessages) {
  const auto messages = messages_in(R"({"Messages":[{"MessageId":"m","ReceiptHandle":"h","Body":"{\"k\":1}",
    "MD5OfBody":"e59138f35192e320088b83d28388d6bb","Attributes":{"ApproximateReceiveCount":"3","SentTimestamp":"1767225600123"},
    "MessageAttributes":{"reason":{"DataType":"String","StringValue":"It broke."},"blob":{"DataType":"Binary","BinaryValue":"AQI="}}},
    {"MessageId":"n","ReceiptHandle":"i","Body":"x","MD5OfBody":"e59138f35192e320088b83d28388d6bb","Attributes":{"ApproximateReceiveCount":"?"}},
    {"MessageId":"o","Body":"x"},7]})");
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ(messages->at(0).id, "m");
  EXPECT_EQ(messages->at(0).handle, "h");
  EXPECT_EQ(messages->at(0).body, R"({"k":1})");
  EXPECT_FALSE(messages->at(0).damaged);
  EXPECT_EQ(messages->at(0).receives, 3);
  EXPECT_EQ(messages->at(0).sent_at, Time{Millis{1767225600123}});
  EXPECT_EQ(messages->at(0).attributes, (std::map<std::string, std::string>{{"reason", "It broke."}}));
  EXPECT_TRUE(messages->at(1).damaged);
  EXPECT_EQ(messages->at(1).receives, 1);
  EXPECT_FALSE(messages->at(1).sent_at);
}

TEST(Sqs, AnEmptyQueueAnswersAnEmptyObjectAndNothingElse) {
  EXPECT_TRUE(messages_in("{}")->empty());
  for (const char* body : {"", "{", "[]", "<html>"}) {
    EXPECT_EQ(messages_in(body).error().code, ErrorCode::unavailable) << body;
    EXPECT_EQ(attributes_in(body).error().code, ErrorCode::unavailable) << body;
  }
}

TEST(Sqs, SaysWhatARefusalMeans) {
  EXPECT_EQ(error_of(k_sqs, Refusal{.code = "OverLimit"}).code, ErrorCode::unavailable);
  EXPECT_EQ(error_of(k_sns, Refusal{.code = "InvalidParameter", .message = "No."}).code, ErrorCode::internal);
}

TEST(Batches, HoldTenEntriesAndAQuarterOfAMebibyte) {
  const std::vector<std::size_t> small(25, 100);
  const std::vector<std::size_t> places{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 24};
  const auto tens = groups_of(places, small);
  ASSERT_EQ(tens.size(), 2U);
  EXPECT_EQ(tens[0].size(), 10U);
  EXPECT_EQ(tens[1], (std::vector<std::size_t>{10, 24}));
  const std::vector<std::size_t> large{200'000, 62'144, 1, 300'000, 1};
  EXPECT_EQ(groups_of(std::vector<std::size_t>{0, 1, 2, 3, 4}, large), (std::vector<std::vector<std::size_t>>{{0, 1}, {2}, {3}, {4}}));
  EXPECT_TRUE(groups_of({}, {}).empty());
}

}  // namespace
}  // namespace bizcomms::aws

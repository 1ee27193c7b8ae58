#include "bizcomms/aws/queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "aws/event_json.hpp"
#include "unit/aws/scripted_sqs.hpp"

namespace bizcomms::aws {
namespace {

using alert::Lane;
using alert::Message;
using namespace std::chrono_literals;

const std::string k_standard = "https://sqs/standard", k_urgent = "https://sqs/urgent", k_letters = "https://sqs/letters";

struct SqsQueueTest : testing::Test {
  ManualClock clock;
  Metrics metrics;
  ScriptedSqs sqs;
  std::vector<std::string> lines;
  Log log{{}, [this](std::string_view line) { lines.emplace_back(line); }};
  FixedCredentials credentials{{.id = "AKIA", .secret = Secret("secret")}};
  Client client{{.region = "eu-west-1", .endpoints = {{Service::sqs, "http://sqs/"}, {Service::sns, "http://sns/"}}, .attempts_max = 1},
                credentials,
                sqs,
                clock,
                Log::silent(),
                metrics};
  SqsSettings settings{.standard = {k_standard, k_letters}, .urgent = {k_urgent, k_letters}, .letters_poll = 0s};
  std::unique_ptr<SqsQueue> queue = made();

  std::unique_ptr<SqsQueue> made() { return std::make_unique<SqsQueue>(settings, client, clock, log, metrics); }
  void with_topic() {
    settings.topic_arn = "arn:aws:sns:eu-west-1:123456789012:bizcomms";
    queue = made();
  }

  GivenOut given(const std::string& number, int receives = 1) const {
    return {
        .id = "id-" + number, .handle = "handle-" + number, .body = to_json(sample_event()), .receives = receives, .sent_at = clock.now()};
  }
  std::vector<Message> receive(const std::vector<GivenOut>& messages, int max = 10) {
    sqs.answer("ReceiveMessage", {given_out(messages), "200 {}"});
    auto received = queue->receive(Lane::standard, max, 0ms, {});
    EXPECT_TRUE(received);
    return received ? *received : std::vector<Message>{};
  }
  Message receive_one(int receives = 1) { return receive({given("1", receives)}).at(0); }
  static std::string failed(const std::string& id, const std::string& code, bool at_fault) {
    return fmt::format(R"(200 {{"Failed":[{{"Id":"{}","Code":"{}","SenderFault":{}}}]}})", id, code, at_fault);
  }
  bool logged(const std::string& what) const {
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.find(what) != std::string::npos; });
  }
};

TEST_F(SqsQueueTest, PublishesToTheTopicInTensWithTheLaneAsAttribute) {
  with_topic();
  const auto taken = [](int count) {
    std::string members;
    for (int i = 0; i < count; ++i) { members += fmt::format("<member><Id>{}</Id></member>", i); }
    return fmt::format(
        "200 <PublishBatchResponse><PublishBatchResult><Successful>{}</Successful></PublishBatchResult></PublishBatchResponse>", members);
  };
  sqs.answer("PublishBatch", {taken(10), taken(2)});
  std::vector<alert::Event> events(11, sample_event());
  events.push_back(sample_event(Lane::urgent));
  EXPECT_EQ(*queue->publish(events), std::vector<bool>(12, true));
  ASSERT_EQ(sqs.asked("PublishBatch").size(), 2U);
  const auto form = *http::parse_form(sqs.asked("PublishBatch").front());
  const std::string first = "PublishBatchRequestEntries.member.1.";
  EXPECT_EQ(http::find(form, first + "Message"), to_json(sample_event(Lane::urgent))) << "what is urgent goes first";
  EXPECT_EQ(http::find(form, first + "MessageAttributes.entry.1.Name"), "lane");
  EXPECT_EQ(http::find(form, first + "MessageAttributes.entry.1.Value.StringValue"), "urgent");
  EXPECT_EQ(http::find(form, first + "MessageAttributes.entry.3.Value.StringValue"), sample_event().trace);
}

TEST_F(SqsQueueTest, WithoutATopicEventsGoToTheirLanes) {
  const std::vector events{sample_event(Lane::urgent, 1), sample_event(Lane::standard, 2), sample_event(Lane::urgent, 3)};
  EXPECT_EQ(*queue->publish(events), std::vector<bool>(3, true));
  ASSERT_EQ(sqs.asked("SendMessageBatch").size(), 2U);
  const auto first = json::Document::parse(sqs.asked("SendMessageBatch").front());
  EXPECT_EQ(first->root()["QueueUrl"].as_string(), k_urgent) << "what is urgent goes first";
  EXPECT_EQ(first->root()["Entries"].elements().at(1)["MessageBody"].as_string(), to_json(events[2]));
}

TEST_F(SqsQueueTest, TriesAgainWhatFailedByNoFaultOfItsOwn) {
  sqs.answer("SendMessageBatch", {R"(200 {"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","SenderFault":false,"Code":"InternalError"},)"
                                  R"({"Id":"2","SenderFault":true,"Code":"InvalidMessageContents"}]})",
                                  R"(200 {"Successful":[{"Id":"0"}]})"});
  const std::vector events{sample_event(Lane::standard, 1), sample_event(Lane::standard, 2), sample_event(Lane::standard, 3)};
  EXPECT_EQ(*queue->publish(events), (std::vector{true, true, false}));
  ASSERT_EQ(sqs.asked("SendMessageBatch").size(), 2U);
  const auto again = sqs.last("SendMessageBatch")["Entries"].elements();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0]["MessageBody"].as_string(), to_json(events[1]));
}

TEST_F(SqsQueueTest, TellsTheLogWhySomeEventsWereNotPublished) {
  sqs.answer("SendMessageBatch",
             {R"(200 {"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","SenderFault":true,"Code":"InvalidMessageContents",)"
              R"("Message":"Not allowed: #x0."}]})"});
  const std::vector events{sample_event(Lane::standard, 1), sample_event(Lane::standard, 2)};
  EXPECT_EQ(*queue->publish(events), (std::vector{true, false}));
  EXPECT_TRUE(logged("some events were not published"));
  EXPECT_TRUE(logged("InvalidMessageContents: Not allowed: #x0."));
}

TEST_F(SqsQueueTest, TellsTheLogWhyALaneFailedWhileTheOtherDidNot) {
  sqs.answer("SendMessageBatch",
             {R"(200 {"Successful":[{"Id":"0"}]})", R"(200 {"Failed":[{"Id":"0","SenderFault":false,"Code":"Busy","Message":"m"}]})"});
  const std::vector events{sample_event(Lane::standard), sample_event(Lane::urgent)};
  EXPECT_EQ(*queue->publish(events), (std::vector{false, true}));
  EXPECT_TRUE(logged("SQS failed with some of the messages of a SendMessageBatch."));
  EXPECT_TRUE(logged("Busy: m"));
}

TEST_F(SqsQueueTest, GivesUpOnWhatFailsAgainAndAgain) {
  sqs.answer("SendMessageBatch", {failed("0", "InternalError", false)});
  const std::vector events{sample_event()};
  EXPECT_EQ(queue->publish(events).error().code, ErrorCode::unavailable);
  EXPECT_EQ(sqs.asked("SendMessageBatch").size(), 3U);
}

TEST_F(SqsQueueTest, ReceivesInTensUntilThereIsNoMore) {
  std::vector<GivenOut> ten, two;
  for (int i = 0; i < 12; ++i) { (i < 10 ? ten : two).push_back(given(std::to_string(i))); }
  sqs.answer("ReceiveMessage", {given_out(ten), given_out(two)});
  const auto received = queue->receive(Lane::standard, 25, 1s, {});
  ASSERT_EQ(received->size(), 12U);
  ASSERT_EQ(sqs.asked("ReceiveMessage").size(), 2U);
  EXPECT_EQ(json::Document::parse(sqs.asked("ReceiveMessage")[0])->root()["WaitTimeSeconds"].as_int(), 1);
  EXPECT_EQ(sqs.last("ReceiveMessage")["WaitTimeSeconds"].as_int(), 0);
  EXPECT_EQ(sqs.last("ReceiveMessage")["VisibilityTimeout"].as_int(), 30);
}

TEST_F(SqsQueueTest, WhatWasReceivedIsHandedOutThoughTheNextRequestFails) {
  const std::vector<GivenOut> ten = [&] {
    std::vector<GivenOut> messages;
    for (int i = 0; i < 10; ++i) { messages.push_back(given(std::to_string(i))); }
    return messages;
  }();
  sqs.answer("ReceiveMessage", {given_out(ten), "403 {\"__type\":\"com.amazonaws.sqs#OverLimit\"}"});
  EXPECT_EQ(queue->receive(Lane::standard, 20, 0ms, {})->size(), 10U);
  EXPECT_FALSE(queue->receive(Lane::standard, 20, 0ms, {}));
}

TEST_F(SqsQueueTest, AStopEndsAWait) {
  std::stop_source stop;
  std::jthread stopping([&] {
    while (sqs.asked("ReceiveMessage").empty()) { std::this_thread::yield(); }
    stop.request_stop();
  });
  EXPECT_TRUE(queue->receive(Lane::standard, 1, 1h, stop.get_token())->empty());
}

TEST_F(SqsQueueTest, WhatCannotBeReadIsLeftToComeAgain) {
  GivenOut garbage = given("1");
  garbage.body = "garbage";
  GivenOut damaged = given("2");
  damaged.digest = "e59138f35192e320088b83d28388d6bb";
  EXPECT_EQ(receive({garbage, damaged, given("3")}).size(), 1U);
  for (const char* operation : {"DeleteMessageBatch", "ChangeMessageVisibilityBatch", "SendMessageBatch"}) {
    EXPECT_TRUE(sqs.asked(operation).empty()) << operation;
  }
  EXPECT_EQ(metrics.counter("bizcomms_sqs_unreadable_total", "").value(), 2);
  EXPECT_TRUE(logged("cannot be read"));
  EXPECT_FALSE(logged("garbage"));
}

TEST_F(SqsQueueTest, WhatCannotBeReadAtItsLastReceiveBecomesADeadLetterAsItIs) {
  GivenOut garbage = given("1", 3);
  garbage.body = "garbage";
  EXPECT_TRUE(receive({garbage}).empty());
  const auto letter = sqs.last("SendMessageBatch");
  EXPECT_EQ(letter["QueueUrl"].as_string(), k_letters);
  EXPECT_EQ(letter["Entries"].elements().at(0)["MessageBody"].as_string(), "garbage");
  const auto attributes = letter["Entries"].elements().at(0)["MessageAttributes"];
  EXPECT_TRUE(attributes["reason"]["StringValue"].as_string()->starts_with("The body is not an event"));
  EXPECT_EQ(attributes["receives"]["StringValue"].as_string(), "3");
  EXPECT_EQ(sqs.last("DeleteMessageBatch")["Entries"].elements().at(0)["ReceiptHandle"].as_string(), "handle-1");
}

TEST_F(SqsQueueTest, WhatWasReceivedTooOftenBecomesADeadLetterAndOthersComeInItsPlace) {
  sqs.answer("ReceiveMessage", {given_out({given("1", 4)}), given_out({given("2")})});
  const auto received = queue->receive(Lane::standard, 1, 0ms, {});
  ASSERT_EQ(received->size(), 1U);
  EXPECT_EQ(received->at(0).receipt, "handle-2");
  EXPECT_EQ(sqs.last("SendMessageBatch")["QueueUrl"].as_string(), k_letters);
}

TEST_F(SqsQueueTest, WhatIsOlderThanTheRetentionIsDropped) {
  GivenOut old = given("1");
  old.sent_at -= 15 * 24h;
  EXPECT_TRUE(receive({old}).empty());
  EXPECT_EQ(sqs.asked("DeleteMessageBatch").size(), 1U);
  EXPECT_TRUE(sqs.asked("SendMessageBatch").empty());
  EXPECT_EQ(metrics.counter("bizcomms_sqs_expired_total", "").value(), 1);
}

TEST_F(SqsQueueTest, AWrongClockDropsNothing) {
  GivenOut fresh = given("1");
  sqs.date(clock.now());
  clock.jump(30 * 24h);
  EXPECT_EQ(receive({fresh}).size(), 1U);
}

TEST_F(SqsQueueTest, AReceiptIsStaleOnceItsMessageCameAgain) {
  const Message first = receive_one();
  GivenOut again = given("1", 2);
  again.handle = "handle-1b";
  const Message second = receive({again}).at(0);
  EXPECT_EQ(*queue->extend(std::vector{first.receipt, second.receipt}), (std::vector{false, true}));
  EXPECT_EQ(sqs.last("ChangeMessageVisibilityBatch")["Entries"].elements().size(), 1U);
  EXPECT_EQ(*queue->ack(std::vector{first.receipt, second.receipt, second.receipt}), (std::vector{false, true, false}));
  EXPECT_EQ(*queue->ack(std::vector{second.receipt}), std::vector{false});
  EXPECT_EQ(sqs.asked("DeleteMessageBatch").size(), 1U);
}

TEST_F(SqsQueueTest, PastItsVisibilityTimeoutAReceiptIsOnlyGoodForAnAck) {
  const Message message = receive_one();
  clock.advance(29s);
  EXPECT_EQ(*queue->extend(std::vector{message.receipt}), std::vector{true});
  clock.advance(31s);
  EXPECT_EQ(*queue->extend(std::vector{message.receipt}), std::vector{false});
  EXPECT_EQ(*queue->give_back(std::vector{message}, 0ms), std::vector{false});
  EXPECT_TRUE(queue->release(message.receipt, 0ms, "It broke."));
  EXPECT_TRUE(sqs.asked("SendMessageBatch").empty());
  EXPECT_EQ(sqs.asked("ChangeMessageVisibilityBatch").size(), 1U);
  EXPECT_EQ(*queue->ack(std::vector{message.receipt}), std::vector{true});
}

TEST_F(SqsQueueTest, AReceiptThatSqsRefusesIsLost) {
  const Message message = receive_one();
  sqs.answer("ChangeMessageVisibilityBatch", {failed("0", "MessageNotInflight", true)});
  EXPECT_EQ(*queue->extend(std::vector{message.receipt}), std::vector{false});
  EXPECT_EQ(*queue->ack(std::vector{message.receipt}), std::vector{false});
}

TEST_F(SqsQueueTest, WhereSqsFailsWithOneNothingIsSaidOfAnyAndOnlyTheRestIsAskedForAgain) {
  const auto messages = receive({given("1"), given("2")});
  const std::vector receipts{messages[0].receipt, messages[1].receipt};
  const std::string other = failed("0", "InternalError", false);
  sqs.answer("DeleteMessageBatch", {R"(200 {"Successful":[{"Id":"0"}]})", other, other, R"(200 {"Successful":[{"Id":"0"}]})"});
  EXPECT_EQ(queue->ack(receipts).error().code, ErrorCode::unavailable);
  EXPECT_EQ(*queue->ack(receipts), (std::vector{false, true}));
  EXPECT_EQ(sqs.last("DeleteMessageBatch")["Entries"].elements().at(0)["ReceiptHandle"].as_string(), "handle-2");
}

TEST_F(SqsQueueTest, WhatIsGivenBackIsSentAnewAndThenDeleted) {
  const Message message = receive_one(2);
  EXPECT_EQ(*queue->give_back(std::vector{message}, 1500ms), std::vector{true});
  const auto entry = sqs.last("SendMessageBatch")["Entries"].elements().at(0);
  EXPECT_EQ(sqs.last("SendMessageBatch")["QueueUrl"].as_string(), k_standard);
  EXPECT_EQ(entry["MessageBody"].as_string(), to_json(message.event));
  EXPECT_EQ(entry["DelaySeconds"].as_int(), 2);
  EXPECT_EQ(sqs.asked("DeleteMessageBatch").size(), 1U);
  EXPECT_EQ(*queue->give_back(std::vector{message}, 0ms), std::vector{false});
}

TEST_F(SqsQueueTest, WhatCouldNotBeSentAnewIsNotDeleted) {
  const Message message = receive_one();
  sqs.answer("SendMessageBatch", {"reset"});
  EXPECT_FALSE(queue->give_back(std::vector{message}, 0ms));
  EXPECT_TRUE(sqs.asked("DeleteMessageBatch").empty());
}

TEST_F(SqsQueueTest, GivenBackForAnHourItWaitsAsLongAsSqsCan) {
  const Message message = receive_one();
  EXPECT_EQ(*queue->give_back(std::vector{message}, 1h), std::vector{true});
  EXPECT_EQ(sqs.last("SendMessageBatch")["Entries"].elements().at(0)["DelaySeconds"].as_int(), 900);
}

TEST_F(SqsQueueTest, TheLastReleaseMakesADeadLetterWithItsReason) {
  EXPECT_TRUE(queue->release(receive_one(2).receipt, 2s, "It broke."));
  EXPECT_EQ(sqs.last("ChangeMessageVisibilityBatch")["Entries"].elements().at(0)["VisibilityTimeout"].as_int(), 2);
  EXPECT_TRUE(sqs.asked("SendMessageBatch").empty());
  EXPECT_TRUE(queue->release(receive_one(3).receipt, 2s, "It\nbroke " + std::string(2'000, 'x')));
  const auto attributes = sqs.last("SendMessageBatch")["Entries"].elements().at(0)["MessageAttributes"];
  EXPECT_TRUE(attributes["reason"]["StringValue"].as_string()->starts_with("It broke xxx"));
  EXPECT_EQ(attributes["reason"]["StringValue"].as_string()->size(), 1'000U);
  EXPECT_EQ(attributes["lane"]["StringValue"].as_string(), "standard");
  EXPECT_TRUE(attributes["dead_at"]["StringValue"].as_string());
  EXPECT_EQ(sqs.asked("DeleteMessageBatch").size(), 1U);
}

TEST_F(SqsQueueTest, ADeadLetterThatCouldNotBePutAwayStaysWhereItIs) {
  const Message message = receive_one(3);
  sqs.answer("SendMessageBatch", {"reset"});
  EXPECT_FALSE(queue->release(message.receipt, 0ms, "It broke."));
  EXPECT_TRUE(sqs.asked("DeleteMessageBatch").empty());
}

TEST_F(SqsQueueTest, MalformedAnswersAreAnOutage) {
  sqs.answer("ReceiveMessage", {"200 <html>"});
  EXPECT_EQ(queue->receive(Lane::standard, 1, 0ms, {}).error().code, ErrorCode::unavailable);
  EXPECT_EQ(queue->dead_letters(10, "").error().code, ErrorCode::unavailable);
  sqs.answer("GetQueueAttributes", {"200 []"});
  EXPECT_EQ(queue->depth(Lane::standard).error().code, ErrorCode::unavailable);
  sqs.answer("SendMessageBatch", {"200 nothing"});
  EXPECT_EQ(queue->publish(std::vector{sample_event()}).error().code, ErrorCode::unavailable);
}

TEST_F(SqsQueueTest, TellsItsDepthAndHowOldTheOldestMayBe) {
  sqs.answer("GetQueueAttributes", {R"(200 {"Attributes":{"ApproximateNumberOfMessages":"3","ApproximateNumberOfMessagesNotVisible":"2",
    "ApproximateNumberOfMessagesDelayed":"1"}})"});
  const auto before = queue->depth(Lane::standard);
  EXPECT_EQ(before->visible, 3);
  EXPECT_EQ(before->in_flight, 3);
  EXPECT_EQ(before->dead, 5);
  EXPECT_EQ(before->oldest, 0ms);  // not known yet
  receive_one();
  clock.advance(1min);
  EXPECT_EQ(queue->depth(Lane::standard)->oldest, 1min);
  sqs.answer("GetQueueAttributes", {R"(200 {"Attributes":{"ApproximateNumberOfMessages":"0"}})"});
  EXPECT_EQ(queue->depth(Lane::standard)->oldest, 0ms);
}

}  // namespace
}  // namespace bizcomms::aws

#include "aws/dead_letters.hpp"

#include <gtest/gtest.h>

#include "aws/event_json.hpp"
#include "unit/aws/scripted_sqs.hpp"

namespace bizcomms::aws {
namespace {

using alert::Lane;
using namespace std::chrono_literals;

struct DeadLettersTest : testing::Test {
  ManualClock clock;
  Metrics metrics;
  ScriptedSqs sqs;
  FixedCredentials credentials{{.id = "AKIA", .secret = Secret("secret")}};
  Client client{{.region = "eu-west-1", .endpoints = {{Service::sqs, "http://sqs/"}}, .attempts_max = 1},
                credentials,
                sqs,
                clock,
                Log::silent(),
                metrics};
  SqsSettings settings{.standard = {"https://sqs/standard", "https://sqs/letters"},
                       .urgent = {"https://sqs/urgent", "https://sqs/letters"},
                       .letters_poll = 0s};
  DeadLetters letters{settings, client, clock};
  Time published = clock.now() - 1h;

  GivenOut letter(const std::string& id, std::map<std::string, std::string> attributes = {}) const {
    return {.id = id,
            .handle = "handle-" + id,
            .body = to_json(sample_event(Lane::urgent)),
            .receives = 9,
            .sent_at = published,
            .attributes = std::move(attributes)};
  }
  // The queue gives them out, each time it is looked through.
  void hold(const std::vector<GivenOut>& all) {
    std::vector<std::string> answers;
    for (int look = 0; look < 5; ++look) {
      answers.push_back(given_out(all));
      answers.emplace_back("200 {}");
    }
    sqs.answer("ReceiveMessage", answers);
  }
  std::vector<std::string> entries(const std::string& operation, const std::string& field) {
    std::vector<std::string> values;
    for (const auto& entry : sqs.last(operation)["Entries"].elements()) { values.push_back(entry[field].as_string().value()); }
    return values;
  }
};

TEST_F(DeadLettersTest, TellsWhatWasBuriedAndWhatSqsMoved) {
  hold({letter("b", {{"reason", "It broke."}, {"receives", "2"}, {"dead_at", "1767225600123"}}), letter("a")});
  const auto listed = letters.list(10, "");
  ASSERT_EQ(listed->size(), 2U);
  const auto& moved = listed->at(0);
  EXPECT_EQ(moved.id, "a");
  EXPECT_EQ(moved.event, sample_event(Lane::urgent));
  EXPECT_EQ(moved.receives, 3);
  EXPECT_EQ(moved.reason, "received 3 times without an answer");
  EXPECT_EQ(moved.dead_at, published);
  const auto& buried = listed->at(1);
  EXPECT_EQ(buried.reason, "It broke.");
  EXPECT_EQ(buried.receives, 2);
  EXPECT_EQ(buried.dead_at, Time{Millis{1767225600123}});
}

TEST_F(DeadLettersTest, ShowsAgainWhatItLookedAt) {
  hold({letter("a"), letter("b")});
  ASSERT_TRUE(letters.list(10, ""));
  EXPECT_EQ(sqs.last("ReceiveMessage")["VisibilityTimeout"].as_int(), 60);
  EXPECT_EQ(entries("ChangeMessageVisibilityBatch", "ReceiptHandle"), (std::vector<std::string>{"handle-a", "handle-b"}));
}

TEST_F(DeadLettersTest, SaysWhereItStopsLooking) {
  hold({letter("a")});
  EXPECT_EQ(letters.replay("none").error().message, "There is no such dead letter.");
  std::vector<std::string> answers;
  for (int look = 0; look < 100; ++look) {
    std::vector<GivenOut> ten;
    for (int i = 0; i < 10; ++i) { ten.push_back(letter(fmt::format("{:03}-{}", look, i))); }
    answers.push_back(given_out(ten));
  }
  sqs.answer("ReceiveMessage", answers);
  const Error error = letters.replay("none").error();
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_EQ(error.message,
            "There is no such dead letter among the first 1000 of a queue, and no more are looked through. SQS's own redrive "
            "(StartMessageMoveTask) queues all of them anew.");
}

TEST_F(DeadLettersTest, ListsInPagesByIdEachOnce) {
  hold({letter("c"), letter("a"), letter("b"), letter("a")});
  EXPECT_EQ(letters.list(2, "")->at(1).id, "b");
  const auto rest = letters.list(2, "b");
  ASSERT_EQ(rest->size(), 1U);
  EXPECT_EQ(rest->at(0).id, "c");
  EXPECT_TRUE(letters.list(2, "c")->empty());
  EXPECT_TRUE(letters.list(0, "")->empty());
}

TEST_F(DeadLettersTest, OneThatCannotBeReadIsListedWithoutAnEvent) {
  GivenOut garbage = letter("a");
  garbage.body = "garbage";
  hold({garbage});
  const auto listed = letters.list(10, "");
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_FALSE(is_known(listed->at(0).event.kind));
  EXPECT_EQ(listed->at(0).reason, "The body is not an event of this version's.");
}

TEST_F(DeadLettersTest, ReplaysToTheLaneOfTheEventDeletesItAndShowsTheOthers) {
  hold({letter("a", {{"reason", "It broke."}}), letter("b")});
  ASSERT_TRUE(letters.replay("a"));
  const auto sent = sqs.last("SendMessageBatch");
  EXPECT_EQ(sent["QueueUrl"].as_string(), "https://sqs/urgent");
  EXPECT_EQ(sent["Entries"].elements().at(0)["MessageBody"].as_string(), to_json(sample_event(Lane::urgent)));
  EXPECT_TRUE(sent["Entries"].elements().at(0)["MessageAttributes"]["reason"].is_null());
  EXPECT_EQ(entries("DeleteMessageBatch", "ReceiptHandle"), std::vector<std::string>{"handle-a"});
  EXPECT_EQ(entries("ChangeMessageVisibilityBatch", "ReceiptHandle"), std::vector<std::string>{"handle-b"});
}

TEST_F(DeadLettersTest, ReplaysWhatItCannotReadAsItIs) {
  GivenOut garbage = letter("a", {{"lane", "standard"}});
  garbage.body = "of a newer version";
  hold({garbage});
  ASSERT_TRUE(letters.replay("a"));
  EXPECT_EQ(sqs.last("SendMessageBatch")["Entries"].elements().at(0)["MessageBody"].as_string(), "of a newer version");
  EXPECT_EQ(sqs.last("SendMessageBatch")["QueueUrl"].as_string(), "https://sqs/standard");
}

TEST_F(DeadLettersTest, WhatCouldNotBeSentStaysADeadLetter) {
  hold({letter("a")});
  sqs.answer("SendMessageBatch", {"reset"});
  EXPECT_FALSE(letters.replay("a"));
  EXPECT_TRUE(sqs.asked("DeleteMessageBatch").empty());
  EXPECT_EQ(entries("ChangeMessageVisibilityBatch", "ReceiptHandle"), std::vector<std::string>{"handle-a"});
}

TEST_F(DeadLettersTest, DoesNotReplayWhatIsNotThere) {
  hold({letter("a")});
  EXPECT_EQ(letters.replay("b").error().code, ErrorCode::not_found);
  EXPECT_EQ(letters.replay("").error().code, ErrorCode::not_found);
  EXPECT_TRUE(sqs.asked("SendMessageBatch").empty());
}

TEST_F(DeadLettersTest, LooksAtAThousandAtMost) {
  std::vector<std::string> answers;
  for (int i = 0; i < 150; ++i) {
    std::vector<GivenOut> ten;
    for (int j = 0; j < 10; ++j) { ten.push_back(letter(fmt::format("{:05}", i * 10 + j))); }
    answers.push_back(given_out(ten));
  }
  sqs.answer("ReceiveMessage", answers);
  EXPECT_EQ(letters.list(5'000, "")->size(), 1'000U);
}

TEST_F(DeadLettersTest, AnOutageInTheMiddleIsAnErrorAndShowsWhatItHad) {
  sqs.answer("ReceiveMessage", {given_out({letter("a")}), "200 <html>"});
  EXPECT_EQ(letters.list(10, "").error().code, ErrorCode::unavailable);
  EXPECT_EQ(entries("ChangeMessageVisibilityBatch", "ReceiptHandle"), std::vector<std::string>{"handle-a"});
}

}  // namespace
}  // namespace bizcomms::aws

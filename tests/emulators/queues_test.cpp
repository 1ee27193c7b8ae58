// What the tests of queues rely on holds for both emulators of SQS.
#include <gtest/gtest.h>

#include "support/aws/elasticmq.hpp"
#include "support/aws/moto.hpp"

namespace bizcomms::test {
namespace {

void expect_dead_letter_after_three_receives(Queues& queues) {
  const auto dead = queues.create("dead");
  const auto queue = queues.create("queue", dead, 3, {{"VisibilityTimeout", "0"}});
  queues.send(queue, {.body = "poison", .attributes = {{"lane", "urgent"}}});
  for (int receives = 1; receives <= 3; ++receives) {
    const auto received = queues.receive(queue, std::chrono::seconds{5});
    ASSERT_EQ(received.size(), 1U) << receives;
    EXPECT_EQ(received.front().receives, receives);
  }
  EXPECT_TRUE(queues.receive(queue).empty());
  const auto letters = queues.take(dead, 1);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters.front().body, "poison");
  EXPECT_EQ(letters.front().attributes.at("lane"), "urgent");
}

void expect_hidden_once_received(Queues& queues) {
  const auto queue = queues.create("hiding", {{"VisibilityTimeout", "600"}});
  queues.send(queue, {.body = "once"});
  const auto received = queues.receive(queue, std::chrono::seconds{5});
  ASSERT_EQ(received.size(), 1U);
  EXPECT_TRUE(queues.receive(queue).empty());
  EXPECT_EQ(queues.attributes(queue).at("ApproximateNumberOfMessagesNotVisible"), "1");
  queues.remove(queue, received.front());
  EXPECT_EQ(queues.attributes(queue).at("ApproximateNumberOfMessagesNotVisible"), "0");
}

TEST(MotoQueues, MakeADeadLetterAfterThreeReceives) {
  if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
  expect_dead_letter_after_three_receives(Moto::shared().queues());
}

TEST(MotoQueues, HideWhatWasReceived) {
  if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
  expect_hidden_once_received(Moto::shared().queues());
}

TEST(ElasticMqQueues, MakeADeadLetterAfterThreeReceives) {
  if (const auto why = missing_emulators({"elasticmq"}); !why.empty()) { GTEST_SKIP() << why; }
  expect_dead_letter_after_three_receives(ElasticMq::shared().queues());
}

TEST(ElasticMqQueues, HideWhatWasReceived) {
  if (const auto why = missing_emulators({"elasticmq"}); !why.empty()) { GTEST_SKIP() << why; }
  expect_hidden_once_received(ElasticMq::shared().queues());
}

}  // namespace
}  // namespace bizcomms::test

#include <gtest/gtest.h>

#include "unit/aws/scripted_sqs.hpp"

namespace bizcomms::aws {
namespace {

const std::string k_letters_attributes = R"(200 {"Attributes":{"QueueArn":"arn:letters","MessageRetentionPeriod":"1209600"}})";

std::string a_queue(const std::string& redrive = R"({\"deadLetterTargetArn\":\"arn:letters\",\"maxReceiveCount\":3})",
                    const std::string& visibility = "30", const std::string& retention = "1209600") {
  return fmt::format(R"(200 {{"Attributes":{{"VisibilityTimeout":"{}","MessageRetentionPeriod":"{}","RedrivePolicy":"{}"}}}})", visibility,
                     retention, redrive);
}

struct QueueCheckTest : testing::Test {
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
  SqsQueue queue{{.standard = {"standard", "letters"}, .urgent = {"urgent", "letters"}}, client, clock, Log::silent(), metrics};

  // With that for the urgent lane, and all well with the standard one.
  std::string finding(const std::string& urgent, const std::string& letters = k_letters_attributes) {
    sqs.answer("GetQueueAttributes", {urgent, letters, a_queue(), k_letters_attributes});
    const auto checked = queue.check();
    EXPECT_TRUE(checked || checked.error().code == ErrorCode::misconfigured);
    return checked ? "" : checked.error().message;
  }
};

TEST_F(QueueCheckTest, IsContentWithWhatFits) {
  EXPECT_EQ(finding(a_queue()), "");
  EXPECT_EQ(finding(a_queue(R"({\"deadLetterTargetArn\":\"arn:letters\",\"maxReceiveCount\":\"3\"})")), "");
}

TEST_F(QueueCheckTest, SaysWhatDoesNotFit) {
  EXPECT_EQ(finding(R"(200 {"Attributes":{"VisibilityTimeout":"30"}})"),
            "The urgent queue has no redrive policy: what is never answered would come for ever.");
  EXPECT_EQ(finding(a_queue(R"({\"deadLetterTargetArn\":\"arn:others\",\"maxReceiveCount\":5})")),
            "The urgent queue has arn:others for its dead letter queue; arn:letters is set here. "
            "The urgent queue makes dead letters after 5 receives; 3 are set here.");
  EXPECT_EQ(finding(a_queue(R"({\"deadLetterTargetArn\":\"arn:letters\",\"maxReceiveCount\":3})", "45", "345600")),
            "The urgent queue has a visibility timeout of 45 s; 30 s is set here. "
            "The urgent queue keeps messages for 96 h; 336 h is set here.");
  EXPECT_EQ(finding(a_queue(), R"(200 {"Attributes":{"QueueArn":"arn:letters","MessageRetentionPeriod":"345600"}})"),
            "The urgent queue keeps messages longer than its dead letter queue does.");
  EXPECT_EQ(finding(a_queue(), R"(200 {"Attributes":{"QueueArn":"arn:letters","MessageRetentionPeriod":"1209600","FifoQueue":"true"}})"),
            "The urgent queue or its dead letter queue is FIFO; both must be standard.");
}

TEST_F(QueueCheckTest, TellsAnOutageFromAWrongSetting) {
  sqs.answer("GetQueueAttributes", {"200 <html>"});
  EXPECT_EQ(queue.check().error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace bizcomms::aws

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
  Client client{{.region = "eu-west-1", .endpoints = {{Service::sqs, "http://sqs/"}, {Service::sns, "http://sns/"}}, .attempts_max = 1},
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

struct TopicCheckTest : QueueCheckTest {
  static constexpr const char* k_topic = "arn:aws:sns:eu-west-1:123456789012:alerts";

  SqsQueue with_topic{
      {.topic_arn = k_topic, .standard = {"standard", "letters"}, .urgent = {"urgent", "letters"}}, client, clock, Log::silent(), metrics};

  TopicCheckTest() {
    sqs.answer("GetTopicAttributes", {result("GetTopicAttributes", "<Attributes></Attributes>")});
    list({page(subscribed("arn:1", "arn:urgent") + subscribed("arn:2", "arn:standard"))});
    filter(R"({"lane":["urgent"]})");
  }

  static std::string result(const std::string& operation, const std::string& body) {
    return fmt::format(R"(200 <{0}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><{0}Result>{1}</{0}Result></{0}Response>)",
                       operation, body);
  }
  static std::string subscribed(const std::string& arn, const std::string& queue) {
    return fmt::format("<member><SubscriptionArn>{}</SubscriptionArn><Endpoint>{}</Endpoint></member>", arn, queue);
  }
  static std::string page(const std::string& members, const std::string& next = "") {
    return result("ListSubscriptionsByTopic", fmt::format("<Subscriptions>{}</Subscriptions><NextToken>{}</NextToken>", members, next));
  }
  void list(const std::vector<std::string>& pages) { sqs.answer("ListSubscriptionsByTopic", pages); }
  static std::string subscription(const std::string& policy, const std::string& scope = "MessageAttributes") {
    const std::string entry = "<entry><key>{}</key><value>{}</value></entry>";
    return result("GetSubscriptionAttributes", "<Attributes>" +
                                                   (policy.empty() ? "" : fmt::format(fmt::runtime(entry), "FilterPolicy", policy)) +
                                                   fmt::format(fmt::runtime(entry), "FilterPolicyScope", scope) + "</Attributes>");
  }
  // The urgent lane's; the other one fits.
  void filter(const std::string& policy, const std::string& scope = "MessageAttributes") {
    sqs.answer("GetSubscriptionAttributes", {subscription(policy, scope), subscription(R"({"lane":["standard"]})")});
  }
  std::string topic_finding() {
    const auto queue_named = [](const std::string& arn) {
      std::string described = a_queue();
      return described.insert(described.find("\"VisibilityTimeout"), R"("QueueArn":")" + arn + R"(",)");
    };
    sqs.answer("GetQueueAttributes", {queue_named("arn:urgent"), k_letters_attributes, queue_named("arn:standard"), k_letters_attributes});
    const auto checked = with_topic.check();
    return checked ? "" : checked.error().message;
  }
};

TEST_F(TopicCheckTest, IsContentWhereEachLaneIsBroughtToItsQueue) {
  EXPECT_EQ(topic_finding(), "");
  const auto asked = sqs.asked("GetSubscriptionAttributes");
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(http::find(*http::parse_form(asked[0]), "SubscriptionArn"), "arn:1");
  for (const char* policy : {R"({"lane":["other","urgent"]})", R"({"lane":[{"prefix":"urg"}]})",
                             R"({"lane":[{"anything-but":"standard"}]})", R"({"lane":[{"anything-but":["standard","x"]}]})"}) {
    filter(policy);
    EXPECT_EQ(topic_finding(), "") << policy;
  }
}

TEST_F(TopicCheckTest, ReadsEveryPageOfSubscriptions) {
  list({page(subscribed("arn:1", "arn:urgent"), "more"), page(subscribed("arn:2", "arn:standard"))});
  EXPECT_EQ(topic_finding(), "");
  const auto asked = sqs.asked("ListSubscriptionsByTopic");
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(http::find(*http::parse_form(asked[1]), "NextToken"), "more");
  EXPECT_EQ(http::find(*http::parse_form(asked[1]), "TopicArn"), k_topic);
}

TEST_F(TopicCheckTest, SaysWhichQueueGetsNothing) {
  filter(R"({"lane":["standard"]})");
  list({page(subscribed("arn:2", "arn:standard"))});
  EXPECT_EQ(topic_finding(), "The urgent queue is not subscribed to the topic: no events come.");
  filter(R"({"lane":["standard"]})");
  list({page(subscribed("PendingConfirmation", "arn:urgent") + subscribed("arn:2", "arn:standard"))});
  EXPECT_EQ(topic_finding(), "The urgent queue's subscription to the topic is not confirmed: no events come.");
}

TEST_F(TopicCheckTest, SaysWhichFilterDoesNotFit) {
  const std::string subscribed = "The urgent queue is subscribed to the topic ";
  for (const char* none : {"", "{}", "[]", "no json"}) {
    filter(none);
    EXPECT_EQ(topic_finding(), subscribed + "without a filter policy: it gets the events of both lanes.") << none;
  }
  for (const char* policy : {R"({"lane":["standard"]})", R"({"kind":["1"]})", R"({"lane":[]})", R"({"lane":[{"exists":false}]})",
                             R"({"lane":[{"anything-but":"urgent"}]})", R"({"lane":[{"numeric":["=",1]}]})"}) {
    filter(policy);
    EXPECT_EQ(topic_finding(), fmt::format("{}with the filter policy {}, which does not let the lane urgent through.", subscribed, policy));
  }
  for (const char* policy : {R"({"lane":["urgent","standard"]})", R"({"lane":[{"exists":true}]})"}) {
    filter(policy);
    EXPECT_EQ(topic_finding(), fmt::format("{}with the filter policy {}, which lets the lane standard through too.", subscribed, policy));
  }
  filter(R"({"lane":["urgent"],"kind":["1"]})");
  EXPECT_EQ(topic_finding(), subscribed + R"(with the filter policy {"lane":["urgent"],"kind":["1"]}, which asks for more than the lane.)");
  filter(R"({"lane":["urgent"]})", "MessageBody");
  EXPECT_EQ(topic_finding(), subscribed + "with a filter policy for the body; it must be for attributes.");
}

TEST_F(TopicCheckTest, SaysThatThereIsNoSuchTopic) {
  sqs.answer("GetTopicAttributes", {"404 <ErrorResponse><Error><Code>NotFound</Code></Error></ErrorResponse>"});
  EXPECT_EQ(topic_finding(), fmt::format("SNS does not have the topic {}. Check its name, the region and the account.", k_topic));
  sqs.answer("GetTopicAttributes", {"200 <html/>"});
  EXPECT_EQ(topic_finding(), "The answer of SNS to GetTopicAttributes could not be read.");
}

TEST_F(QueueCheckTest, TellsAnOutageFromAWrongSetting) {
  sqs.answer("GetQueueAttributes", {"200 <html>"});
  EXPECT_EQ(queue.check().error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace bizcomms::aws

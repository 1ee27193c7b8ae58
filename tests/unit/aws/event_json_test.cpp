#include "aws/event_json.hpp"

#include <gtest/gtest.h>

#include "bizcomms/json/writer.hpp"
#include "unit/aws/scripted_sqs.hpp"

namespace bizcomms::aws {
namespace {

const std::string k_body = R"({"version":1,"kind":1,"alert":"alert_00000000000000000000000007","batch":2,"lane":"urgent","epoch":3,)"
                           R"("trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})";

std::string with(const std::string& from, const std::string& to) {
  std::string body = k_body;
  return body.replace(body.find(from), from.size(), to);
}

TEST(EventJson, WritesAndReadsTheSame) {
  const alert::Event event = sample_event(alert::Lane::urgent);
  EXPECT_EQ(to_json(event), k_body);
  const auto read = event_of(k_body);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, event);
}

TEST(EventJson, ReadsWhatSnsHasWrapped) {
  json::Writer notification;
  notification.begin_object().field("Type", "Notification").field("MessageId", "m").field("Message", k_body);
  notification.field("Signature", "x").end_object();
  const auto read = event_of(notification.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, sample_event(alert::Lane::urgent));
}

TEST(EventJson, KeepsAKindThatItDoesNotKnow) {
  const auto read = event_of(with(R"("kind":1)", R"("kind":77)"));
  ASSERT_TRUE(read);
  EXPECT_EQ(static_cast<int>(read->kind), 77);
  EXPECT_NE(to_json(*read).find(R"("kind":77)"), std::string::npos);
}

TEST(EventJson, RefusesWhatItDoesNotUnderstandAndSaysWhy) {
  const std::vector<std::pair<std::string, std::string>> bodies{{"", ""},
                                                                {"{", ""},
                                                                {"[]", ""},
                                                                {"7", ""},
                                                                {R"({"Type":"Notification","Message":"{"})", ""},
                                                                {R"({"Type":"Notification","Message":"7"})", ""},
                                                                {R"({"Type":"SubscriptionConfirmation","Message":"Confirm"})", "version"},
                                                                {with(R"("version":1)", R"("version":2)"), "version"},
                                                                {with(R"("version":1,)", ""), "version"},
                                                                {with(R"("kind":1)", R"("kind":70000)"), "kind"},
                                                                {with(R"("alert":"alert_)", R"("alert":"recip_)"), "alert"},
                                                                {with(R"("batch":2)", R"("batch":-1)"), "batch"},
                                                                {with("urgent", "slow"), "lane"},
                                                                {with(R"("lane":"urgent",)", ""), "lane"},
                                                                {with(R"("epoch":3)", R"("epoch":"3")"), "epoch"},
                                                                {with(R"("epoch":3)", R"("epoch":3,"phone":"x")"), "phone"},
                                                                {with(R"("trace":")", R"("trace":null,"x":")"), "trace"}};
  for (const auto& [body, why] : bodies) {
    const auto read = event_of(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, ErrorCode::invalid) << body;
    EXPECT_FALSE(read.error().message.empty());
    EXPECT_NE(read.error().cause.find(why), std::string::npos) << body << " " << read.error().cause;
  }
}

}  // namespace
}  // namespace bizcomms::aws

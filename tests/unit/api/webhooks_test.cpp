#include <gtest/gtest.h>

#include "bizcomms/twilio/webhooks.hpp"
#include "unit/api/api_on_fakes.hpp"

namespace bizcomms::api {
namespace {

constexpr const char* k_message_sid = "SM0123456789abcdef0123456789abcdef";
constexpr const char* k_call_sid = "CA0123456789abcdef0123456789abcdef";
constexpr const char* k_number = "+15551234567";

// One alert to one recipient, its delivery begun.
class Webhooks : public testing::Test {
protected:
  void begin(alert::Channel channel) {
    recipient = fakes.post_recipient(k_number, R"(,"preferences":{"voice_enabled":true})");
    alert = fakes.post_alert(R"({"title":"T","message":"M","delivery_method":"both"})");
    const auto alert_id = *alert::AlertId::parse(alert);
    ASSERT_TRUE(fakes.store.expand(alert_id, 500));
    id = {alert_id, 1, *alert::RecipientId::parse(recipient), channel};
    token = {fakes.ids.next_uuid()};
    ASSERT_TRUE(fakes.store.begin(std::array{alert::Intent{.id = id, .token = token, .lease = Millis{60'000}}}));
  }
  [[nodiscard]] std::string reference() const { return twilio::reference_query(id, token); }
  [[nodiscard]] json::Value delivery() {
    status = fakes.ask("GET", "/v1/alerts/" + alert + "/status");
    return status["deliveries"].elements().at(0);
  }
  Answer message_status(const std::string& word, http::Parameters more = {}) {
    http::Parameters form{{"MessageSid", k_message_sid}, {"MessageStatus", word}, {"To", k_number}, {"From", "+15005550006"}};
    form.insert(form.end(), more.begin(), more.end());
    return fakes.call_back(twilio::k_message_status_path + reference(), form);
  }
  // Each a message of its own.
  Answer inbound(const std::string& body, const std::string& from = k_number) {
    const auto sid = "SM" + std::to_string(++messages) + std::string(31, '0');
    return fakes.call_back(twilio::k_inbound_message_path, {{"MessageSid", sid}, {"From", from}, {"To", "+15005550006"}, {"Body", body}});
  }
  [[nodiscard]] bool opted_out() { return !fakes.ask("GET", "/v1/recipients/" + recipient)["opted_out"].is_null(); }

  ApiOnFakes fakes;
  int messages = 0;
  std::string recipient;
  std::string alert;
  alert::DeliveryId id;
  alert::AttemptToken token;
  Answer status;
};

TEST_F(Webhooks, MessageStatusReachesTheDelivery) {
  begin(alert::Channel::sms);
  const auto answer = message_status("delivered");
  EXPECT_EQ(answer.status, 204);
  EXPECT_TRUE(answer.response.body.empty());
  EXPECT_EQ(delivery()["status"].as_string(), "delivered");
  EXPECT_EQ(delivery()["twilio_sid"].as_string(), k_message_sid);
  EXPECT_EQ(message_status("sent").status, 204);  // late: changes nothing
  EXPECT_EQ(delivery()["status"].as_string(), "delivered");
}

TEST_F(Webhooks, OnlyTheSignatureMakesTwilioAKnownCaller) {
  const std::string target = std::string(twilio::k_message_status_path) + "?p=0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
  EXPECT_TRUE(fakes.call_back(target, {{"MessageSid", k_message_sid}}).of_known_caller);
  for (const auto* body : {"%zz", "MessageStatus=sent"}) {
    EXPECT_FALSE(fakes.ask("POST", target, body, {{"X-Twilio-Signature", "forged"}}).of_known_caller) << body;
  }
  fakes.takes_changes = false;
  EXPECT_FALSE(fakes.ask("POST", target, "MessageStatus=sent").of_known_caller);
}

TEST_F(Webhooks, CallStatusReachesTheDelivery) {
  begin(alert::Channel::voice);
  const auto answer = fakes.call_back(twilio::k_call_status_path + reference(),
                                      {{"CallSid", k_call_sid}, {"CallStatus", "completed"}, {"SequenceNumber", "3"}, {"To", k_number}});
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(delivery()["status"].as_string(), "delivered");
}

TEST_F(Webhooks, KeyOneAcknowledges) {
  begin(alert::Channel::voice);
  const auto target = twilio::k_keypress_path + reference();
  const auto other = fakes.call_back(target, {{"CallSid", k_call_sid}, {"Digits", "5"}});
  EXPECT_EQ(other.status, 200);
  EXPECT_TRUE(delivery()["acknowledged_at"].is_null());
  const auto answer = fakes.call_back(target, {{"CallSid", k_call_sid}, {"Digits", "1"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.response.content_type, "text/xml; charset=utf-8");
  EXPECT_NE(answer.response.body.find("<Response>"), std::string::npos);
  EXPECT_NE(answer.response.body, other.response.body);
  EXPECT_EQ(delivery()["acknowledged_at"].as_string(), "2026-01-01T12:00:00Z");
}

TEST_F(Webhooks, RefuseWhatTwilioDidNotSign) {
  begin(alert::Channel::sms);
  const auto target = twilio::k_message_status_path + reference();
  const http::Parameters form{{"MessageSid", k_message_sid}, {"MessageStatus", "delivered"}};
  fakes.twilio.auth_token = Secret("ffffffffffffffffffffffffffffffff");
  int told = 0;
  fakes.twilio.auth_token.on_refusal([&] { ++told; });
  auto request = http::Request();
  request.method = "POST";
  request.target = target;
  request.body = http::to_form(form);
  const auto unsigned_answer = fakes.send(request);
  EXPECT_EQ(unsigned_answer.status, 403);
  EXPECT_EQ(unsigned_answer.text("type"), "urn:bizcomms:problem:forbidden");
  request.headers.set("X-Twilio-Signature", "00beMaxslcPXgIPWJG2B7Zu0WAE=");
  EXPECT_EQ(fakes.send(request).status, 403);
  EXPECT_EQ(told, 1) << "it may be signed with a token that is kept elsewhere by now";
  EXPECT_EQ(delivery()["status"].as_string(), "sending");
}

TEST_F(Webhooks, TakeReportsOfUnknownDeliveriesAndCountThem) {
  begin(alert::Channel::sms);
  id.batch = 77;
  EXPECT_EQ(message_status("delivered").status, 204);
  EXPECT_EQ(fakes.metrics.counter("bizcomms_api_webhooks_total", "", {{"outcome", "unknown_delivery"}}).value(), 1);
}

TEST_F(Webhooks, NameTheFieldThatIsWrong) {
  begin(alert::Channel::sms);
  const auto no_reference = fakes.call_back(twilio::k_message_status_path, {{"MessageSid", k_message_sid}, {"MessageStatus", "sent"}});
  EXPECT_EQ(no_reference.status, 400);
  EXPECT_FALSE(no_reference.errors().empty());
}

TEST_F(Webhooks, RefuseABodyThatIsNoForm) {
  auto request = http::Request();
  request.method = "POST";
  request.target = twilio::k_inbound_message_path;
  request.body = "Body=%zz";
  EXPECT_EQ(fakes.send(request).status, 400);
}

TEST_F(Webhooks, StopOptsOutAndStartOptsIn) {
  begin(alert::Channel::sms);
  EXPECT_EQ(inbound(" stop ").status, 204);
  EXPECT_TRUE(opted_out());
  EXPECT_EQ(inbound("thanks!").status, 204);
  EXPECT_EQ(inbound("HELP").status, 204);
  EXPECT_TRUE(opted_out());
  EXPECT_EQ(inbound("Start").status, 204);
  EXPECT_FALSE(opted_out());
}

TEST_F(Webhooks, StopOfAStrangerIsKeptForTheFuture) {
  EXPECT_EQ(inbound("STOP", "+15557654321").status, 204);
  recipient = fakes.post_recipient("+15557654321");
  EXPECT_TRUE(opted_out());
}

TEST_F(Webhooks, AReportOf21610OptsOut) {
  begin(alert::Channel::sms);
  EXPECT_EQ(message_status("failed", {{"ErrorCode", "21610"}}).status, 204);
  EXPECT_EQ(fakes.ask("GET", "/v1/recipients/" + recipient)["opted_out"]["by"].as_string(), "21610");
  EXPECT_EQ(delivery()["status"].as_string(), "failed");
}

TEST_F(Webhooks, AskTwilioToRepeatWhatCannotBeStored) {
  begin(alert::Channel::sms);
  fakes.store.set_down(true);
  EXPECT_EQ(message_status("delivered").status, 503);
  EXPECT_EQ(inbound("STOP").status, 503);
}

}  // namespace
}  // namespace bizcomms::api

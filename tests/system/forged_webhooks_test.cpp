// Twilio's webhooks, sent by somebody who is not Twilio, or sent again: nothing changes.
#include <gtest/gtest.h>

#include "bizcomms/twilio/signature.hpp"
#include "bizcomms/twilio/webhooks.hpp"
#include "support/cell.hpp"

namespace bizcomms::test {
namespace {

using http::Parameters;

constexpr const char* k_token = "00112233445566778899aabbccddeeff";
constexpr const char* k_any_alert = R"({"title":"T","message":"M"})";
const Secret k_twilio{k_token};
const Secret k_somebody{"ffeeddccbbaa99887766554433221100"};

class ForgedWebhooks : public testing::Test {
protected:
  void SetUp() override {
    cell.start_simulator();
    cell.faults(R"({"callback_loss":1})");  // all callbacks are ours
    cell.start_serve();
    cell.start_work();
    recipient = cell.make_recipient(number(1));
  }
  // An alert to the one recipient, as far as Twilio's answer goes.
  void send_alert() {
    alert = cell.post_alert(k_any_alert);
    ASSERT_TRUE(eventually([&] { return state() == "sent"; })) << state();
    sid = cell.call("GET", "/v1/alerts/" + alert + "/status").json()["deliveries"].elements().at(0)["twilio_sid"].as_string().value_or("");
  }
  [[nodiscard]] std::string state() {
    const auto status = cell.call("GET", "/v1/alerts/" + alert + "/status");
    const auto deliveries = status.json()["deliveries"].elements();
    return deliveries.empty() ? "none" : deliveries[0]["status"].as_string().value_or("");
  }
  [[nodiscard]] std::string status_target() {
    const alert::DeliveryId id{*alert::AlertId::parse(alert), 1, *alert::RecipientId::parse(recipient), alert::Channel::sms};
    const auto token = Postgres::ask(cell.database(), "SELECT token::text FROM deliveries WHERE sid = '" + sid + "'");
    return twilio::k_message_status_path + twilio::reference_query(id, {*Uuid::from_hex(token)});
  }
  [[nodiscard]] Parameters report(const std::string& status, const std::string& error = {}) const {
    Parameters form{{"MessageSid", sid}, {"MessageStatus", status}, {"To", number(1)}, {"From", "+15005550006"}};
    if (!error.empty()) { form.emplace_back("ErrorCode", error); }
    return form;
  }
  static Parameters written(const std::string& word, const std::string& message) {
    return {{"MessageSid", "SM0000000000000000000000000000000" + message}, {"From", number(1)}, {"To", "+15005550006"}, {"Body", word}};
  }
  [[nodiscard]] std::string signature_of(const Secret& token, const std::string& target, const Parameters& form) const {
    return twilio::signature(token, "http://" + cell.api_address() + target, form);
  }
  int send(const std::string& target, const Parameters& form, const std::string& signature) {
    http::Headers headers{{"Content-Type", "application/x-www-form-urlencoded"}};
    if (!signature.empty()) { headers.add("X-Twilio-Signature", signature); }
    return cell.call("POST", target, http::to_form(form), headers).status;
  }
  int send_signed(const std::string& target, const Parameters& form) { return send(target, form, signature_of(k_twilio, target, form)); }
  [[nodiscard]] bool opted_out() { return !cell.call("GET", "/v1/recipients/" + recipient).json()["opted_out"].is_null(); }

  Cell cell{
      Environment{{"BIZCOMMS_TWILIO_AUTH_TOKEN", k_token}, {"BIZCOMMS_RESEND_LOST_AFTER", "50ms"}, {"BIZCOMMS_SWEEP_INTERVAL", "50ms"}}};
  std::string recipient;
  std::string alert;
  std::string sid;
};

TEST_F(ForgedWebhooks, AStatusThatTwilioDidNotSignForThisRequestChangesNothing) {
  send_alert();
  const auto target = status_target();
  const auto delivered = report("delivered");
  auto more = delivered;
  more.emplace_back("Extra", "1");
  const auto elsewhere = std::string(twilio::k_call_status_path) + target.substr(target.find('?'));
  const auto valid = signature_of(k_twilio, target, delivered);
  EXPECT_EQ(send(target, delivered, ""), 403) << "without a signature";
  EXPECT_EQ(send(target, delivered, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), 403);
  EXPECT_EQ(send(target, delivered, valid.substr(0, valid.size() - 2)), 403) << "cut off";
  EXPECT_EQ(send(target, delivered, signature_of(k_somebody, target, delivered)), 403) << "signed with another token";
  EXPECT_EQ(send(target, delivered, signature_of(Secret(""), target, delivered)), 403) << "signed with no token";
  EXPECT_EQ(send(target, delivered, signature_of(k_twilio, target, report("sent"))), 403) << "signed for another body";
  EXPECT_EQ(send(target, more, valid), 403) << "a field added";
  EXPECT_EQ(send(target + "&x=1", delivered, valid), 403) << "the URL changed";
  EXPECT_EQ(send(elsewhere, delivered, valid), 403) << "signed for another URL";
  EXPECT_EQ(send(target, report("failed", "30007"), valid), 403) << "the status changed";
  EXPECT_EQ(state(), "sent");
  EXPECT_EQ(cell.serve_metric(R"(bizcomms_api_webhooks_total{outcome="forbidden"})"), 10);
  EXPECT_EQ(cell.serve_metric(R"(bizcomms_api_webhooks_total{outcome="taken"})"), 0);
  EXPECT_EQ(send(target, delivered, valid), 204);
  EXPECT_EQ(state(), "delivered");
}

TEST_F(ForgedWebhooks, AStatusSentAgainChangesNothing) {
  send_alert();
  const auto first = status_target();
  for (const auto* word : {"queued", "sent", "delivered"}) { EXPECT_EQ(send_signed(first, report(word)), 204); }
  ASSERT_TRUE(eventually([&] { return cell.counts(alert)["delivered"] == 1; }));
  const auto before = cell.call("GET", "/v1/alerts/" + alert + "/status").body;
  for (const auto* word : {"delivered", "sent", "queued", "queued"}) { EXPECT_EQ(send_signed(first, report(word)), 204); }
  EXPECT_EQ(cell.call("GET", "/v1/alerts/" + alert + "/status").body, before);
}

TEST_F(ForgedWebhooks, AFailureSentAgainSendsNoThirdMessage) {
  send_alert();
  const auto first = status_target();
  const auto lost = report("undelivered", "30003");
  EXPECT_EQ(send_signed(first, lost), 204);
  ASSERT_TRUE(eventually([&] { return cell.taken().size() == 2; })) << "what the carrier lost is sent once more";
  ASSERT_TRUE(cell.completes(alert));
  for (int i = 0; i < 5; ++i) { EXPECT_EQ(send_signed(first, lost), 204); }
  EXPECT_EQ(state(), "sent");
  EXPECT_TRUE(cell.completes(cell.post_alert(k_any_alert))) << "all that was due before has left";
  EXPECT_EQ(cell.taken().size(), 3U);
}

TEST_F(ForgedWebhooks, AForgedStopOptsNobodyOut) {
  const auto stop = written("STOP", "1");
  EXPECT_EQ(send(twilio::k_inbound_message_path, stop, ""), 403);
  EXPECT_EQ(send(twilio::k_inbound_message_path, stop, signature_of(k_somebody, twilio::k_inbound_message_path, stop)), 403);
  EXPECT_EQ(send(twilio::k_inbound_message_path, stop, signature_of(k_twilio, twilio::k_inbound_message_path, written("Hello", "1"))), 403);
  EXPECT_EQ(send(twilio::k_message_status_path, report("failed", "21610"), ""), 403);
  EXPECT_FALSE(opted_out());
}

TEST_F(ForgedWebhooks, AStopOrStartSentAgainDoesNotUndoWhatCameAfterIt) {
  const auto write = [&](const std::string& word, const std::string& message) {
    EXPECT_EQ(send_signed(twilio::k_inbound_message_path, written(word, message)), 204) << word;
  };
  write("STOP", "1");
  write("STOP", "1");
  EXPECT_TRUE(opted_out());
  write("START", "2");
  EXPECT_FALSE(opted_out());
  write("STOP", "1");
  EXPECT_FALSE(opted_out()) << "the first STOP once more";
  write("STOP", "3");
  EXPECT_TRUE(opted_out());
  write("START", "2");
  EXPECT_TRUE(opted_out()) << "the first START once more";
}

}  // namespace
}  // namespace bizcomms::test

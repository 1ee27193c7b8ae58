// The main path on the real binary: post an alert, the phones ring, the status tells.
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "bizcomms/base/ids.hpp"
#include "support/cell.hpp"
#include "system/on_ground.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

std::set<std::string> member_names(const json::Value& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.members()) { names.insert(name); }
  return names;
}

class Delivery : public OnGround {
protected:
  void SetUp() override {
    cell.start_simulator();
    cell.start_serve();
    cell.start_work();
  }
  Cell cell{on_ground({{"BIZCOMMS_SWEEP_INTERVAL", "100ms"},
                       {"BIZCOMMS_RESEND_LOST_AFTER", "200ms"},
                       {"BIZCOMMS_RESEND_MISSED_AFTER", "200ms"},
                       {"BIZCOMMS_STATE_CHECKS", "1s,2s,4s,8s"}})};
};

INSTANTIATE_TEST_SUITE_P(On, Delivery, k_both_grounds, name_of_ground);

TEST_P(Delivery, TheOverviewsThreeExamplesAnswerInTheirShapes) {
  const auto made = cell.call("POST", "/v1/recipients",
                              R"({"name":"John Doe","phone_number":"+1234567890","preferences":{"sms_enabled":true,"voice_enabled":false},
                                  "tags":["tech","news"],"active":true})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_TRUE(made.json()["recipient_id"].as_string()->starts_with("recip_"));
  EXPECT_EQ(made.json()["name"].as_string(), "John Doe");
  EXPECT_EQ(made.json()["phone_number"].as_string(), "+1234567890");
  EXPECT_TRUE(parse_rfc3339(made.json()["created_at"].as_string().value_or("")));

  const auto posted = cell.call("POST", "/v1/alerts",
                                R"({"title":"New HackerNews Story","message":"Check out this awesome article!","priority":"high",
                                    "delivery_method":"sms","recipient_filters":{"tags":["tech","news"],"active_only":true}})");
  ASSERT_EQ(posted.status, 202) << posted.body;
  EXPECT_EQ(member_names(posted.json()), (std::set<std::string>{"alert_id", "status", "created_at", "estimated_recipients"}));
  EXPECT_EQ(posted.json()["status"].as_string(), "queued");
  EXPECT_EQ(posted.json()["estimated_recipients"].as_int(), 1);
  const auto id = posted.json()["alert_id"].as_string().value_or("");
  EXPECT_TRUE(id.starts_with("alert_"));

  ASSERT_TRUE(eventually([&] { return cell.counts(id)["delivered"] == 1; }));
  const auto status = cell.call("GET", "/v1/alerts/" + id + "/status");
  ASSERT_EQ(status.status, 200);
  EXPECT_EQ(status.json()["alert_id"].as_string(), id);
  EXPECT_EQ(status.json()["total_recipients"].as_int(), 1);
  EXPECT_EQ(member_names(status.json()["delivery_status"]), (std::set<std::string>{"sent", "delivered", "failed", "pending", "cancelled"}));
  const auto deliveries = status.json()["deliveries"].elements();
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(deliveries[0]["recipient_id"].as_string(), made.json()["recipient_id"].as_string());
  EXPECT_EQ(deliveries[0]["phone_number"].as_string(), "+1234567890");
  EXPECT_EQ(deliveries[0]["status"].as_string(), "delivered");
  EXPECT_TRUE(deliveries[0]["twilio_sid"].as_string()->starts_with("SM"));
  EXPECT_TRUE(deliveries[0]["sent_at"].as_string());
  EXPECT_TRUE(deliveries[0]["delivered_at"].as_string());
}

TEST_P(Delivery, WhatNoCallbackTellsIsAskedFor) {
  cell.faults(R"({"callback_loss":1,"recipients":[{"to":"+15551000001","error_code":30005}]})");
  for (int n = 0; n < 10; ++n) { cell.make_recipient(number(n)); }
  const auto id = cell.post_alert(R"({"title":"Fire","message":"Leave the building."})");
  const auto all_known = [&] {
    auto counts = cell.counts(id);
    return counts["delivered"] == 9 && counts["failed"] == 1;
  };
  EXPECT_TRUE(eventually(all_known)) << cell.call("GET", "/v1/alerts/" + id + "/status").body;
}

TEST_P(Delivery, FortyTwoPhonesWithCallbacksLateDoubledAndReorderedEndInTheRightCounts) {
  cell.faults(R"({"callback_delay_min_ms":0,"callback_delay_max_ms":400,"callback_duplication":0.5,"callback_reordering":0.4,
                  "callback_held_min_ms":100,"callback_held_max_ms":900,
                  "recipients":[{"to":")" +
              number(3) + R"(","error_code":30005},{"to":")" + number(7) + R"(","refuse":21614}]})");
  for (int n = 0; n < 42; ++n) { cell.make_recipient(number(n)); }
  const auto id = cell.post_alert(R"({"title":"T","message":"M","recipient_filters":{"tags":["news"]}})");
  ASSERT_TRUE(cell.completes(id));
  const std::map<std::string, std::int64_t> expected{{"total", 42}, {"sent", 40},   {"delivered", 40},
                                                     {"failed", 2}, {"pending", 0}, {"cancelled", 0}};
  EXPECT_TRUE(eventually([&] { return cell.counts(id) == expected; })) << cell.call("GET", "/v1/alerts/" + id + "/status?limit=200").body;
  std::map<std::string, int> phones;
  for (const auto& item : cell.received()) {
    EXPECT_EQ(item.text, "T\nM");
    ++phones[item.to];
  }
  EXPECT_EQ(phones.size(), 40U);
  for (const auto& [phone, messages] : phones) { EXPECT_EQ(messages, 1) << phone; }
}

TEST_P(Delivery, ACallIsHeardAndAcknowledgedByAKey) {
  cell.faults(R"({"ringing_min_ms":10,"ringing_max_ms":20})");
  cell.make_recipient(number(1), R"(["oncall"])", R"({"sms_enabled":false,"voice_enabled":true})");
  const auto id = cell.post_alert(
      R"({"title":"Fire","message":"In <building> 7 & 8","priority":"critical","delivery_method":"voice","recipient_filters":{"tags":["oncall"]}})");
  ASSERT_TRUE(eventually([&] { return !cell.received_by(number(1)).empty(); }));
  EXPECT_NE(cell.received_by(number(1)).front().text.find("In <building> 7 & 8"), std::string::npos);
  EXPECT_TRUE(
      eventually([&] { return cell.simulator("POST", "/simulator/phones/" + number(1) + "/press", R"({"digits":"1"})").status == 204; }));
  EXPECT_TRUE(eventually([&] {
    const auto status = cell.call("GET", "/v1/alerts/" + id + "/status");
    const auto deliveries = status.json()["deliveries"].elements();
    return !deliveries.empty() && deliveries[0]["acknowledged_at"].as_string().has_value();
  }));
}

TEST_P(Delivery, WhatFailedOnItsWayIsSentAgainSoOftenAtMost) {
  const auto row = [](int n, const std::string& what) { return R"({"to":")" + number(n) + "\"," + what + "}"; };
  cell.faults(R"({"ringing_min_ms":10,"ringing_max_ms":20,"recipients":[)" + row(1, R"("error_code":30003,"times":1)") + "," +
              row(2, R"("error_code":30003)") + "," + row(3, R"("error_code":30007)") + "," + row(4, R"("call":"busy","times":1)") + "," +
              row(5, R"("call":"no-answer")") + "]}");
  for (int n = 1; n <= 3; ++n) { cell.make_recipient(number(n)); }
  for (int n = 4; n <= 5; ++n) { cell.make_recipient(number(n), R"(["news"])", R"({"sms_enabled":false,"voice_enabled":true})"); }
  const auto id = cell.post_alert(R"({"title":"T","message":"M","delivery_method":"both","recipient_filters":{"tags":["news"]}})");
  const std::map<std::string, std::int64_t> expected{{"total", 5},  {"sent", 2},    {"delivered", 2},
                                                     {"failed", 3}, {"pending", 0}, {"cancelled", 0}};
  EXPECT_TRUE(eventually([&] { return cell.counts(id) == expected; })) << cell.call("GET", "/v1/alerts/" + id + "/status?limit=200").body;
  EXPECT_TRUE(cell.completes(id));
  std::map<std::string, int> tries;
  for (const auto& item : cell.taken()) { ++tries[item.to]; }
  const std::map<std::string, int> wanted{{number(1), 2}, {number(2), 2}, {number(3), 1}, {number(4), 2}, {number(5), 3}};
  EXPECT_EQ(tries, wanted);
}

TEST_P(Delivery, StopMeansStopUntilStart) {
  const auto recipient = cell.make_recipient(number(1));
  const auto alert = R"({"title":"T","message":"M","recipient_filters":{"tags":["news"]}})";
  cell.start_simulator({{"BIZCOMMS_SIMULATOR_INBOUND_URL", "http://" + cell.api_address() + "/v1/webhooks/twilio/inbound-message"}});
  ASSERT_TRUE(cell.completes(cell.post_alert(alert)));
  ASSERT_TRUE(eventually([&] { return cell.received_by(number(1)).size() == 1; }));
  const auto write = [&](const std::string& word) {
    EXPECT_LT(cell.simulator("POST", "/simulator/phones/" + number(1) + "/reply", R"({"body":")" + word + R"("})").status, 300);
  };
  const auto opted_out = [&] { return cell.call("GET", "/v1/recipients/" + recipient).json()["opted_out"]["by"].as_string(); };
  write("stop");
  ASSERT_TRUE(eventually([&] { return opted_out() == "STOP"; })) << opted_out().value_or("none");
  EXPECT_EQ(cell.call("DELETE", "/v1/recipients/" + recipient).status, 204);
  const auto again = cell.make_recipient(number(1));  // neither erasure nor a new entry undoes it
  const auto id = cell.post_alert(alert);
  ASSERT_TRUE(cell.completes(id));
  EXPECT_EQ(cell.counts(id)["failed"] + cell.counts(id)["cancelled"], 1);
  EXPECT_EQ(cell.received_by(number(1)).size(), 1U);
  write("START");
  ASSERT_TRUE(eventually([&] { return cell.call("GET", "/v1/recipients/" + again).json()["opted_out"].is_null(); }));
  ASSERT_TRUE(cell.completes(cell.post_alert(alert)));
  EXPECT_TRUE(eventually([&] { return cell.received_by(number(1)).size() == 2; }));
}

TEST_P(Delivery, AStopThatNoWebhookToldIsFoundByTheNextWorker) {
  const auto recipient = cell.make_recipient(number(1));
  const auto opted_out = [&] { return cell.call("GET", "/v1/recipients/" + recipient).json()["opted_out"]["by"].as_string(); };
  ASSERT_TRUE(cell.completes(cell.post_alert(R"({"title":"T","message":"M"})")));
  EXPECT_LT(cell.simulator("POST", "/simulator/phones/" + number(1) + "/reply", R"({"body":"Stop"})").status, 300);
  EXPECT_FALSE(opted_out());
  cell.start_work();
  EXPECT_TRUE(eventually([&] { return opted_out() == "STOP"; })) << opted_out().value_or("none");
}

TEST_P(Delivery, ACancelledAlertStopsBeforeWhatHasNotLeft) {
  cell.work().signal(SIGSTOP);
  for (int n = 0; n < 5; ++n) { cell.make_recipient(number(n)); }
  const auto id = cell.post_alert(R"({"title":"T","message":"M"})");
  EXPECT_EQ(cell.call("DELETE", "/v1/alerts/" + id).status, 204);
  EXPECT_EQ(cell.call("DELETE", "/v1/alerts/" + id).status, 204);
  cell.work().signal(SIGCONT);
  const auto after = cell.post_alert(R"({"title":"Next","message":"M"})");
  ASSERT_TRUE(cell.completes(after));
  EXPECT_EQ(cell.alert_status(id), "cancelled");
  for (const auto& item : cell.taken()) { EXPECT_EQ(item.text, "Next\nM"); }
  EXPECT_EQ(cell.call("DELETE", "/v1/alerts/" + after).status, 409);
}

TEST_P(Delivery, BothChannelsReachARecipientWhoWantsBoth) {
  cell.make_recipient(number(1), R"(["x"])", R"({"sms_enabled":true,"voice_enabled":true})");
  cell.make_recipient(number(2), R"(["x"])", R"({"sms_enabled":true,"voice_enabled":false})");
  cell.make_recipient(number(3), R"(["x"])", R"({"sms_enabled":false,"voice_enabled":false})");
  const auto id = cell.post_alert(R"({"title":"T","message":"M","delivery_method":"both","recipient_filters":{"tags":["x"]}})");
  ASSERT_TRUE(cell.completes(id));
  const auto counts = cell.counts(id);
  EXPECT_EQ(counts.at("sent"), 3) << "one call, two messages";
  EXPECT_EQ(cell.taken().size(), 3U);
}

}  // namespace
}  // namespace bizcomms::test

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/api/api_on_fakes.hpp"

namespace bizcomms::api {
namespace {

using Texts = std::vector<std::string>;

// The ids of all pages of that target, and how many pages there were.
Texts walk(ApiOnFakes& fakes, const std::string& target, const std::string& list, const std::string& id, int* pages = nullptr) {
  Texts ids;
  std::string cursor;
  for (int page = 0; page < 100; ++page) {
    const auto answer = fakes.ask("GET", fmt::format("{}{}{}", target, cursor.empty() ? "" : "&cursor=", cursor));
    EXPECT_EQ(answer.status, 200) << answer.response.body;
    for (const auto& each : answer[list].elements()) { ids.push_back(each[id].as_string().value_or("")); }
    if (pages != nullptr) { *pages = page + 1; }
    cursor = answer.text("next_cursor");
    if (cursor.empty()) { break; }
  }
  return ids;
}

TEST(ListAlerts, PagesFromTheNewestToTheOldest) {
  ApiOnFakes fakes;
  Texts made;
  for (int i = 0; i < 7; ++i) { made.insert(made.begin(), fakes.post_alert()); }
  int pages = 0;
  EXPECT_EQ(walk(fakes, "/v1/alerts?limit=3", "alerts", "alert_id", &pages), made);
  EXPECT_EQ(pages, 3);
}

TEST(ListAlerts, Filters) {
  ApiOnFakes fakes;
  const auto low = fakes.post_alert(R"({"title":"T","message":"M","priority":"low"})");
  fakes.clock.advance(std::chrono::minutes{1});
  const auto high = fakes.post_alert(R"({"title":"T","message":"M","priority":"high"})");
  fakes.ask("DELETE", "/v1/alerts/" + high);
  const auto found = [&](const std::string& query) { return walk(fakes, "/v1/alerts?" + query, "alerts", "alert_id"); };
  EXPECT_EQ(found("status=cancelled"), Texts{high});
  EXPECT_EQ(found("priority=low"), Texts{low});
  EXPECT_EQ(found("created_after=2026-01-01T12:00:30Z"), Texts{high});
  EXPECT_EQ(found("created_before=2026-01-01T14:00:30%2B02:00"), Texts{low});
  EXPECT_EQ(found("created_after=1900-01-01T00:00:00Z"), (Texts{high, low}));
  EXPECT_EQ(found("priority=low&status=cancelled"), Texts{});
}

TEST(ListAlerts, NamesEveryParameterThatIsWrong) {
  ApiOnFakes fakes;
  const auto answer =
      fakes.ask("GET", "/v1/alerts?limit=201&status=done&priority=&created_after=2026-01-01T12:00:00+02:00&page=2&priority=low&cursor=zzz");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.errors(),
            (Texts{"limit: must be a whole number from 1 to 200", "status: must be one of queued, sending, completed, cancelled, failed",
                   "priority: is given twice; keep one",
                   "created_after: must be an RFC 3339 time such as 2026-01-01T12:00:00Z; a + in it is written %2B",
                   "cursor: is not a cursor of this list with these filters; take next_cursor as it came, or leave it out to start again",
                   "page: is not a parameter of this request; known are limit, status, priority, created_after, created_before, cursor"}));
  for (const auto* limit : {"0", "-1", "1.0", "", "1e2", "99999999999999999999", " 5"}) {
    EXPECT_EQ(fakes.ask("GET", std::string("/v1/alerts?limit=") + http::percent_encode(limit)).status, 400) << limit;
  }
}

TEST(ListAlerts, RefusesACursorOfOtherFiltersOrOfAnotherList) {
  ApiOnFakes fakes;
  for (int i = 0; i < 3; ++i) { fakes.post_alert(); }
  fakes.post_recipient("+15551230001");
  fakes.post_recipient("+15551230002");
  const auto cursor = fakes.ask("GET", "/v1/alerts?limit=1").text("next_cursor");
  const auto of_recipients = fakes.ask("GET", "/v1/recipients?limit=1").text("next_cursor");
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts?limit=2&cursor=" + cursor).status, 200);  // the limit may change
  for (const auto& target :
       {"/v1/alerts?status=queued&cursor=" + cursor, "/v1/recipients?cursor=" + cursor, "/v1/alerts?cursor=" + of_recipients,
        "/v1/alerts?cursor=" + cursor + "A", std::string("/v1/alerts?cursor=")}) {
    const auto answer = fakes.ask("GET", target);
    EXPECT_EQ(answer.status, 400) << target;
    EXPECT_EQ(answer["errors"].elements().at(0)["field"].as_string(), "cursor");
  }
}

TEST(ListRecipients, PagesAndFilters) {
  ApiOnFakes fakes;
  Texts tech;
  for (int i = 10; i < 15; ++i) { tech.push_back(fakes.post_recipient("+155512300" + std::to_string(i), R"(,"tags":["Tech"])")); }
  const auto idle = fakes.post_recipient("+15551230099", R"(,"active":false)");
  EXPECT_EQ(walk(fakes, "/v1/recipients?limit=2&tag=%20TECH", "recipients", "recipient_id"), tech);
  EXPECT_EQ(walk(fakes, "/v1/recipients?active=false", "recipients", "recipient_id"), Texts{idle});
  EXPECT_EQ(fakes.ask("GET", "/v1/recipients?active=yes&tag=").errors(),
            (Texts{"tag: must have 1 to 64 characters", "active: must be true or false"}));
}

class AlertStatus : public testing::Test {
protected:
  void SetUp() override {
    for (int i = 10; i < 15; ++i) { fakes.post_recipient("+155512300" + std::to_string(i)); }
    id = fakes.post_alert();
    alert_id = *alert::AlertId::parse(id);
    ASSERT_TRUE(fakes.store.expand(alert_id, 500));
    const auto batch = fakes.store.load(alert_id, 1);
    ASSERT_TRUE(batch);
    for (const auto& member : batch->members) {
      alert::Intent intent{
          .id = {alert_id, 1, member.recipient, alert::Channel::sms}, .token = {fakes.ids.next_uuid()}, .lease = Millis{60'000}};
      ASSERT_TRUE(fakes.store.begin(std::array{intent}));
      intents.push_back(intent);
    }
  }
  void record(std::size_t at, alert::Outcome::Kind kind, std::optional<std::string> sid) {
    const alert::Outcome outcome{.id = intents.at(at).id,
                                 .token = intents.at(at).token,
                                 .kind = kind,
                                 .sid = std::move(sid),
                                 .error_code = kind == alert::Outcome::Kind::failed ? std::optional(21211) : std::nullopt,
                                 .reason = kind == alert::Outcome::Kind::failed ? "No such number." : ""};
    ASSERT_TRUE(fakes.store.record(std::array{outcome}));
    ASSERT_TRUE(fakes.store.recount(std::array{std::pair{alert_id, 1}}));
  }

  ApiOnFakes fakes;
  std::string id;
  alert::AlertId alert_id;
  std::vector<alert::Intent> intents;
};

TEST_F(AlertStatus, ShowsCountsAndEachDelivery) {
  record(0, alert::Outcome::Kind::sent, "SM00000000000000000000000000000001");
  record(1, alert::Outcome::Kind::failed, {});
  const auto answer = fakes.ask("GET", "/v1/alerts/" + id + "/status");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("alert_id"), id);
  EXPECT_EQ(answer.text("status"), "sending");
  EXPECT_EQ(answer["total_recipients"].as_int(), 5);
  const auto counts = answer["delivery_status"];
  EXPECT_EQ(counts["sent"].as_int(), 1);
  EXPECT_EQ(counts["delivered"].as_int(), 0);
  EXPECT_EQ(counts["failed"].as_int(), 1);
  EXPECT_EQ(counts["pending"].as_int(), 3);
  EXPECT_EQ(counts["cancelled"].as_int(), 0);
  const auto deliveries = answer["deliveries"].elements();
  ASSERT_EQ(deliveries.size(), 5U);
  EXPECT_EQ(deliveries[0]["recipient_id"].as_string(), intents[0].id.recipient.to_string());
  EXPECT_EQ(deliveries[0]["channel"].as_string(), "sms");
  EXPECT_EQ(deliveries[0]["phone_number"].as_string(), "+15551230010");
  EXPECT_EQ(deliveries[0]["status"].as_string(), "sent");
  EXPECT_EQ(deliveries[0]["twilio_sid"].as_string(), "SM00000000000000000000000000000001");
  EXPECT_EQ(deliveries[0]["sent_at"].as_string(), "2026-01-01T12:00:00Z");
  EXPECT_EQ(deliveries[0]["attempts"].as_int(), 1);
  for (const auto* absent : {"delivered_at", "acknowledged_at", "error_code", "reason"}) { EXPECT_TRUE(deliveries[0][absent].is_null()); }
  EXPECT_EQ(deliveries[0].members().size(), 11U);
  EXPECT_EQ(deliveries[1]["error_code"].as_int(), 21211);
  EXPECT_EQ(deliveries[1]["reason"].as_string(), "No such number.");
}

TEST_F(AlertStatus, PagesAndFilters) {
  record(0, alert::Outcome::Kind::sent, "SM00000000000000000000000000000001");
  Texts all;
  for (const auto& intent : intents) { all.push_back(intent.id.recipient.to_string()); }
  EXPECT_EQ(walk(fakes, "/v1/alerts/" + id + "/status?limit=2", "deliveries", "recipient_id"), all);
  EXPECT_EQ(walk(fakes, "/v1/alerts/" + id + "/status?status=sent", "deliveries", "recipient_id"), Texts{all[0]});
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts/" + id + "/status?status=done").status, 400);
}

TEST_F(AlertStatus, RefusesTheCursorOfAnotherAlert) {
  const auto cursor = fakes.ask("GET", "/v1/alerts/" + id + "/status?limit=1").text("next_cursor");
  ASSERT_FALSE(cursor.empty());
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts/" + fakes.post_alert() + "/status?cursor=" + cursor).status, 400);
}

TEST_F(AlertStatus, ShowsNoNumberOfAnErasedRecipient) {
  EXPECT_EQ(fakes.ask("DELETE", "/v1/recipients/" + intents[0].id.recipient.to_string()).status, 204);
  const auto answer = fakes.ask("GET", "/v1/alerts/" + id + "/status");
  EXPECT_TRUE(answer["deliveries"].elements().at(0)["phone_number"].is_null());
}

}  // namespace
}  // namespace bizcomms::api

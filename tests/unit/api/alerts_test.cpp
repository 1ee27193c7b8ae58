#include <gtest/gtest.h>

#include "bizcomms/alert/validation.hpp"
#include "unit/api/api_on_fakes.hpp"

namespace bizcomms::api {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* k_example = R"({"title":"New HackerNews Story","message":"Check out this awesome article!","priority":"high",
  "delivery_method":"sms","recipient_filters":{"tags":["tech","News "],"active_only":true}})";

http::Headers idempotent(const std::string& key) { return {{"Idempotency-Key", key}}; }

TEST(PostAlert, AnswersWhatItAccepted) {
  ApiOnFakes fakes;
  fakes.post_recipient("+15551230001", R"(,"tags":["tech"])");
  const auto answer = fakes.ask("POST", "/v1/alerts", k_example);
  const auto id = answer.text("alert_id");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.response.body,
            R"({"alert_id":")" + id + R"(","status":"queued","created_at":"2026-01-01T12:00:00Z","estimated_recipients":1})");
  EXPECT_TRUE(alert::AlertId::parse(id));
  EXPECT_EQ(answer.header("Location"), "/v1/alerts/" + id);
}

TEST(GetAlert, ShowsEveryField) {
  ApiOnFakes fakes;
  const auto id = fakes.post_alert(k_example);
  const auto answer = fakes.ask("GET", "/v1/alerts/" + id);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
      answer.response.body,
      R"({"alert_id":")" + id +
          R"(","title":"New HackerNews Story","message":"Check out this awesome article!","priority":"high","delivery_method":"sms",)"
          R"("recipient_filters":{"tags":["news","tech"],"tags_match":"any","active_only":true},"status":"queued","estimated_recipients":0,)"
          R"("created_at":"2026-01-01T12:00:00Z","updated_at":"2026-01-01T12:00:00Z","sending_at":null,"ended_at":null,"reason":null})");
}

TEST(PostAlert, TakesTheDefaults) {
  ApiOnFakes fakes;
  const auto answer = fakes.ask("GET", "/v1/alerts/" + fakes.post_alert());
  EXPECT_EQ(answer.text("priority"), "normal");
  EXPECT_EQ(answer.text("delivery_method"), "sms");
  EXPECT_TRUE(answer["recipient_filters"]["tags"].elements().empty());
  EXPECT_EQ(answer["recipient_filters"]["active_only"].as_bool(), true);
  EXPECT_EQ(answer["recipient_filters"]["tags_match"].as_string(), "any");
}

TEST(PostAlert, NamesEveryFieldThatIsWrong) {
  ApiOnFakes fakes;
  const auto answer = fakes.ask(
      "POST", "/v1/alerts",
      R"({"title":7,"priority":"urgent","delivery_method":null,"recipient_filters":{"tags":["",3],"actve_only":1},"mesage":"x"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.response.content_type, "application/problem+json");
  EXPECT_EQ(answer.text("type"), "urn:bizcomms:problem:invalid");
  EXPECT_EQ(answer.text("detail"), "The alert is not valid.");
  EXPECT_EQ(answer.text("request_id"), "request-1");
  EXPECT_EQ(answer["status"].as_int(), 400);
  EXPECT_EQ(answer.errors(), (Texts{"title: must be a text, not a number", "message: is missing; it is required",
                                    "priority: must be one of \"low\", \"normal\", \"high\", \"critical\"",
                                    "delivery_method: must be one of \"sms\", \"voice\", \"both\"",
                                    "recipient_filters.tags[1]: must be a text, not a number",
                                    "recipient_filters.actve_only: is not a known field; did you mean \"active_only\"?",
                                    "mesage: is not a known field; did you mean \"message\"?"}));
}

TEST(PostAlert, RefusesWhatDoesNotFitIntoAMessageOrACall) {
  ApiOnFakes fakes;
  const auto body = [](const std::string& method, const std::string& message) {
    return R"({"title":"T","delivery_method":")" + method + R"(","message":")" + message + "\"}";
  };
  const auto long_text = fakes.ask("POST", "/v1/alerts", body("sms", std::string(1'599, 'a')));
  ASSERT_EQ(long_text.errors().size(), 1U);
  EXPECT_TRUE(long_text.errors()[0].starts_with("message: makes an SMS of 1601 UTF-16 units")) << long_text.errors()[0];
  EXPECT_EQ(fakes.ask("POST", "/v1/alerts", body("voice", std::string(1'600, 'a'))).status, 202);
  const auto long_call = fakes.ask("POST", "/v1/alerts", body("voice", std::string(1'600, '&')));
  ASSERT_EQ(long_call.errors().size(), 1U);
  EXPECT_TRUE(long_call.errors()[0].starts_with("message: makes a call script of")) << long_call.errors()[0];
}

TEST(PostAlert, RefusesWhatIsNoJsonObject) {
  ApiOnFakes fakes;
  EXPECT_TRUE(fakes.ask("POST", "/v1/alerts", "{\"title\":").text("detail").starts_with("This is not valid JSON: line 1, column 10"));
  EXPECT_EQ(fakes.ask("POST", "/v1/alerts", "[]").errors(), Texts{"body: must be a JSON object"});
  EXPECT_EQ(fakes.ask("POST", "/v1/alerts", "").text("detail"), "This is not valid JSON: it is empty.");
  EXPECT_EQ(fakes.ask("POST", "/v1/alerts", R"({"title":"a","title":"b","message":"m"})").errors(),
            Texts{"title: is given twice; keep one"});
}

TEST(PostAlert, RefusesQueryParameters) {
  ApiOnFakes fakes;
  EXPECT_EQ(fakes.ask("POST", "/v1/alerts?dry_run=1", k_example).errors(),
            Texts{"dry_run: is not known; this request takes no query parameters"});
}

TEST(PostAlert, GivesTheSameAnswerForTheSameKeyAndBody) {
  ApiOnFakes fakes;
  const auto first = fakes.ask("POST", "/v1/alerts", k_example, idempotent("order-1"));
  fakes.clock.advance(std::chrono::minutes{5});
  const auto again = fakes.ask("POST", "/v1/alerts", k_example, idempotent("order-1"));
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.response.body, first.response.body);
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts")["alerts"].elements().size(), 1U);
}

TEST(PostAlert, RefusesAnotherBodyUnderTheSameKey) {
  ApiOnFakes fakes;
  fakes.ask("POST", "/v1/alerts", k_example, idempotent("order-1"));
  const auto other = fakes.ask("POST", "/v1/alerts", R"({"title":"T","message":"M"})", idempotent("order-1"));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.text("type"), "urn:bizcomms:problem:idempotency-mismatch");
  EXPECT_EQ(other["errors"].elements().at(0)["field"].as_string(), "Idempotency-Key");
}

TEST(PostAlert, KeepsIdempotencyKeysApartByApiKey) {
  ApiOnFakes fakes;
  fakes.loaded_keys = {{"others", hash_of("bzk_of_the_others")}};
  const auto ours = fakes.ask("POST", "/v1/alerts", k_example, idempotent("1"));
  const auto theirs = fakes.ask("POST", "/v1/alerts", k_example, {{"Idempotency-Key", "1"}, {"X-API-Key", "bzk_of_the_others"}});
  EXPECT_EQ(theirs.status, 202);
  EXPECT_NE(ours.text("alert_id"), theirs.text("alert_id"));
}

TEST(PostAlert, KeepsNoAnswerButAnAcceptance) {
  ApiOnFakes fakes;
  EXPECT_EQ(fakes.ask("POST", "/v1/alerts", R"({"title":"T"})", idempotent("1")).status, 400);
  EXPECT_EQ(fakes.ask("POST", "/v1/alerts", R"({"title":"T","message":"M"})", idempotent("1")).status, 202);
}

TEST(PostAlert, RefusesAnIdempotencyKeyOfAnotherForm) {
  ApiOnFakes fakes;
  for (const auto& key : {std::string(), std::string(256, 'k'), std::string("two words"), std::string("é")}) {
    const auto answer = fakes.ask("POST", "/v1/alerts", k_example, idempotent(key));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.errors(), Texts{"Idempotency-Key: must be 1 to 255 visible ASCII characters without spaces"});
  }
  EXPECT_EQ(fakes.ask("POST", "/v1/alerts", k_example, idempotent(std::string(255, 'k'))).status, 202);
}

TEST(Alerts, AreNotFoundByAnIdThatNobodyHas) {
  ApiOnFakes fakes;
  const auto nobody = alert::AlertId{Uuid::at(fakes.clock.now())}.to_string();
  for (const auto& id : {nobody, std::string("1"), std::string("recip_00000000000000000000000000"), nobody + "0"}) {
    for (const auto* method : {"GET", "PUT", "DELETE"}) {
      const auto answer = fakes.ask(method, "/v1/alerts/" + id, "{}");
      EXPECT_EQ(answer.status, 404) << method << " " << id;
      EXPECT_EQ(answer.text("type"), "urn:bizcomms:problem:not-found");
    }
    EXPECT_EQ(fakes.ask("GET", "/v1/alerts/" + id + "/status").status, 404);
  }
}

TEST(PutAlert, ChangesTheFieldsGiven) {
  ApiOnFakes fakes;
  const auto id = fakes.post_alert(k_example);
  const auto answer = fakes.ask("PUT", "/v1/alerts/" + id, R"({"priority":"critical","recipient_filters":{"tags_match":"all"}})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("priority"), "critical");
  EXPECT_EQ(answer.text("title"), "New HackerNews Story");
  EXPECT_TRUE(answer["recipient_filters"]["tags"].elements().empty());
  EXPECT_EQ(answer["recipient_filters"]["tags_match"].as_string(), "all");
}

TEST(PutAlert, ValidatesTheWhole) {
  ApiOnFakes fakes;
  const auto id = fakes.post_alert(R"({"title":"T","delivery_method":"voice","message":")" + std::string(1'600, 'a') + "\"}");
  const auto answer = fakes.ask("PUT", "/v1/alerts/" + id, R"({"delivery_method":"both"})");
  EXPECT_EQ(answer.status, 400);
  ASSERT_EQ(answer.errors().size(), 1U);
  EXPECT_TRUE(answer.errors()[0].starts_with("message: makes an SMS of 1602"));
  EXPECT_EQ(
      fakes.ask("PUT", "/v1/alerts/" + id, R"({"title":"","status":"sending"})").errors(),
      (Texts{"status: is not a known field; known are \"title\", \"message\", \"priority\", \"delivery_method\", \"recipient_filters\"",
             "title: is empty; give 1 to 200 characters"}));
  EXPECT_EQ(fakes.ask("PUT", "/v1/alerts/" + id, R"({"title":"U"})").status, 200);
}

TEST(PutAlert, LeavesAnUnchangedAlertAlone) {
  ApiOnFakes fakes;
  const auto id = fakes.post_alert();
  fakes.clock.advance(Millis{5});
  const auto answer = fakes.ask("PUT", "/v1/alerts/" + id, R"({"title":"T"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("updated_at"), "2026-01-01T12:00:00Z");
}

TEST(PutAlert, IsRefusedOnceSendingHasBegun) {
  ApiOnFakes fakes;
  fakes.post_recipient("+15551230001");
  const auto id = fakes.post_alert();
  ASSERT_TRUE(fakes.store.expand(*alert::AlertId::parse(id), 500));
  const auto answer = fakes.ask("PUT", "/v1/alerts/" + id, R"({"title":"U"})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_TRUE(answer.text("detail").starts_with("This alert is sending: it can be changed only while it is queued."));
}

TEST(DeleteAlert, CancelsOnceAndForAll) {
  ApiOnFakes fakes;
  const auto id = fakes.post_alert();
  const auto first = fakes.ask("DELETE", "/v1/alerts/" + id);
  EXPECT_EQ(first.status, 204);
  EXPECT_TRUE(first.response.body.empty());
  EXPECT_EQ(fakes.ask("DELETE", "/v1/alerts/" + id).status, 204);
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts/" + id).text("status"), "cancelled");
}

TEST(DeleteAlert, IsRefusedOnACompletedAlert) {
  ApiOnFakes fakes;
  const auto id = fakes.post_alert();
  ASSERT_TRUE(fakes.store.expand(*alert::AlertId::parse(id), 500));  // nobody matches: completed
  EXPECT_EQ(fakes.ask("DELETE", "/v1/alerts/" + id).status, 409);
}

TEST(Alerts, AreNotServedWhileTheDatabaseIsDown) {
  ApiOnFakes fakes;
  const auto id = fakes.post_alert();
  fakes.store.set_down(true);
  const auto answer = fakes.ask("POST", "/v1/alerts", k_example);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  EXPECT_EQ(answer.text("type"), "urn:bizcomms:problem:unavailable");
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts/" + id).status, 503);
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts").status, 503);
}

}  // namespace
}  // namespace bizcomms::api

// The document that the server serves, held against the server: every operation it names is called, for its success and its refusals, and
// every answer must be one that it documents, in the documented shape.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "bizcomms/crypto/crypto.hpp"
#include "support/cell.hpp"
#include "system/schema.hpp"

namespace bizcomms::test {
namespace {

class OpenApi : public testing::Test {
protected:
  void SetUp() override {
    cell.start_serve();
    const auto answer = cell.call("GET", "/openapi.json");
    ASSERT_EQ(answer.status, 200);
    document = std::make_unique<json::Document>(*json::Document::parse(answer.body));
  }

  // Calls, and holds the answer against what the document says of it. `path` as documented, `target` as called.
  Answer expect(int status, const std::string& method, const std::string& path, const std::string& target, const std::string& body = {},
                const http::Headers& headers = {}) {
    auto answer = cell.call(method, target, body, headers);
    const std::string what = method + " " + target + " → " + std::to_string(answer.status) + " " + answer.body;
    EXPECT_EQ(answer.status, status) << what;
    EXPECT_TRUE(answer.headers.find("X-Request-Id")) << what;
    std::string lower = method;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto operation = document->root()["paths"][path][lower];
    EXPECT_TRUE(operation.is_object()) << "not documented: " << what;
    const auto response = resolved(document->root(), operation["responses"][std::to_string(answer.status)]);
    EXPECT_TRUE(response.is_object()) << "this status is not documented: " << what;
    called.insert(method + " " + path);
    hold(response, answer, what);
    return answer;
  }

  void hold(const json::Value& response, const Answer& answer, const std::string& what) {
    const auto contents = response["content"].members();
    if (contents.empty()) {
      EXPECT_EQ(answer.body, "") << what;
      return;
    }
    const auto type = std::string(answer.headers.find("Content-Type").value_or(""));
    bool documented = false;
    for (const auto& [name, content] : contents) {
      if (!type.starts_with(name)) { continue; }
      documented = true;
      if (name.find("json") == std::string::npos) { continue; }
      for (const auto& error : schema_errors(document->root(), content["schema"], answer.json())) {
        ADD_FAILURE() << what << ": " << error;
      }
    }
    EXPECT_TRUE(documented) << type << " is not documented: " << what;
  }

  Cell cell;
  std::unique_ptr<json::Document> document;
  std::set<std::string> called;
};

constexpr const char* k_alert =
    R"({"title":"T","message":"M","delivery_method":"both","recipient_filters":{"tags":["x","y"],"tags_match":"all"}})";
constexpr const char* k_recipient = R"({"name":"Ann","phone_number":"+15550001111","tags":["x"]})";

TEST_F(OpenApi, EveryDocumentedOperationAnswersAsDocumented) {
  const http::Headers no_key{{"X-API-Key", "wrong-wrong-wrong-wrong"}};
  expect(200, "GET", "/health", "/health");
  expect(200, "GET", "/openapi.json", "/openapi.json");

  const std::string alerts = "/v1/alerts";
  const auto made = expect(202, "POST", alerts, alerts, k_alert, {{"Idempotency-Key", "k1"}});
  const auto alert_id = made.json()["alert_id"].as_string().value_or("");
  expect(202, "POST", alerts, alerts, k_alert, {{"Idempotency-Key", "k1"}});
  expect(422, "POST", alerts, alerts, R"({"title":"Other","message":"M"})", {{"Idempotency-Key", "k1"}});
  expect(400, "POST", alerts, alerts, R"({"title":"","mesage":"M"})");
  expect(401, "POST", alerts, alerts, k_alert, no_key);
  expect(413, "POST", alerts, alerts, std::string(1'100'000, ' '));
  expect(415, "POST", alerts, alerts, k_alert, {{"Content-Type", "text/plain"}});
  expect(200, "GET", alerts, alerts + "?limit=1&status=queued&priority=normal&created_after=2020-01-01T00:00:00Z");
  expect(400, "GET", alerts, alerts + "?limit=0");

  const std::string alert = "/v1/alerts/{alert_id}";
  const auto target = "/v1/alerts/" + alert_id;
  const auto nowhere = std::string("/v1/alerts/alert_00000000000000000000000000");
  expect(200, "GET", alert, target);
  expect(404, "GET", alert, nowhere);
  expect(200, "PUT", alert, target, R"({"priority":"high"})");
  expect(400, "PUT", alert, target, R"({"priority":"highest"})");
  expect(404, "PUT", alert, nowhere, R"({"priority":"high"})");
  expect(200, "GET", "/v1/alerts/{alert_id}/status", target + "/status?status=pending");
  expect(404, "GET", "/v1/alerts/{alert_id}/status", nowhere + "/status");
  expect(204, "DELETE", alert, target);
  expect(204, "DELETE", alert, target);
  expect(409, "PUT", alert, target, R"({"priority":"low"})");
  expect(404, "DELETE", alert, nowhere);

  const std::string recipients = "/v1/recipients";
  const std::string recipient = "/v1/recipients/{recipient_id}";
  const auto person = expect(201, "POST", recipients, recipients, k_recipient);
  const auto person_target = recipients + "/" + person.json()["recipient_id"].as_string().value_or("");
  expect(409, "POST", recipients, recipients, k_recipient);
  expect(400, "POST", recipients, recipients, R"({"name":"Ann","phone_number":"5550001111"})");
  expect(200, "GET", recipients, recipients + "?tag=x&active=true&limit=5");
  expect(400, "GET", recipients, recipients + "?tags=x");
  expect(200, "GET", recipient, person_target);
  expect(200, "PUT", recipient, person_target, R"({"preferences":{"voice_enabled":true},"active":false})");
  expect(404, "GET", recipient, recipients + "/recip_00000000000000000000000000");
  expect(204, "DELETE", recipient, person_target);
  expect(404, "DELETE", recipient, person_target);

  for (const auto* webhook : {"message-status", "call-status", "inbound-message", "keypress"}) {
    const auto path = std::string("/v1/webhooks/twilio/") + webhook;
    expect(403, "POST", path, path, "From=%2B15551234567", {{"Content-Type", "application/x-www-form-urlencoded"}});
  }
  const std::string inbound = "/v1/webhooks/twilio/inbound-message";
  const auto text =
      "http://" + cell.api_address() + inbound +
      "AccountSidAC0123456789abcdef0123456789abcdefBodyhelloFrom+15551234567MessageSidSM0123456789abcdef0123456789abcdefTo+15005550006";
  const auto signature = crypto::to_base64(crypto::hmac_sha1("0123456789abcdef0123456789abcdef", text));
  expect(204, "POST", inbound, inbound,
         "AccountSid=AC0123456789abcdef0123456789abcdef&Body=hello&From=%2B15551234567&MessageSid=SM0123456789abcdef0123456789abcdef&To=%"
         "2B15005550006",
         {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", signature}});

  for (const auto& [path, operations] : document->root()["paths"].members()) {
    for (const auto* method : {"get", "post", "put", "delete"}) {
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      if (operations[method].is_object()) {
        EXPECT_TRUE(called.contains(fmt::format("{} {}", upper, path))) << upper << " " << path << " is documented but not tried here";
      }
    }
  }
}

TEST_F(OpenApi, WhatIsNotDocumentedIsNotThere) {
  for (const auto* target : {"/", "/v1", "/v1/alerts/", "/v2/alerts", "/admin", "/metrics", "/v1/webhooks/twilio/other"}) {
    EXPECT_EQ(cell.call("GET", target).status, 404) << target;
  }
  EXPECT_EQ(cell.call("PATCH", "/v1/alerts", "{}").status, 405);
  EXPECT_EQ(cell.call("DELETE", "/v1/alerts").status, 405);
}

}  // namespace
}  // namespace bizcomms::test

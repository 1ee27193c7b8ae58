#include "bizcomms/hackernews/api_sink.hpp"

#include <gtest/gtest.h>

#include "bizcomms/alert/validation.hpp"
#include "bizcomms/hackernews/source.hpp"
#include "bizcomms/json/reader.hpp"
#include "support/kept_spans.hpp"
#include "unit/hackernews/scripted_client.hpp"

namespace bizcomms::hackernews {
namespace {

const std::string k_post = "POST http://api.test/v1/alerts";
const std::string k_health = "GET http://api.test/health";
const alert::Story k_story{.id = 8863, .title = "A & B", .url = "https://example.com/a"};

class ApiSinkTest : public testing::Test {
protected:
  Status raise(int status, http::Headers headers = {}) {
    client.script(k_post, status, R"({"detail":"because"})", std::move(headers));
    return sink.raise(k_story);
  }
  ScriptedClient client;
  LiveSecret key{Secret("k1")};
  ApiSink sink{{.api_url = "http://api.test/", .api_key = key, .priority = alert::Priority::high, .tags = {"hackernews", "tech"}}, client};
};

TEST_F(ApiSinkTest, PostsTheAlertOnceUnderTheStorysKey) {
  ASSERT_TRUE(raise(202));
  ASSERT_EQ(client.requests.size(), 1U);
  const auto& request = client.requests.front();
  EXPECT_EQ(request.headers.find("X-API-Key"), "k1");
  EXPECT_EQ(request.headers.find("Idempotency-Key"), "hn-8863");
  EXPECT_EQ(request.headers.find("Content-Type"), "application/json");
  const auto document = json::Document::parse(request.body);
  ASSERT_TRUE(document);
  const auto body = document->root();
  EXPECT_EQ(body["title"].as_string(), "New HackerNews Story");
  EXPECT_EQ(body["message"].as_string(), "A & B\nhttps://example.com/a");
  EXPECT_EQ(body["priority"].as_string(), "high");
  EXPECT_EQ(body["recipient_filters"]["tags"].elements().size(), 2U);
}

TEST_F(ApiSinkTest, CountsAMismatchOfTheKeyAsRaised) { EXPECT_TRUE(raise(422)); }

TEST_F(ApiSinkTest, TellsAWrongKeyPlainly) {
  int told = 0;
  key.on_refusal([&] { ++told; });
  const auto raised = raise(401);
  ASSERT_FALSE(raised);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(raised.error().code, ErrorCode::misconfigured);
  EXPECT_NE(raised.error().message.find("--api-key"), std::string::npos);
}

TEST_F(ApiSinkTest, AWrongKeyThatIsReadAgainIsNoReasonToEnd) {
  LiveSecret renewed{Secret("k1"), "file:/run/key"};
  int told = 0;
  renewed.on_refusal([&] { ++told; });
  ApiSink patient({.api_url = "http://api.test", .api_key = renewed}, client);
  client.script(k_post, 401, "{}");
  const auto raised = patient.raise(k_story);
  ASSERT_FALSE(raised);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(raised.error().code, ErrorCode::unavailable);
  EXPECT_NE(raised.error().message.find("--api-key"), std::string::npos);
}

TEST_F(ApiSinkTest, HandsOnRetryAfter) {
  const auto limited = raise(429, {{"Retry-After", "7"}});
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().code, ErrorCode::rate_limited);
  EXPECT_EQ(limited.error().retry_after, Millis{7'000});
}

TEST_F(ApiSinkTest, MapsTheOtherAnswers) {
  EXPECT_EQ(raise(503).error().code, ErrorCode::unavailable);
  ScriptedClient other;
  ApiSink silent({.api_url = "http://api.test"}, other);
  EXPECT_EQ(silent.raise(k_story).error().code, ErrorCode::unavailable);
  other.script(k_post, 400, "{}");
  EXPECT_EQ(silent.raise(k_story).error().code, ErrorCode::invalid);
}

TEST_F(ApiSinkTest, ATracedStorysTraceBeginsHereAndGoesOnInTheApi) {
  EXPECT_FALSE(raise(202) && client.requests.back().headers.find("traceparent")) << "not traced: the API decides";
  test::KeptSpans kept;
  const SystemClock clock;
  ApiSink traced({.api_url = "http://api.test"}, client, Tracer(kept, clock, 1, 1));
  ASSERT_TRUE(traced.raise(k_story));
  ASSERT_EQ(kept.spans().size(), 1U);
  const auto span = kept.spans().front();
  EXPECT_EQ(span.parent_id, "");
  EXPECT_EQ(client.requests.back().headers.find("traceparent"), span.traceparent());
}

TEST_F(ApiSinkTest, KnowsActiveAndStandby) {
  client.script(k_health, 200, R"({"status":"ok","role":"active"})");
  client.script(k_health, 200, R"({"status":"ok","role":"standby"})");
  client.script(k_health, 503, R"({"status":"unavailable"})");
  client.script(k_health, 200, "hello");
  EXPECT_TRUE(*sink.active());
  EXPECT_FALSE(*sink.active());
  EXPECT_EQ(sink.active().error().code, ErrorCode::unavailable);
  EXPECT_EQ(sink.active().error().code, ErrorCode::misconfigured);
}

bool fits(const std::string& message) {
  const alert::AlertDraft draft{.title = k_alert_title, .message = message};
  return alert::problems(draft, 0).empty();
}

TEST(MessageOf, CutsLongTitlesBetweenCodePoints) {
  std::string title;
  for (int i = 0; i < 1000; ++i) { title += "😀"; }
  const auto message = message_of({.id = 1, .title = title, .url = "https://example.com/a"});
  EXPECT_TRUE(fits(message));
  EXPECT_TRUE(message.ends_with("😀…\nhttps://example.com/a"));
}

TEST(MessageOf, PutsThePageInPlaceOfAUrlThatCannotFit) {
  const auto message = message_of({.id = 77, .title = "t", .url = "https://example.com/" + std::string(2000, 'a')});
  EXPECT_EQ(message, "t\n" + page_of(77));
}

}  // namespace
}  // namespace bizcomms::hackernews

#include "bizcomms/telemetry/otlp.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/telemetry/receiver.hpp"

namespace bizcomms::telemetry {
namespace {

using namespace std::chrono_literals;

Span span(const std::string& name = "work") {
  return {.trace_id = "0af7651916cd43dd8448eb211c80319c", .id = "b7ad6b7169203331", .name = name, .started_ns = 1, .ended_ns = 2};
}

Error lost(ErrorCode code) { return {.code = code, .message = "The connection was lost."}; }

OtlpSettings quick() {
  OtlpSettings settings;
  settings.endpoint = "http://collector.test:4318";
  settings.interval = 1ms;
  settings.backoff = {1ms, 2ms};
  settings.seed = 7;
  return settings;
}

struct OtlpTest : testing::Test {
  // Ends it, so that all is sent and counted.
  void export_all(const OtlpSettings& settings, int spans) {
    OtlpExporter exporter(settings, {}, receiver, clock, Log::silent(), metrics);
    for (int i = 0; i < spans; ++i) { exporter.take(span()); }
  }
  double counted(const std::string& outcome) {
    return metrics
        .counter("bizcomms_spans_total",
                 "Spans by what became of them: exported, dropped for want of room, refused by the receiver, given up after tries.",
                 {{"outcome", outcome}})
        .value();
  }

  SystemClock clock;
  Metrics metrics;
  Receiver receiver;
};

TEST(OtlpJson, HasTheProtocolsShape) {
  Span one = span("twilio.messages.create");
  one.parent_id = "00f067aa0ba902b7";
  one.kind = SpanKind::client;
  one.started_ns = 1'768'480'496'000'000'000;
  one.ended_ns = 1'768'480'496'182'000'000;
  one.set("http.request.method", "POST");
  one.set("http.response.status_code", std::int64_t{201});
  Span root = span("POST /v1/alerts");
  root.kind = SpanKind::server;
  root.failure = "It broke.";
  EXPECT_EQ(to_json({one, root}, {{"service.name", "bizcomms-work"}}),
            R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"bizcomms-work"}}]},)"
            R"("scopeSpans":[{"scope":{"name":"bizcomms"},"spans":[)"
            R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","parentSpanId":"00f067aa0ba902b7","flags":1,)"
            R"("name":"twilio.messages.create","kind":3,"startTimeUnixNano":"1768480496000000000","endTimeUnixNano":"1768480496182000000",)"
            R"("attributes":[{"key":"http.request.method","value":{"stringValue":"POST"}},)"
            R"({"key":"http.response.status_code","value":{"intValue":"201"}}],"status":{}},)"
            R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","flags":1,"name":"POST /v1/alerts","kind":2,)"
            R"("startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[],"status":{"code":2,"message":"It broke."}}]}]}]})");
}

TEST_F(OtlpTest, PostsToTheBasesTracesWithItsHeaders) {
  auto settings = quick();
  settings.headers = Secret("Authorization=Bearer%20s3cret, x-team = alerts");
  export_all(settings, 1);
  const auto sent = receiver.requests(1).at(0);
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "http://collector.test:4318/v1/traces");
  EXPECT_EQ(sent.headers.find("Content-Type"), "application/json");
  EXPECT_EQ(sent.headers.find("Authorization"), "Bearer s3cret");
  EXPECT_EQ(sent.headers.find("x-team"), "alerts");
  settings.traces_endpoint = "http://other.test/here";
  export_all(settings, 1);
  EXPECT_EQ(receiver.requests(2).at(1).url, "http://other.test/here");
}

TEST_F(OtlpTest, SendsInBatches) {
  auto settings = quick();
  settings.interval = 1h;  // a full batch does not wait for it, and the end does not
  settings.batch_max = 2;
  export_all(settings, 5);
  const auto sent = receiver.requests(3);
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(spans_in(sent[0]), 2U);
  EXPECT_EQ(spans_in(sent[2]), 1U);
  EXPECT_EQ(counted("exported"), 5);
}

TEST_F(OtlpTest, AFullBatchDoesNotWait) {
  auto settings = quick();
  settings.interval = 1h;
  settings.batch_max = 2;
  OtlpExporter exporter(settings, {}, receiver, clock, Log::silent(), metrics);
  exporter.take(span());
  exporter.take(span());
  EXPECT_EQ(receiver.requests(1).size(), 1U);
}

TEST_F(OtlpTest, DropsAndCountsWhatDoesNotFit) {
  auto settings = quick();
  settings.interval = 1h;
  settings.spans_max = 3;
  export_all(settings, 10);
  EXPECT_EQ(counted("dropped"), 7);
  EXPECT_EQ(counted("exported"), 3);
}

TEST_F(OtlpTest, TriesAgainWhatMayPass) {
  for (const int status : {429, 502, 503, 504}) { receiver.answer(http::ClientResponse{.status = status}); }
  export_all(quick(), 1);
  EXPECT_EQ(receiver.requests(5).size(), 5U);
  EXPECT_EQ(counted("exported"), 1);
}

TEST_F(OtlpTest, TriesAgainWhenTheConnectionIsLost) {
  receiver.answer(lost(ErrorCode::unavailable));
  receiver.answer(lost(ErrorCode::outcome_unknown));
  export_all(quick(), 1);
  EXPECT_EQ(receiver.requests(3).size(), 3U);
  EXPECT_EQ(counted("exported"), 1);
}

TEST_F(OtlpTest, GivesUpAfterSoManyTries) {
  auto settings = quick();
  settings.tries_max = 2;
  receiver.answer(http::ClientResponse{.status = 503});
  receiver.answer(http::ClientResponse{.status = 503});
  export_all(settings, 1);
  EXPECT_EQ(receiver.requests(2).size(), 2U);
  EXPECT_EQ(counted("given_up"), 1);
}

TEST_F(OtlpTest, WaitsAsTheReceiverAsks) {
  auto settings = quick();
  settings.backoff = {1h, 1h};  // what it asks for comes before it, or the test would not end
  OtlpExporter exporter(settings, {}, receiver, clock, Log::silent(), metrics);
  receiver.answer(http::ClientResponse{.status = 503, .headers = {{"Retry-After", "0"}}});
  receiver.answer(http::ClientResponse{.status = 429, .headers = {{"Retry-After", "Thu, 15 Jan 2026 12:34:56 GMT"}}});
  exporter.take(span());
  EXPECT_EQ(receiver.requests(3).size(), 3U);
}

TEST_F(OtlpTest, DropsWhatIsRefusedForGood) {
  for (const int status : {400, 401, 413, 500, 302}) { receiver.answer(http::ClientResponse{.status = status}); }
  auto settings = quick();
  settings.batch_max = 1;
  export_all(settings, 6);
  EXPECT_EQ(receiver.requests(6).size(), 6U);
  EXPECT_EQ(counted("refused"), 5);
  EXPECT_EQ(counted("exported"), 1);
}

TEST_F(OtlpTest, APartialSuccessIsNotSentAgain) {
  receiver.answer(http::ClientResponse{.status = 200, .body = R"({"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}})"});
  auto settings = quick();
  settings.interval = 1h;
  export_all(settings, 3);
  EXPECT_EQ(receiver.requests(1).size(), 1U);
  EXPECT_EQ(counted("refused"), 2);
  EXPECT_EQ(counted("exported"), 1);
}

TEST_F(OtlpTest, EndsInTimeWhenNobodyAnswers) {
  receiver.fall_silent();
  auto settings = quick();
  settings.batch_max = 2;
  settings.flush_limit = 20ms;
  settings.timeout = 1h;
  export_all(settings, 5);
  EXPECT_EQ(counted("given_up"), 5);
}

TEST_F(OtlpTest, TakesWhileNobodyAnswers) {
  receiver.fall_silent();
  auto settings = quick();
  settings.batch_max = 1;
  settings.spans_max = 2;
  settings.flush_limit = 1ms;
  OtlpExporter exporter(settings, {}, receiver, clock, Log::silent(), metrics);
  exporter.take(span());
  EXPECT_EQ(receiver.requests(1).size(), 1U);
  for (int i = 0; i < 5; ++i) { exporter.take(span()); }
  EXPECT_EQ(counted("dropped"), 3);
}

TEST_F(OtlpTest, SaysOncePerChangeThatTracesAreNotTaken) {
  std::string lines;
  const Log log({}, [&lines](std::string_view line) { lines += std::string(line) + "\n"; });
  auto settings = quick();
  settings.headers = Secret("Authorization=s3cret");
  receiver.answer(http::ClientResponse{.status = 503});
  receiver.answer(http::ClientResponse{.status = 503});
  {
    OtlpExporter exporter(settings, {}, receiver, clock, log, metrics);
    exporter.take(span());
  }
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_NE(lines.find("HTTP status 503."), std::string::npos) << lines;
  EXPECT_EQ(lines.find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace bizcomms::telemetry

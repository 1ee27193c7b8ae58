// What a traced server makes of requests with and without a trace of their own.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "support/kept_spans.hpp"
#include "support/wire/raw_client.hpp"
#include "unit/http/test_server.hpp"

namespace bizcomms::http {
namespace {

constexpr const char* k_trace_id = "0af7651916cd43dd8448eb211c80319c";
constexpr const char* k_caller = "b7ad6b7169203331";

struct TracedServer {
  explicit TracedServer(double ratio) : up({}, nullptr, Tracer(kept, clock, ratio, 1)) {}

  // The trace that the handler saw.
  Trace ask(const std::string& method, const std::string& target, const std::string& headers = {}) {
    auto client = up.client();
    const auto answer = client.ask(fmt::format("{} {} HTTP/1.1\r\nHost: h\r\n{}\r\n", method, target, headers));
    return parse_traceparent(answer.body).value_or(Trace{});
  }

  SystemClock clock;
  test::KeptSpans kept;
  TestServer up;
};

TEST(ServerTrace, ASampledCallersTraceGoesOn) {
  TracedServer traced(0);
  const auto seen = traced.ask("GET", "/trace", fmt::format("traceparent: 00-{}-{}-01\r\n", k_trace_id, k_caller));
  const auto spans = traced.kept.spans();
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].name, "GET /trace");
  EXPECT_EQ(spans[0].kind, SpanKind::server);
  EXPECT_EQ(spans[0].trace_id, k_trace_id);
  EXPECT_EQ(spans[0].parent_id, k_caller);
  EXPECT_EQ(seen, (Trace{k_trace_id, spans[0].id, true})) << "what follows is part of the request";
  EXPECT_EQ(std::get<std::int64_t>(*test::attribute_of(spans[0], "http.response.status_code")), 200);
  EXPECT_NE(traced.up.log_lines().find(R"("span_id":")" + spans[0].id + '"'), std::string::npos);
}

TEST(ServerTrace, AnUnsampledCallersTraceIsLeftOutWhateverTheRatio) {
  TracedServer traced(1);
  const auto seen = traced.ask("GET", "/trace", fmt::format("traceparent: 00-{}-{}-00\r\n", k_trace_id, k_caller));
  EXPECT_EQ(seen, (Trace{k_trace_id, k_caller, false}));
  EXPECT_TRUE(traced.kept.spans().empty());
  EXPECT_EQ(traced.up.log_lines().find("span_id"), std::string::npos);
}

TEST(ServerTrace, ALoadBalancersRootIsTheTracesIdAndTheDecisionOurs) {
  const auto* root = "X-Amzn-Trace-Id: Root=1-0af76519-16cd43dd8448eb211c80319c\r\n";
  TracedServer all(1);
  EXPECT_EQ(all.ask("GET", "/trace", root).trace_id, k_trace_id);
  ASSERT_EQ(all.kept.spans().size(), 1U);
  EXPECT_EQ(all.kept.spans()[0].parent_id, "") << "the trace begins here";
  TracedServer none(0);
  EXPECT_FALSE(none.ask("GET", "/trace", root).sampled);
  EXPECT_TRUE(none.kept.spans().empty());
}

TEST(ServerTrace, ProbesAreNotTraced) {
  TracedServer traced(1);
  auto client = traced.up.client();
  client.ask(get_request("/health", fmt::format("traceparent: 00-{}-{}-01\r\n", k_trace_id, k_caller)));
  EXPECT_TRUE(traced.kept.spans().empty());
}

TEST(ServerTrace, ARouteMaySayWhereItsRequestsComeFrom) {
  TracedServer traced(1);
  const auto seen = traced.ask("POST", fmt::format("/callback?p=00-{}-{}-01", k_trace_id, k_caller));
  ASSERT_EQ(traced.kept.spans().size(), 1U);
  EXPECT_EQ(traced.kept.spans()[0].parent_id, k_caller);
  EXPECT_EQ(seen.trace_id, k_trace_id);
  traced.ask("POST", "/callback");
  EXPECT_EQ(traced.kept.spans().size(), 1U) << "what has no origin is not traced";
}

TEST(ServerTrace, AStrangerLeavesNoSpan) {
  TracedServer traced(1);
  const auto sampled = fmt::format("traceparent: 00-{}-{}-01\r\n", k_trace_id, k_caller);
  const auto callback = fmt::format("/callback?p=00-{}-{}-01", k_trace_id, k_caller);
  traced.ask("GET", "/open", sampled);
  traced.ask("GET", "/trace?%zz", sampled);
  traced.ask("POST", "/json", sampled + "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx");
  traced.ask("POST", callback, "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_TRUE(traced.kept.spans().empty());
  EXPECT_EQ(traced.up.log_lines().find("span_id"), std::string::npos);
}

TEST(ServerTrace, AFailureIsTold) {
  TracedServer traced(1);
  traced.ask("GET", "/throw");
  ASSERT_EQ(traced.kept.spans().size(), 1U);
  EXPECT_EQ(traced.kept.spans()[0].failure, "HTTP status 500.");
}

}  // namespace
}  // namespace bizcomms::http

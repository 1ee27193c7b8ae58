#include "bizcomms/base/tracer.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/kept_spans.hpp"

namespace bizcomms {
namespace {

constexpr const char* k_sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr const char* k_not_sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

struct TracerTest : testing::Test {
  ManualClock clock;
  test::KeptSpans kept;

  Tracer tracer(double ratio = 1) { return {kept, clock, ratio, 1}; }
};

TEST_F(TracerTest, SpansOfOneTraceKnowTheirParents) {
  const auto all = tracer();
  const auto outer = all.start(k_sampled, "outer", SpanKind::server);
  ASSERT_TRUE(outer);
  const auto inner = all.start(outer->traceparent(), "inner", SpanKind::client);
  ASSERT_TRUE(inner);
  all.end(inner);
  all.end(outer);
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].name, "inner");
  EXPECT_EQ(spans[0].trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(spans[0].parent_id, spans[1].id);
  EXPECT_EQ(spans[1].parent_id, "b7ad6b7169203331");
  EXPECT_EQ(spans[1].id.size(), 16U);
}

TEST_F(TracerTest, WhatIsNotSampledIsNothing) {
  const auto all = tracer();
  EXPECT_FALSE(all.start(k_not_sampled, "x", SpanKind::client));
  EXPECT_FALSE(all.start("", "x", SpanKind::client));
  EXPECT_FALSE(all.start(std::string(54, 'x') + "1", "x", SpanKind::client)) << "no traceparent, though it ends like one";
  EXPECT_FALSE(Tracer().start(k_sampled, "x", SpanKind::client));
  EXPECT_FALSE(Tracer().start_trace("x", SpanKind::client));
  all.end(nullptr);
  EXPECT_TRUE(kept.spans().empty());
}

TEST_F(TracerTest, KeepsThatPartOfTheTracesNobodyDecidedOn) {
  Random random(7);
  int sampled = 0;
  for (int i = 0; i < 10'000; ++i) { sampled += tracer(0.25).samples(new_trace(random)) ? 1 : 0; }
  EXPECT_NEAR(sampled, 2'500, 200);
  EXPECT_FALSE(tracer(0).samples(new_trace(random)));
  EXPECT_TRUE(tracer(1).samples(new_trace(random)));
}

// Values: half of the ids' last 63 bits.
TEST_F(TracerTest, DecidesByTheIdSoThatAllDecideAlike) {
  EXPECT_TRUE(tracer(0.5).samples(Trace{"ffffffffffffffff7fffffffffffffff", "", false, true}));
  EXPECT_FALSE(tracer(0.5).samples(Trace{"00000000000000008000000000000000", "", false, true}));
}

TEST_F(TracerTest, HeedsTheCallersDecisionWhateverTheRatio) {
  EXPECT_TRUE(tracer(0).samples(*parse_traceparent(k_sampled)));
  EXPECT_FALSE(tracer(1).samples(*parse_traceparent(k_not_sampled)));
  EXPECT_FALSE(tracer(1).samples(*parse_amzn_trace_id("Root=1-0af76519-16cd43dd8448eb211c80319c;Sampled=0")));
  EXPECT_TRUE(tracer(1).samples(*parse_amzn_trace_id("Root=1-0af76519-16cd43dd8448eb211c80319c")));
}

TEST_F(TracerTest, TimesAreThoseOfTheWallClockAndGoWithItWhenItJumps) {
  const auto all = tracer();
  const auto of = [](Time time) { return std::chrono::nanoseconds{time.time_since_epoch()}.count(); };
  const auto first = all.start_trace("first", SpanKind::internal);
  EXPECT_EQ(first->started_ns, of(clock.now()));
  clock.advance(Millis{1'500});
  all.end(first);
  EXPECT_EQ(kept.spans().back().ended_ns - kept.spans().back().started_ns, 1'500'000'000);
  const auto second = all.start_trace("second", SpanKind::internal);
  clock.jump(Millis{-60'000});
  all.end(second);
  EXPECT_EQ(kept.spans().back().ended_ns, kept.spans().back().started_ns) << "never before its start";
  EXPECT_EQ(all.start_trace("third", SpanKind::internal)->started_ns, of(clock.now()));
}

TEST_F(TracerTest, IdsDiffer) {
  std::set<std::string> ids;
  const auto all = tracer();
  for (int i = 0; i < 10'000; ++i) { ids.insert(all.start(k_sampled, "x", SpanKind::internal)->id); }
  EXPECT_EQ(ids.size(), 10'000U);
}

}  // namespace
}  // namespace bizcomms

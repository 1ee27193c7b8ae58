#include "bizcomms/base/trace.hpp"

#include <gtest/gtest.h>

namespace bizcomms {
namespace {

TEST(Traceparent, ReadsTheStandardsExample) {
  const auto trace = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(trace);
  EXPECT_EQ(*trace, (Trace{"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true}));
  EXPECT_EQ(trace->to_traceparent(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
}

TEST(Traceparent, ReadsFlagsAsBitsAndHigherVersions) {
  EXPECT_TRUE(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03")->sampled);
  EXPECT_FALSE(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02")->sampled);
  EXPECT_TRUE(parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"));
}

TEST(Traceparent, RefusesWhatTheStandardCallsInvalid) {
  for (const auto* header :
       {"", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more"}) {
    EXPECT_FALSE(parse_traceparent(header)) << header;
  }
}

TEST(AmznTraceId, ReadsFieldsInAnyOrderAmongOthers) {
  const Trace expected{"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true};
  EXPECT_EQ(parse_amzn_trace_id("Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1"), expected);
  EXPECT_EQ(
      parse_amzn_trace_id("Self=1-67891234-abc; Sampled=1;CalledFrom=app;Parent=b7ad6b7169203331;Root=1-0af76519-16cd43dd8448eb211c80319c"),
      expected);
  EXPECT_EQ(parse_amzn_trace_id("Root=1-0af76519-16cd43dd8448eb211c80319c"), (Trace{"0af7651916cd43dd8448eb211c80319c", "", false, true}));
  EXPECT_FALSE(parse_amzn_trace_id("Root=1-0af76519-16cd43dd8448eb211c80319c;Sampled=0")->undecided);
  EXPECT_FALSE(parse_amzn_trace_id("Root=1-0af76519-16cd43dd8448eb211c8031"));
  EXPECT_FALSE(parse_amzn_trace_id(""));
}

TEST(Sampled, IsReadOffTheLastDigit) {
  EXPECT_TRUE(is_sampled("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  EXPECT_TRUE(is_sampled("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03"));
  for (const auto* text :
       {"", "01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0z"}) {
    EXPECT_FALSE(is_sampled(text)) << text;
  }
}

TEST(NewTrace, DiffersEachTimeAndCanBeRead) {
  Random random(1);
  const auto a = new_trace(random);
  const auto b = new_trace(random);
  EXPECT_NE(a.trace_id, b.trace_id);
  EXPECT_EQ(parse_traceparent(a.to_traceparent())->trace_id, a.trace_id);
}

}  // namespace
}  // namespace bizcomms

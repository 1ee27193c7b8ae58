#include "http/request_id.hpp"

#include <gtest/gtest.h>

namespace bizcomms::http {
namespace {

TEST(RequestId, KeepsASaneOneAndReplacesAnyOther) {
  Random random(1);
  EXPECT_EQ(request_id_of({{"X-Request-Id", "Ab-1_2.z"}}, random), "Ab-1_2.z");
  EXPECT_EQ(request_id_of({{"x-request-id", std::string(128, 'a')}}, random), std::string(128, 'a'));
  for (const auto& id : {std::string(), std::string(129, 'a'), std::string("a b"), std::string("a\""), std::string("é")}) {
    const auto own = request_id_of({{"X-Request-Id", id}}, random);
    EXPECT_EQ(own.size(), 32U);
    EXPECT_EQ(own.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
  EXPECT_NE(request_id_of({}, random), request_id_of({}, random));
}

TEST(TraceOf, PrefersTheStandardFieldThenTheLoadBalancers) {
  Random random(1);
  const std::string standard = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const std::string amazon = "Root=1-67891233-abcdef012345678912345678";
  EXPECT_EQ(trace_of({{"X-Amzn-Trace-Id", amazon}, {"traceparent", standard}}, random).trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace_of({{"X-Amzn-Trace-Id", amazon}, {"traceparent", "nonsense"}}, random).trace_id, "67891233abcdef012345678912345678");
  EXPECT_EQ(trace_of({}, random).trace_id.size(), 32U);
}

}  // namespace
}  // namespace bizcomms::http

#include "bizcomms/alert/retry.hpp"

#include <gtest/gtest.h>

namespace bizcomms::alert {
namespace {

using namespace std::chrono_literals;

TEST(NextStep, NeverUsesUpAnAttemptForAnOutageThrottlingOrOurOwnFault) {
  for (const auto code : {ErrorCode::unavailable, ErrorCode::rate_limited, ErrorCode::misconfigured, ErrorCode::unauthenticated}) {
    EXPECT_EQ(next_step(code), NextStep::wait_for_us);
  }
}

TEST(NextStep, LooksUpWhatMayHaveBeenTaken) { EXPECT_EQ(next_step(ErrorCode::outcome_unknown), NextStep::reconcile); }

TEST(NextStep, FailsWhatLiesWithTheRecipientOrTheText) {
  for (const auto code : {ErrorCode::rejected, ErrorCode::invalid, ErrorCode::not_found, ErrorCode::conflict, ErrorCode::internal}) {
    EXPECT_EQ(next_step(code), NextStep::fail);
  }
}

TEST(DeliverySettings, TheDefaultsHold) {
  const DeliverySettings settings;
  EXPECT_TRUE(settings.check());
  EXPECT_EQ(settings.grace(), 375s);
}

TEST(DeliverySettings, HoldWhenScaledTogether) {
  const DeliverySettings settings{.request_timeout = 150ms,
                                  .lease = 600ms,
                                  .list_lag = 3s,
                                  .attempts_max = 2,
                                  .backoff = {.first = 20ms, .longest = 3s},
                                  .unknown_given_up_after = 10s};
  EXPECT_TRUE(settings.check());
}

TEST(DeliverySettings, RefuseALeaseThatMayEndBeforeTheRequest) {
  DeliverySettings settings;
  settings.lease = 2 * settings.request_timeout - 1ms;
  const auto status = settings.check();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::misconfigured);
  EXPECT_NE(status.error().message.find("15 s"), std::string::npos);
}

TEST(DeliverySettings, RefuseSenselessValues) {
  EXPECT_FALSE((DeliverySettings{.request_timeout = 0ms}.check()));
  EXPECT_FALSE((DeliverySettings{.list_lag = -1ms}.check()));
  EXPECT_FALSE((DeliverySettings{.attempts_max = 0}.check()));
  EXPECT_FALSE((DeliverySettings{.backoff = {.first = 0ms}}.check()));
  EXPECT_FALSE((DeliverySettings{.backoff = {.first = 10s, .longest = 5s}}.check()));
  EXPECT_FALSE((DeliverySettings{.unknown_given_up_after = 1s}.check()));
}

}  // namespace
}  // namespace bizcomms::alert

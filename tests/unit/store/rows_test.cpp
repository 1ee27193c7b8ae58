#include <gtest/gtest.h>

#include "store/alert_rows.hpp"
#include "store/ledger_rows.hpp"

namespace bizcomms::store {
namespace {

using namespace alert;

constexpr Time k_due{Millis{1'000'000}};

Delivery waiting(AttemptState state) { return {.attempt = {.state = state, .due_at = k_due}}; }

TEST(FilterCondition, HoldsWhatTheFilterSays) {
  EXPECT_EQ(filter_condition({}, 2), " AND r.active");
  EXPECT_EQ(filter_condition({.active_only = false}, 2), "");
  EXPECT_EQ(filter_condition({.tags = {"a"}, .active_only = false}, 2), " AND r.tags && $2::text[]");
  EXPECT_EQ(filter_condition({.tags = {"a"}, .match_all_tags = true}, 3), " AND r.active AND r.tags @> $3::text[]");
}

TEST(WakeAt, IsTheDueTimeOfWhatWaits) {
  EXPECT_EQ(wake_at(waiting(AttemptState::retry), std::nullopt), k_due);
  EXPECT_EQ(wake_at(waiting(AttemptState::unknown), std::nullopt), k_due);
  EXPECT_EQ(wake_at(waiting(AttemptState::sending), std::nullopt), std::nullopt);
  EXPECT_EQ(wake_at(waiting(AttemptState::sent), std::nullopt), std::nullopt);
}

TEST(WakeAt, StaysHiddenWhileItWaitsOn) {
  EXPECT_EQ(wake_at(waiting(AttemptState::retry), k_due + Millis{500}), k_due + Millis{500});
  EXPECT_EQ(wake_at(waiting(AttemptState::retry), k_due - Millis{500}), k_due);
}

TEST(WakeAt, IsNothingOnceAReportHasSettledIt) {
  Delivery delivery = waiting(AttemptState::retry);
  delivery.reports = Reports{.sid = "SM1", .rank = 1, .kind = ReportKind::delivered, .delivered_at = k_due};
  EXPECT_EQ(wake_at(delivery, std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace bizcomms::store

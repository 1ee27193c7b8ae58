#include <gtest/gtest.h>

#include "store/alert_rows.hpp"

namespace bizcomms::store {
namespace {

using namespace alert;

TEST(FilterCondition, HoldsWhatTheFilterSays) {
  EXPECT_EQ(filter_condition({}, 2), " AND r.active");
  EXPECT_EQ(filter_condition({.active_only = false}, 2), "");
  EXPECT_EQ(filter_condition({.tags = {"a"}, .active_only = false}, 2), " AND r.tags && $2::text[]");
  EXPECT_EQ(filter_condition({.tags = {"a"}, .match_all_tags = true}, 3), " AND r.active AND r.tags @> $3::text[]");
}

}  // namespace
}  // namespace bizcomms::store

#include "json/nearest.hpp"

#include <gtest/gtest.h>

namespace bizcomms::json {
namespace {

const std::vector<std::string> k_known{"title", "message", "priority", "delivery_method", "recipient_filters"};

TEST(Nearest, FindsTypingErrors) {
  EXPECT_EQ(nearest("titel", k_known), "title");
  EXPECT_EQ(nearest("mesage", k_known), "message");
  EXPECT_EQ(nearest("Priority", k_known), "priority");
  EXPECT_EQ(nearest("recipientFilters", k_known), "recipient_filters");
  EXPECT_EQ(nearest("recipient_filter", k_known), "recipient_filters");
  EXPECT_EQ(nearest("method", k_known), std::nullopt);
}

TEST(Nearest, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(nearest("colour", k_known), std::nullopt);
  EXPECT_EQ(nearest("", k_known), std::nullopt);
  EXPECT_EQ(nearest(std::string(1'000, 't'), k_known), std::nullopt);
  EXPECT_EQ(nearest("title", {}), std::nullopt);
}

}  // namespace
}  // namespace bizcomms::json

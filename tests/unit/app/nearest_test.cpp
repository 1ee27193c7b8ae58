#include "app/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace bizcomms::app {
namespace {

const std::vector<std::string> k_known{"listen", "admin-listen", "database-url", "twilio-from"};

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("databse-url", k_known), "database-url");
  EXPECT_EQ(nearest("database-ulr", k_known), "database-url");
  EXPECT_EQ(nearest("lisen", k_known), "listen");
}

TEST(Nearest, FindsNothingFarAway) {
  EXPECT_EQ(nearest("port", k_known), std::nullopt);
  EXPECT_EQ(nearest("", k_known), std::nullopt);
}

TEST(Nearest, CountsASwapAsOneEdit) {
  EXPECT_EQ(edit_distance("url", "ulr"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
}

}  // namespace
}  // namespace bizcomms::app

#include <gtest/gtest.h>

#include "bizcomms/db/connection.hpp"

namespace bizcomms::db {
namespace {

// What libpq complains about holds the string itself.
TEST(Connect, NeverRepeatsTheConnectionString) {
  for (const char* url : {"host=x password='s3cret", "postgresql://u:s3cret@[::1", "pasword=s3cret"}) {
    const auto opened = Connection::open({.url = Secret(url)});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::misconfigured) << url;
    EXPECT_EQ(opened.error().message.find("s3cret"), std::string::npos);
    EXPECT_EQ(opened.error().cause.find("s3cret"), std::string::npos);
    EXPECT_NE(opened.error().message.find("--database-url"), std::string::npos);
  }
}

TEST(Connect, NobodyThereIsUnavailable) {
  const auto opened = Connection::open({.url = Secret("host=/nonexistent/socket/folder user=u dbname=d password=s3cret")});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
  EXPECT_EQ(opened.error().cause.find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace bizcomms::db

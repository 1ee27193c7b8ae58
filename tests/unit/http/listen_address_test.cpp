#include "http/listen_address.hpp"

#include <gtest/gtest.h>

namespace bizcomms::http {
namespace {

TEST(ListenAddress, ReadsAndWritesBothFamiliesAndNames) {
  for (const char* text : {"127.0.0.1:8000", "[::1]:8000", "localhost:0", "0.0.0.0:65535"}) {
    const auto address = parse_listen_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_string(*address), text);
  }
}

TEST(ListenAddress, RefusesAnythingElse) {
  for (const char* text :
       {"", "8000", ":8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:8000", "[::1]", "[]:1", "h:80a"}) {
    const auto address = parse_listen_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::misconfigured);
  }
}

}  // namespace
}  // namespace bizcomms::http

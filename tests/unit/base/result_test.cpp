#include "bizcomms/base/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace bizcomms {
namespace {

TEST(Result, HoldsAValueOrAnError) {
  Result<int> good = 3;
  Result<int> bad = Error{ErrorCode::not_found, "No such thing."};
  EXPECT_TRUE(good);
  EXPECT_EQ(*good, 3);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::not_found);
  EXPECT_TRUE(Status{});
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(4);
  const auto taken = *std::move(result);
  EXPECT_EQ(*taken, 4);
}

TEST(ResultDeathTest, ReadingTheWrongHalfEndsTheProcess) {
  Result<int> bad = Error{ErrorCode::internal, "x"};
  EXPECT_DEATH(static_cast<void>(*bad), "a check failed");
}

TEST(ErrorCode, MayPassWhereTheCauseLiesOutsideWhatWasAsked) {
  for (const auto code : {ErrorCode::unavailable, ErrorCode::rate_limited, ErrorCode::outcome_unknown, ErrorCode::misconfigured,
                          ErrorCode::unauthenticated}) {
    EXPECT_TRUE(may_pass(code)) << to_string(code);
  }
  for (const auto code : {ErrorCode::invalid, ErrorCode::not_found, ErrorCode::conflict, ErrorCode::rejected, ErrorCode::internal}) {
    EXPECT_FALSE(may_pass(code)) << to_string(code);
  }
}

}  // namespace
}  // namespace bizcomms

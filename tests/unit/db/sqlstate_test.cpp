#include "bizcomms/db/sqlstate.hpp"

#include <gtest/gtest.h>

namespace bizcomms::db {
namespace {

struct Row {
  const char* sqlstate;
  ErrorCode code;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.sqlstate; }

class SqlState : public testing::TestWithParam<Row> {};

TEST_P(SqlState, SaysWhatTheCallerCanDo) {
  const Error error = error_of(GetParam().sqlstate, "what the server said");
  EXPECT_EQ(error.code, GetParam().code);
  EXPECT_FALSE(error.message.empty());
  EXPECT_EQ(error.message.find("what the server said"), std::string::npos);  // for the log only
  EXPECT_NE(error.cause.find("what the server said"), std::string::npos);
  EXPECT_EQ(sqlstate_of(error), GetParam().sqlstate);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SqlState,
    testing::Values(Row{"08006", ErrorCode::unavailable}, Row{"23505", ErrorCode::conflict}, Row{"23503", ErrorCode::conflict},
                    Row{"22021", ErrorCode::invalid}, Row{"25006", ErrorCode::unavailable}, Row{"28P01", ErrorCode::misconfigured},
                    Row{"3D000", ErrorCode::misconfigured}, Row{"3F000", ErrorCode::misconfigured}, Row{"40001", ErrorCode::unavailable},
                    Row{"40P01", ErrorCode::unavailable}, Row{"42501", ErrorCode::misconfigured}, Row{"42P01", ErrorCode::misconfigured},
                    Row{"42703", ErrorCode::misconfigured}, Row{"42601", ErrorCode::internal}, Row{"53100", ErrorCode::unavailable},
                    Row{"53300", ErrorCode::unavailable}, Row{"55P03", ErrorCode::unavailable}, Row{"57014", ErrorCode::unavailable},
                    Row{"57P01", ErrorCode::unavailable}, Row{"57P03", ErrorCode::unavailable}, Row{"58030", ErrorCode::unavailable},
                    Row{"XX000", ErrorCode::internal}));

TEST(SqlState, WithoutACodeTheConnectionIsLost) {
  const Error error = error_of("", "server closed the connection unexpectedly");
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(sqlstate_of(error), "");
}

TEST(SqlState, NamesTheConstraintForTheLog) {
  EXPECT_NE(error_of("23505", "duplicate key", "alerts_pkey").cause.find("alerts_pkey"), std::string::npos);
}

TEST(SqlState, OnlyDeadlocksAndFailedSerialisationAreWorthRepeating) {
  EXPECT_TRUE(is_worth_repeating(error_of("40P01", "deadlock detected")));
  EXPECT_TRUE(is_worth_repeating(error_of("40001", "could not serialize")));
  EXPECT_FALSE(is_worth_repeating(error_of("57P01", "terminating connection")));
  EXPECT_FALSE(is_worth_repeating({.code = ErrorCode::unavailable, .message = "Something else."}));
}

}  // namespace
}  // namespace bizcomms::db

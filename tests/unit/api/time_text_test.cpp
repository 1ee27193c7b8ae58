#include "api/time_text.hpp"

#include <gtest/gtest.h>

namespace bizcomms::api {
namespace {

TEST(WriteTime, WritesWhatToRfc3339Gives) {
  for (const std::int64_t ms : {0LL, 1LL, 999LL, 951'782'400'000LL, 1'767'268'800'000LL, 1'767'268'799'999LL, 4'102'444'799'010LL, -1LL,
                                -62'167'219'200'000LL, 253'402'300'799'999LL}) {
    const Time time{Millis{ms}};
    json::Writer json;
    json.begin_object();
    write_time(json, "at", time);
    json.end_object();
    EXPECT_EQ(json.text(), "{\"at\":\"" + to_rfc3339(time) + "\"}");
  }
}

TEST(WriteTime, WritesNullWhereThereIsNone) {
  json::Writer json;
  json.begin_object();
  write_time(json, "at", std::nullopt);
  json.end_object();
  EXPECT_EQ(json.text(), "{\"at\":null}");
}

}  // namespace
}  // namespace bizcomms::api

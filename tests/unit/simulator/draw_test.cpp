#include "simulator/draw.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bizcomms::simulator {
namespace {

TEST(Draw, IsTheSameForTheSameIdentity) {
  EXPECT_EQ(Draw(1, "message", "+1555", 3).sid(), Draw(1, "message", "+1555", 3).sid());
  EXPECT_EQ(Draw(1, "message", "+1555", 3).unit(Purpose::fault), Draw(1, "message", "+1555", 3).unit(Purpose::fault));
}

TEST(Draw, DiffersBySeedKindIdentityAndNumber) {
  std::set<std::string> sids;
  for (const Draw& draw : {Draw(1, "message", "a", 0), Draw(2, "message", "a", 0), Draw(1, "call", "a", 0), Draw(1, "message", "b", 0),
                           Draw(1, "message", "a", 1), Draw(1, "message", "a", 0).part(1)}) {
    sids.insert(draw.sid().text("SM"));
  }
  EXPECT_EQ(sids.size(), 6U);
}

TEST(Draw, MeetsItsProbability) {
  int hits = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) { hits += Draw(7, "message", "+15551234567", i).chance(Purpose::fault, 0.3) ? 1 : 0; }
  EXPECT_NEAR(hits, 6'000, 300);
}

TEST(Draw, StaysWithinARangeAndReachesItsEnds) {
  std::set<std::int64_t> values;
  for (std::uint64_t i = 0; i < 500; ++i) { values.insert(Draw(7, "x", "y", i).between(Purpose::latency, {Millis{5}, Millis{8}}).count()); }
  EXPECT_EQ(values, (std::set<std::int64_t>{5, 6, 7, 8}));
}

TEST(Sid, ReadsWhatItWrites) {
  const Sid sid{0x0123456789abcdefULL, 0xfedcba9876543210ULL};
  EXPECT_EQ(sid.text("SM"), "SM0123456789abcdeffedcba9876543210");
  Sid read;
  EXPECT_TRUE(Sid::parse("SM0123456789ABCDEFfedcba9876543210", "SM", read));
  EXPECT_EQ(read, sid);
  EXPECT_FALSE(Sid::parse("CA0123456789abcdeffedcba9876543210", "SM", read));
  EXPECT_FALSE(Sid::parse("SM0123456789abcdeffedcba987654321", "SM", read));
  EXPECT_FALSE(Sid::parse("SM0123456789abcdeffedcba987654321g", "SM", read));
}

}  // namespace
}  // namespace bizcomms::simulator

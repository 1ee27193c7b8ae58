#include "bizcomms/base/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace bizcomms {
namespace {

struct ThingTag {
  static constexpr std::string_view k_prefix = "thing_";
};
using ThingId = Id<ThingTag>;

TEST(Uuid, RoundTripsThroughBothTextForms) {
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    Uuid uuid;
    random.fill(uuid.bytes);
    EXPECT_EQ(Uuid::from_hex(uuid.to_hex()), uuid);
    EXPECT_EQ(Uuid::from_base32(uuid.to_base32()), uuid);
  }
}

TEST(Uuid, TextOrderIsByteOrder) {
  Random random(8);
  for (int i = 0; i < 1000; ++i) {
    Uuid a;
    Uuid b;
    random.fill(a.bytes);
    random.fill(b.bytes);
    EXPECT_EQ(a < b, a.to_base32() < b.to_base32());
    EXPECT_EQ(a < b, a.to_hex() < b.to_hex());
  }
}

TEST(Uuid, RefusesOtherText) {
  const auto good = Uuid{}.to_base32();
  EXPECT_TRUE(Uuid::from_base32(good));
  EXPECT_FALSE(Uuid::from_base32(good + "0"));
  EXPECT_FALSE(Uuid::from_base32("8" + good.substr(1)));  // would not fit 128 bits
  EXPECT_FALSE(Uuid::from_base32("u" + good.substr(1)));
  EXPECT_FALSE(Uuid::from_base32("A" + good.substr(1)));  // one id, one text
  EXPECT_FALSE(Uuid::from_hex("0190"));
  EXPECT_FALSE(Uuid::from_hex("g0000000000000000000000000000000"));
  EXPECT_FALSE(Uuid::from_hex("00000000+0000-0000-0000-000000000000"));
}

TEST(IdSource, RisesStrictlyEvenWhenTheClockStandsOrStepsBack) {
  ManualClock clock;
  IdSource source(clock, 1);
  auto last = source.next<ThingId>();
  EXPECT_EQ(last.uuid.time(), clock.now());
  for (int i = 0; i < 100'000; ++i) {
    if (i == 50'000) { clock.jump(std::chrono::hours{-1}); }
    const auto next = source.next<ThingId>();
    ASSERT_LT(last, next);
    last = next;
  }
}

TEST(IdSource, MakesVersionSevenOfTheRightVariant) {
  ManualClock clock;
  IdSource source(clock, 2);
  for (int i = 0; i < 1000; ++i) {
    const auto uuid = source.next_uuid();
    EXPECT_EQ(uuid.bytes[6] >> 4U, 7U);
    EXPECT_EQ(uuid.bytes[8] >> 6U, 2U);
  }
}

TEST(IdSource, GivesNoIdTwiceToManyThreads) {
  const SystemClock clock;
  IdSource source(clock, 3);
  std::vector<std::vector<Uuid>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&source, &mine] {
        for (int i = 0; i < 5000; ++i) { mine.push_back(source.next_uuid()); }
      });
    }
  }
  std::set<Uuid> all;
  for (const auto& mine : made) { all.insert(mine.begin(), mine.end()); }
  EXPECT_EQ(all.size(), 20'000U);
}

TEST(Id, CarriesItsPrefix) {
  ManualClock clock;
  IdSource source(clock, 4);
  const auto id = source.next<ThingId>();
  EXPECT_EQ(id.to_string().size(), 6U + 26U);
  EXPECT_EQ(ThingId::parse(id.to_string()), id);
  EXPECT_FALSE(ThingId::parse("other_" + id.uuid.to_base32()));
}

}  // namespace
}  // namespace bizcomms

#include "bizcomms/base/time.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace bizcomms {
namespace {

using namespace std::chrono_literals;

constexpr Time k_noon{std::chrono::seconds{1'767'268'800}};  // 2026-01-01T12:00:00Z

TEST(Rfc3339, WritesMillisecondsOnlyWhenThereAreAny) {
  EXPECT_EQ(to_rfc3339(k_noon), "2026-01-01T12:00:00Z");
  EXPECT_EQ(to_rfc3339(k_noon + 7ms), "2026-01-01T12:00:00.007Z");
  EXPECT_EQ(to_rfc3339(Time{} - 1ms), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("2026-01-01T12:00:00Z"), k_noon);
  EXPECT_EQ(parse_rfc3339("2026-01-01t14:00:00+02:00"), k_noon);
  EXPECT_EQ(parse_rfc3339("2026-01-01T10:30:00-01:30"), k_noon);
  EXPECT_EQ(parse_rfc3339("2026-01-01T12:00:00.1239999Z"), k_noon + 123ms);
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const auto* text : {"", "2026-01-01", "2026-01-01T12:00:00", "2026-02-30T12:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z",
                           "2026-01-01T12:00:00.Z", "2026-01-01T12:00:00Zx", "26-01-01T12:00:00Z", "2026-01-01T12:00:00+25:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc2822, WritesAndReadsTwiliosForm) {
  const Time time{std::chrono::seconds{1'768'480'496}};
  EXPECT_EQ(to_rfc2822(time), "Thu, 15 Jan 2026 12:34:56 +0000");
  EXPECT_EQ(parse_rfc2822("Thu, 15 Jan 2026 12:34:56 +0000"), time);
  EXPECT_EQ(parse_rfc2822("Thu, 15 Jan 2026 12:34:56 GMT"), time);
  EXPECT_FALSE(parse_rfc2822("Thu, 15 Foo 2026 12:34:56 GMT"));
  EXPECT_FALSE(parse_rfc2822(""));
}

TEST(Words, AreThoseThatPeopleUse) {
  EXPECT_EQ(to_words(250ms), "250 ms");
  EXPECT_EQ(to_words(1500ms), "1.5 s");
  EXPECT_EQ(to_words(30s), "30 s");
  EXPECT_EQ(to_words(5min), "5 min");
  EXPECT_EQ(to_words(24h), "24 h");
  EXPECT_EQ(to_words(61s), "1 min 1 s");
}

TEST(ManualClock, JumpsMoveTheWallClockOnly) {
  ManualClock clock(k_noon);
  const auto before = clock.steady();
  clock.jump(-1h);
  EXPECT_EQ(clock.now(), k_noon - 1h);
  EXPECT_EQ(clock.steady(), before);
  clock.advance(2s);
  EXPECT_EQ(clock.now(), k_noon - 1h + 2s);
  EXPECT_EQ(clock.steady(), before + 2s);
}

TEST(SleepFor, EndsAtOnceWhenStopIsAskedFor) {
  std::stop_source source;
  std::jthread asker([&source] { source.request_stop(); });
  EXPECT_FALSE(sleep_for(source.get_token(), 1h));
}

}  // namespace
}  // namespace bizcomms

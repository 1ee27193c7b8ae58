#include "bizcomms/worker/permits.hpp"

#include <gtest/gtest.h>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

using alert::Channel;
using alert::Lane;

struct PermitsTest : testing::Test {
  ManualClock clock;
  test::MemoryRates rates{clock};
  Permits permits{{.segments_per_second = {{"+1", 2}, {"+2", 2}, {"+3", 0}}, .calls_per_second = 1}, rates, Log::silent()};

  bool take(const std::string& sender, int segments = 1, Channel channel = Channel::sms, Lane lane = Lane::standard) {
    return permits.take(sender, channel, lane, segments, clock.steady());
  }
  // What is not there is fetched.
  bool gets(const std::string& sender, int segments = 1, Channel channel = Channel::sms) {
    return eventually([&] { return take(sender, segments, channel); });
  }
  bool gets_nothing(const std::string& sender) {
    for (int i = 0; i < 10; ++i) {
      if (take(sender)) { return false; }
      sleep_for({}, 10ms);  // the time of two fetches in all
    }
    return true;
  }
};

TEST_F(PermitsTest, NumbersWithoutARateHaveNoLimit) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(take("+3", 10));
    ASSERT_TRUE(take("+4", 10));
  }
}

TEST_F(PermitsTest, KeepsEachNumberToItsRate) {
  EXPECT_TRUE(gets("+1"));
  EXPECT_TRUE(gets("+1"));
  EXPECT_TRUE(gets_nothing("+1"));
  EXPECT_TRUE(gets("+2"));
  clock.advance(500ms);
  EXPECT_TRUE(gets("+1"));
  EXPECT_TRUE(gets_nothing("+1"));
}

TEST_F(PermitsTest, ALongTextSavesUpForItself) {
  EXPECT_TRUE(gets("+1", 2));
  const auto moments = [&] {
    clock.advance(500ms);
    return take("+1", 5);
  };
  int half_seconds = 0;
  ASSERT_TRUE(eventually([&] {
    ++half_seconds;
    return moments();
  }));
  EXPECT_GE(half_seconds, 5);
}

TEST_F(PermitsTest, CallsHaveARateOfTheirOwnForTheWholeAccount) {
  EXPECT_TRUE(gets("+1", 1, Channel::voice));
  EXPECT_FALSE(take("+2", 1, Channel::voice));
  EXPECT_TRUE(gets("+2", 1, Channel::sms));
  clock.advance(1s);
  EXPECT_TRUE(gets("+2", 1, Channel::voice));
}

TEST_F(PermitsTest, AnUrgentTextOfSeveralSegmentsIsNotOvertakenByShorterOnes) {
  EXPECT_TRUE(gets("+1", 2));
  bool urgent_went = false;
  int standard_went = 0;
  for (int i = 0; i < 200 && !urgent_went; ++i) {
    clock.advance(20ms);
    urgent_went = take("+1", 2, Channel::sms, Lane::urgent);
    if (!urgent_went) { standard_went += take("+1") ? 1 : 0; }
    sleep_for({}, 5ms);
  }
  EXPECT_TRUE(urgent_went);
  EXPECT_EQ(standard_went, 0);
}

TEST_F(PermitsTest, WhatWasNotUsedIsThereForTheNext) {
  EXPECT_TRUE(gets("+1", 2));
  EXPECT_FALSE(take("+1"));
  permits.give_back("+1", Channel::sms, 1);
  EXPECT_TRUE(take("+1"));
}

TEST_F(PermitsTest, TwoWorkersShareARate) {
  Permits other{{.segments_per_second = {{"+1", 2}}}, rates, Log::silent()};
  int sent = 0;
  for (int second = 0; second < 5; ++second) {
    for (int look = 0; look < 20; ++look) {
      sent += take("+1") ? 1 : 0;
      sent += other.take("+1", Channel::sms, Lane::standard, 1, clock.steady()) ? 1 : 0;
      sleep_for({}, 5ms);
    }
    clock.advance(1s);
  }
  EXPECT_GT(sent, 2);
  EXPECT_LE(sent, 10);
}

// A batch's numbers are used evenly, so the time is what the rates allow: 130 for each number, of which the first is there at once.
TEST(Rates, ThirteenHundredRecipientsWithTenLongCodesTakeTheTimeTheirRatesAllow) {
  std::vector<std::string> senders;
  RateLimits limits;
  for (int i = 0; i < 10; ++i) {
    senders.push_back(fmt::format("+1555000{:04}", i));
    limits.segments_per_second[senders.back()] = 1;
  }
  Rig rig(quick_settings(), senders, limits);
  rig.add_recipients(1300);
  const auto id = rig.post();
  rig.relay();
  rig.start();
  std::size_t seconds = 0;
  for (; seconds < 200 && rig.sender.dispatches().size() < 1300; ++seconds) {
    const std::size_t due = std::min<std::size_t>(1300, 10 * (seconds + 1));
    ASSERT_TRUE(eventually([&] {
      rig.relay();
      return rig.sender.dispatches().size() >= due;
    })) << seconds
        << " s: " << rig.sender.dispatches().size();
    EXPECT_LE(rig.sender.dispatches().size(), due);
    rig.clock.advance(1s);
  }
  EXPECT_EQ(seconds, 130U);
  EXPECT_TRUE(rig.completes(id));
}

}  // namespace
}  // namespace bizcomms::worker

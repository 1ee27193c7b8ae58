#include <gtest/gtest.h>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

struct WordCheckerTest : testing::Test {
  WordCheckerTest() { rig.add_recipients(2); }

  void wrote(const char* message, int recipient, const char* word, bool out) {
    rig.lookup.wrote({.message = message, .from = Rig::number(recipient), .word = word, .out = out, .at = rig.clock.now()});
  }
  // The word by which that recipient has opted out; empty where it has not.
  std::string opted_out(int recipient) {
    const auto all = static_cast<alert::RecipientStore&>(rig.store).list({.limit = 10});
    const auto& opted_out = all->items.at(static_cast<std::size_t>(recipient) - 1).opted_out;
    return opted_out ? opted_out->by : "";
  }
  void is_asked(std::size_t times) {
    ASSERT_TRUE(eventually([&] { return rig.lookup.words_asked() >= times; }));
  }

  Rig rig;
};

TEST_F(WordCheckerTest, AtItsStartAWorkerLearnsWhoWroteStopInTheLastTwoWeeks) {
  wrote("SM1", 1, "STOP", true);
  rig.clock.advance(14 * 24h + 1h);
  wrote("SM2", 2, "QUIT", true);
  rig.start();
  EXPECT_TRUE(eventually([&] { return opted_out(2) == "QUIT"; }));
  EXPECT_EQ(opted_out(1), "") << "no alert is so old";
}

TEST_F(WordCheckerTest, AsksAgainAfterAnHour) {
  rig.start();
  is_asked(1);
  wrote("SM1", 1, "STOP", true);
  rig.clock.advance(59min);
  sleep_for({}, 50ms);  // several sweeps
  EXPECT_EQ(rig.lookup.words_asked(), 1U);
  rig.clock.advance(2min);
  EXPECT_TRUE(eventually([&] { return opted_out(1) == "STOP"; }));
}

TEST_F(WordCheckerTest, AnOlderWordThanTheLastDoesNotCount) {
  wrote("SM1", 1, "STOP", true);
  rig.clock.advance(1s);
  wrote("SM2", 1, "START", false);
  ASSERT_TRUE(static_cast<alert::RecipientStore&>(rig.store).opt_in(Rig::number(1), {}, "SM2")) << "as the webhook has told";
  wrote("SM3", 2, "STOP", true);
  rig.start();
  EXPECT_TRUE(eventually([&] { return opted_out(2) == "STOP"; }));
  EXPECT_EQ(opted_out(1), "");
}

TEST_F(WordCheckerTest, AWordIsHeededOnce) {
  wrote("SM1", 1, "STOP", true);
  rig.start();
  ASSERT_TRUE(eventually([&] { return opted_out(1) == "STOP"; }));
  ASSERT_TRUE(static_cast<alert::RecipientStore&>(rig.store).opt_in(Rig::number(1), {}, "SM2")) << "which is not in the lists yet";
  rig.clock.advance(61min);
  is_asked(2);
  sleep_for({}, 50ms);
  EXPECT_EQ(opted_out(1), "");
}

TEST_F(WordCheckerTest, CanBeTurnedOff) {
  rig.settings.word_checks = 0s;
  wrote("SM1", 1, "STOP", true);
  rig.start();
  sleep_for({}, 50ms);
  EXPECT_EQ(rig.lookup.words_asked(), 0U);
}

}  // namespace
}  // namespace bizcomms::worker

// Thousands of random runs of the delivery protocol; and that the same runs find the duplicate when a rule of it is taken away.
#include <gtest/gtest.h>

#include <fmt/ranges.h>

#include "model/protocol_model.hpp"

namespace bizcomms::model {
namespace {

constexpr int k_steps = 120;

struct Tally {
  int doubled = 0;
  int lost = 0;
  int wrong = 0;
  std::string first_story;  // of a run that went wrong
};

Tally runs(const Rules& rules, int alerts, int count) {
  Tally tally;
  for (int seed = 1; seed <= count; ++seed) {
    Model model(rules, alerts, static_cast<std::uint64_t>(seed));
    model.run(k_steps);
    model.settle();
    const auto verdict = model.verdict();
    tally.doubled += verdict.doubled() ? 1 : 0;
    tally.lost += verdict.lost() ? 1 : 0;
    tally.wrong += verdict.wrong() ? 1 : 0;
    if (tally.first_story.empty() && (verdict.doubled() || verdict.lost() || verdict.wrong())) {
      tally.first_story =
          fmt::format("seed {}, {} messages for {} alerts, {} shown sent, {} failed, {} open\n{}", seed, verdict.messages, verdict.alerts,
                      verdict.shown_sent, verdict.shown_failed, verdict.shown_open, fmt::join(model.story(), "\n"));
    }
  }
  return tally;
}

void expect_clean(const Tally& tally) {
  EXPECT_EQ(tally.doubled, 0) << tally.first_story;
  EXPECT_EQ(tally.lost, 0) << tally.first_story;
  EXPECT_EQ(tally.wrong, 0) << tally.first_story;
}

TEST(Protocol, SendsEachMessageOnceWhateverBreaks) { expect_clean(runs({}, 1, 20000)); }

TEST(Protocol, SendsEqualMessagesToOnePhoneOnceEach) {
  expect_clean(runs({}, 2, 20000));
  expect_clean(runs({}, 3, 10000));
}

TEST(Protocol, WouldDoubleWithoutReconcile) { EXPECT_GT(runs({.reconciles = false}, 1, 400).doubled, 0); }

TEST(Protocol, WouldDoubleIfRequestsLeftWithoutTheirLease) { EXPECT_GT(runs({.checks_lease = false}, 1, 4000).doubled, 0); }

TEST(Protocol, WouldDoubleIfListsLaggedLongerThanConfigured) { EXPECT_GT(runs({.real_list_lag = 1h}, 1, 400).doubled, 0); }

}  // namespace
}  // namespace bizcomms::model

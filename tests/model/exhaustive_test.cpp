// Every run up to a bound: two workers, each step by each of them at each moment that matters. States that were met are not gone on from.
#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "model/chooser.hpp"
#include "model/protocol_runs.hpp"

namespace bizcomms::model {
namespace {

// Time passes from one moment that matters to the next; callbacks are lost by not being chosen.
Scenario small() {
  Scenario scenario;
  scenario.list_lags = {0s, 5min};
  scenario.callback_weights = {1, 0, 0, 0};
  scenario.spans.clear();
  scenario.limits = {.crashes = 1, .freezes = 0, .faults = 1, .takeovers = 0, .callbacks = 1};
  return scenario;
}

TEST(EveryRun, IsMadeOnce) {
  constexpr std::array<int, 4> k_weights{1, 0, 1, 1};
  EveryChoice choices;
  std::set<std::vector<std::size_t>> runs;
  int count = 0;
  do {
    std::vector<std::size_t> run{choices.one_of(k_weights)};
    if (run.front() != 2) { run.push_back(choices.one_of(k_weights)); }
    runs.insert(std::move(run));
    ++count;
  } while (choices.next_run());
  EXPECT_EQ(count, 7);
  EXPECT_EQ(runs.size(), 7U);
}

TEST(EveryRun, OfOneMessageSendsItOnce) { expect_clean(all_runs(small(), 15)); }

TEST(EveryRun, OfTwoEqualMessagesSendsTwo) {
  Scenario scenario = small();
  scenario.texts = {1, 1};
  scenario.list_lags = {5min};
  expect_clean(all_runs(scenario, 9));
}

TEST(EveryRun, OfATakeoverSendsTheMessageOnce) {
  Scenario scenario = small();
  scenario.limits = {.crashes = 0, .freezes = 0, .faults = 1, .takeovers = 1, .callbacks = 1};
  expect_clean(all_runs(scenario, 12));
}

TEST(EveryRun, FindsTheDuplicateWithoutReconcile) {
  Scenario scenario = small();
  scenario.rules.reconciles = false;
  EXPECT_GT(all_runs(scenario, 12, true).doubled, 0);
}

TEST(EveryRun, FindsTheDuplicateWhereListsLagLongerThanConfigured) {
  Scenario scenario = small();
  scenario.list_lags = {1h};
  EXPECT_GT(all_runs(scenario, 15, true).doubled, 0);
}

TEST(EveryRun, FindsTheDuplicateOfARequestThatLeftWithoutItsLease) {
  Scenario scenario = small();
  scenario.rules.checks_lease = false;
  EXPECT_GT(all_runs(scenario, 12, true).doubled, 0);
}

TEST(EveryRun, FindsTheDuplicateOfATakeoverWithoutDoubt) {
  Scenario scenario = small();
  scenario.limits.takeovers = 1;
  scenario.rules.ledger.doubts_what_has_no_row = false;
  EXPECT_GT(all_runs(scenario, 8, true).doubled, 0);
}

}  // namespace
}  // namespace bizcomms::model

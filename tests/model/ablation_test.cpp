// What each rule of the protocol is for: without it the same runs find the duplicate.
#include <gtest/gtest.h>

#include "model/protocol_runs.hpp"

namespace bizcomms::model {
namespace {

constexpr int k_at_most = 20000;

// Whether some run doubles; they end with the first thousand that has one.
bool finds_a_double(const Scenario& scenario) {
  constexpr int k_group = 1000;
  for (int first = 1; first <= k_at_most; first += k_group) {
    if (random_runs(scenario, k_group, first).doubled > 0) { return true; }
  }
  return false;
}

Scenario three_equal() {
  Scenario scenario;
  scenario.texts = {1, 1, 1};
  return scenario;
}

TEST(WithoutARule, ReconcileTheProtocolDoubles) {
  Scenario scenario;
  scenario.rules.reconciles = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, TheLeaseOfARequestThatLeavesItDoubles) {
  Scenario scenario;
  scenario.rules.checks_lease = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, TheBoundOnTheListsLagItDoubles) {
  Scenario scenario;
  scenario.list_lags = {1h};
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, ThatALateLookUpClaimsNothingItDoubles) {
  Scenario scenario = three_equal();
  scenario.rules.ledger.looks_up_for_open_attempts_only = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, ThatProofOfAnotherMessageSetsTheGuessedOneFreeItDoubles) {
  Scenario scenario = three_equal();
  scenario.rules.ledger.disproves_guesses = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, ThatAMessageMayCountForItsHolderItDoubles) {
  Scenario scenario = three_equal();
  scenario.rules.ledger.counts_for_holders = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, ThatACallMayBeAnOtherOnesItDoubles) {
  Scenario scenario;
  scenario.texts = {1, 2};
  scenario.channel = alert::Channel::voice;
  scenario.rules.asks_for_other_calls = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, ThatAMissingRowIsDoubtfulATakeoverDoubles) {
  Scenario scenario = taken_over({});
  scenario.rules.ledger.doubts_what_has_no_row = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, ThatAnEarlierRetryIsDoubtfulATakeoverDoubles) {
  Scenario scenario = taken_over({});
  scenario.rules.ledger.doubts_earlier_retries = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

TEST(WithoutARule, ThatNewsOfALostAttemptSettlesTheRowATakeoverDoubles) {
  Scenario scenario = taken_over(three_equal());
  scenario.rules.ledger.tells_of_same = false;
  EXPECT_TRUE(finds_a_double(scenario));
}

}  // namespace
}  // namespace bizcomms::model

// Thousands of random runs of the delivery protocol.
#include <gtest/gtest.h>

#include "model/protocol_runs.hpp"

namespace bizcomms::model {
namespace {

Scenario of_texts(std::vector<int> texts) {
  Scenario scenario;
  scenario.texts = std::move(texts);
  return scenario;
}

Scenario failing(std::vector<int> texts, std::optional<alert::Resending> resending) {
  Scenario scenario = of_texts(std::move(texts));
  scenario.messages_fail = true;
  scenario.resending = resending;
  return scenario;
}

constexpr alert::Resending k_once{.times = 1, .after = 1min};
constexpr alert::Resending k_twice{.times = 2, .after = 1min};

TEST(Protocol, SendsEachMessageOnceWhateverBreaks) { expect_clean(random_runs({}, 10000)); }

TEST(Protocol, SendsEqualMessagesToOnePhoneOnceEach) {
  expect_clean(random_runs(of_texts({1, 1}), 10000));
  expect_clean(random_runs(of_texts({1, 1, 1}), 5000));
}

TEST(Protocol, NeverTakesOneTextForAnother) {
  expect_clean(random_runs(of_texts({1, 2}), 5000));
  expect_clean(random_runs(of_texts({1, 1, 2}), 5000));
}

TEST(Protocol, ShowsWhatFailedOnItsWay) {
  expect_clean(random_runs(failing({1}, {}), 5000));
  expect_clean(random_runs(failing({1, 1}, {}), 5000));
}

TEST(Protocol, SendsWhatFailedOnItsWayAsOftenAsItMay) {
  expect_clean(random_runs(failing({1}, k_once), 5000));
  expect_clean(random_runs(failing({1, 1}, k_once), 5000));
  expect_clean(random_runs(failing({1}, k_twice), 5000));
}

TEST(Protocol, CallsOnceThoughCallsCarryNoText) {
  for (const auto& texts : {std::vector{1}, std::vector{1, 2}}) {
    Scenario scenario = of_texts(texts);
    scenario.channel = alert::Channel::voice;
    expect_clean(random_runs(scenario, 5000));
    expect_clean(random_runs(taken_over(scenario), 5000));
    scenario.messages_fail = true;
    scenario.resending = k_twice;
    expect_clean(random_runs(scenario, 5000));
  }
}

TEST(Protocol, SurvivesATakeoverThatLosesTheLastRows) {
  expect_clean(random_runs(taken_over({}), 5000));
  expect_clean(random_runs(taken_over(of_texts({1, 1})), 5000));
  expect_clean(random_runs(taken_over(of_texts({1, 2})), 5000));
}

TEST(Protocol, SurvivesATakeoverWhileMessagesFail) {
  expect_clean(random_runs(taken_over(failing({1}, {})), 5000));
  expect_clean(random_runs(taken_over(failing({1}, k_once)), 5000));
}

}  // namespace
}  // namespace bizcomms::model

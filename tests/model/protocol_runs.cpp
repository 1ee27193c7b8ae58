#include "model/protocol_runs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "model/protocol_model.hpp"

namespace bizcomms::model {

namespace {

void count(Tally& tally, const Verdict& verdict) {
  tally.doubled += verdict.doubled ? 1 : 0;
  tally.lost += verdict.lost ? 1 : 0;
  tally.wrong += verdict.wrong ? 1 : 0;
}

std::string story_of(const Model& model) {
  const Verdict verdict = model.verdict();
  return fmt::format("{} messages for {} alerts, {} shown sent, {} failed, {} open\n{}", verdict.messages, verdict.alerts,
                     verdict.shown_sent, verdict.shown_failed, verdict.shown_open, fmt::join(model.story(), "\n"));
}

void play_random(Model& model, int steps) {
  for (int i = 0; i < steps && model.step(); ++i) {}
  model.settle();
}

// Whether it ended in a state that is new.
bool play_next(Model& model, EveryChoice& choices, int steps) {
  for (int left = steps; left > 0; --left) {
    if (!choices.repeats() && !choices.is_new(model.fingerprint(), left)) { return false; }
    if (!model.step()) { break; }
  }
  return true;
}

}  // namespace

Tally random_runs(const Scenario& scenario, int runs, int first_seed, int steps) {
  Tally tally;
  for (int seed = first_seed; seed < first_seed + runs; ++seed) {
    RandomChooser chooser(static_cast<std::uint64_t>(seed));
    Model model(scenario, chooser);
    play_random(model, steps);
    ++tally.runs;
    count(tally, model.verdict());
    if (!tally.first_story.empty() || model.verdict().is_good()) { continue; }
    RandomChooser same(static_cast<std::uint64_t>(seed));
    Model telling(scenario, same, true);
    play_random(telling, steps);
    tally.first_story = fmt::format("seed {}: {}", seed, story_of(telling));
  }
  return tally;
}

Tally all_runs(const Scenario& scenario, int steps, bool until_wrong) {
  Tally tally;
  EveryChoice choices;
  do {
    Model model(scenario, choices);
    ++tally.runs;
    if (!play_next(model, choices, steps)) { continue; }
    model.settle();
    count(tally, model.verdict());
    if (!tally.first_story.empty() || model.verdict().is_good()) { continue; }
    choices.repeat();
    Model telling(scenario, choices, true);
    while (choices.repeats() && telling.step()) {}
    telling.settle();
    tally.first_story = fmt::format("run {}: {}", tally.runs, story_of(telling));
  } while (choices.next_run() && !(until_wrong && !tally.first_story.empty()));
  tally.states = choices.states();
  testing::Test::RecordProperty("runs", tally.runs);
  testing::Test::RecordProperty("states", std::to_string(tally.states));
  fmt::print("{} runs of at most {} steps, {} states\n", tally.runs, steps, tally.states);
  return tally;
}

void expect_clean(const Tally& tally) {
  EXPECT_EQ(tally.doubled, 0) << tally.first_story;
  EXPECT_EQ(tally.lost, 0) << tally.first_story;
  EXPECT_EQ(tally.wrong, 0) << tally.first_story;
}

}  // namespace bizcomms::model

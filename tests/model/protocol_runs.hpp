// Many runs of the model, and what became of them.
#pragma once

#include <string>

#include "model/scenario.hpp"

namespace bizcomms::model {

struct Tally {
  int runs = 0;
  std::size_t states = 0;  // that differ; only of all runs
  int doubled = 0;
  int lost = 0;
  int wrong = 0;
  std::string first_story;  // of a run that went wrong
};

// So many, drawn by chance from that seed on.
[[nodiscard]] Tally random_runs(const Scenario& scenario, int count, int first_seed = 1, int steps = 120);
// Every one of so many steps; what follows is settled. At the first that goes wrong it ends, where it is asked for.
[[nodiscard]] Tally all_runs(const Scenario& scenario, int steps, bool until_wrong = false);

void expect_clean(const Tally& tally);

}  // namespace bizcomms::model

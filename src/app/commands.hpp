// The subcommands: one function each, in a file of its own name. Each returns the exit code.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/checks.hpp"
#include "app/command_line.hpp"
#include "app/options.hpp"
#include "app/settings.hpp"
#include "app/sources.hpp"

namespace bizcomms::app {

inline constexpr int k_done = 0;
inline constexpr int k_failed = 1;
inline constexpr int k_wrong_usage = 2;

// What a subcommand gets to work with.
struct Context {
  Role role;
  Settings settings;
  Origins origins;
  std::vector<std::string> words;
  std::set<std::string> switches;
};

struct Command {
  Usage usage;
  int (*run)(Context&);
};
[[nodiscard]] std::vector<Command> commands();

[[nodiscard]] int run_serve(Context& context);
[[nodiscard]] int run_work(Context& context);
[[nodiscard]] int run_poll(Context& context);
[[nodiscard]] int run_migrate(Context& context);
[[nodiscard]] int run_dev(Context& context);
[[nodiscard]] int run_simulate(Context& context);
[[nodiscard]] int run_health(Context& context);
[[nodiscard]] int run_dlq(Context& context);
[[nodiscard]] int run_keys(Context& context);
[[nodiscard]] int run_cell(Context& context);
[[nodiscard]] int run_check(Context& context);
[[nodiscard]] int run_config(Context& context);
[[nodiscard]] int run_version(Context& context);

// "bizcomms: <sentence>" on stderr; k_failed.
int failed(const Error& error);
// The same with k_wrong_usage; one line for each field where the Error is `invalid` and has some.
int wrong_usage(const std::string& sentence);
int refuse(const Error& error);

}  // namespace bizcomms::app

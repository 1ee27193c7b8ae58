#include "app/commands.hpp"

namespace bizcomms::app {

std::vector<Command> commands() {
  return {
      {{Role::config,
        "Print the options in force and where each came from",
        "Secrets are masked.",
        {"bizcomms config", "bizcomms config --toml > bizcomms.toml"},
        {},
        {{"toml", "Print the default configuration file instead"}, {"markdown", "Print the tables of the documents instead"}}},
       run_config},
      {{Role::version, "Print the version and the git commit", "", {"bizcomms version"}}, run_version},
  };
}

}  // namespace bizcomms::app

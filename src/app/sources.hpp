// Where options come from: flag before environment before file before built-in default.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/option.hpp"

namespace bizcomms::app {

struct Sources {
  std::vector<std::pair<std::string, std::string>> flags;  // option name and value, in the order given; the last of a name counts
  std::map<std::string, std::string> environment;          // all of it; only BIZCOMMS_… is looked at
  std::optional<std::string> file;                         // a path that must be there
};

// By option name: "flag --listen", "environment BIZCOMMS_LISTEN", "bizcomms.toml line 3"; not there: the built-in default.
using Origins = std::map<std::string, std::string>;

// Assigns what the sources say to the options that `role` heeds. An `invalid` Error has one field per problem, named by the
// option, each message a sentence that says what is wrong, where it came from and what would be right.
[[nodiscard]] Result<Origins> load(const std::vector<OptionGroup>& groups, const Sources& sources, Role role);

[[nodiscard]] bool heeds(const Option& option, Role role);

// This process's environment variables.
[[nodiscard]] std::map<std::string, std::string> process_environment();

}  // namespace bizcomms::app

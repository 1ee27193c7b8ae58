// The option table as text: the commented default file, the table of the documents, and what is in force.
#pragma once

#include <string>
#include <vector>

#include "app/option.hpp"
#include "app/sources.hpp"

namespace bizcomms::app {

// Every option, commented out, with its default, limits and words: config/bizcomms.toml.
[[nodiscard]] std::string default_file(const std::vector<OptionGroup>& groups);
// One Markdown table per group, for README.md.
[[nodiscard]] std::string option_tables(const std::vector<OptionGroup>& groups);
// One line per option: name, value (secrets masked), where it came from.
[[nodiscard]] std::string in_force(const std::vector<OptionGroup>& groups, const Origins& origins);

}  // namespace bizcomms::app

// The command line as values: which subcommand, which flags, which words. Options themselves are not looked at here.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/option.hpp"

namespace bizcomms::app {

struct Word {
  std::string name;  // as help shows it: "NAME"
  std::string docs;
  bool required = true;
  bool repeated = false;
};

struct Switch {
  std::string name;  // "--check" is "check"
  std::string docs;
};

// What help says of one subcommand, and which words it takes.
struct Usage {
  Role role = Role::version;
  std::string summary;                // one line
  std::string more;                   // a few sentences
  std::vector<std::string> examples;  // whole commands
  std::vector<Word> words = {};
  std::vector<Switch> switches = {};
};

struct Invocation {
  Role role = Role::version;
  std::vector<std::pair<std::string, std::string>> flags;  // options given, in order
  std::vector<std::string> words;
  std::set<std::string> switches;
  std::optional<std::string> config_file;
};

// What to print instead of running: help, or what is wrong with the command line.
struct Printed {
  std::string text;
  int exit_code = 0;  // 0: to stdout; 2: to stderr
};

struct ParsedCommandLine {
  std::optional<Invocation> invocation;
  Printed printed;  // where there is no invocation
};

[[nodiscard]] ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments, const std::vector<Usage>& usages,
                                                   const std::vector<OptionGroup>& groups);

}  // namespace bizcomms::app

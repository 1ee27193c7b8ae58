#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <deque>
#include <map>

#include "app/nearest.hpp"
#include "app/sources.hpp"

namespace bizcomms::app {
namespace {

constexpr int k_usage_exit = 2;

struct WordSlot {
  std::string one;
  std::vector<std::string> many;  // of a repeated word
};

// Where CLI11 puts what it reads; addresses stay as it grows.
struct Slots {
  std::deque<std::pair<std::string, std::string>> options;
  std::deque<std::pair<std::string, bool>> switches;
  std::deque<WordSlot> words;
  std::string config_file;
};

struct Subcommand {
  const Usage* usage = nullptr;
  CLI::App* app = nullptr;
  Slots slots;
  std::map<std::string, CLI::Option*> handles;
};

std::string value_name(const Option& option) {
  if (std::holds_alternative<Millis*>(option.target) || std::holds_alternative<std::chrono::seconds*>(option.target)) { return "DURATION"; }
  if (const auto* choice = std::get_if<Choice>(&option.target)) { return fmt::format("{}", fmt::join(choice->words, "|")); }
  if (is_secret(option)) { return "SECRET"; }
  if (std::holds_alternative<std::vector<std::string>*>(option.target)) { return "A,B,…"; }
  if (std::holds_alternative<std::vector<Millis>*>(option.target)) { return "DURATION,…"; }
  if (std::holds_alternative<std::string*>(option.target)) { return "TEXT"; }
  return "NUMBER";
}

std::string help_text(const Option& option) {
  const auto value = option.shown_default.empty() ? shown(option) : option.shown_default;
  return value.empty() || is_secret(option) ? option.docs : fmt::format("{} [{}]", option.docs, value);
}

void add_option(Subcommand& subcommand, const Option& option, const std::string& group) {
  auto& slot = subcommand.slots.options.emplace_back(option.name, std::string());
  const auto flag = "--" + option.name;
  CLI::Option* handle = is_switch(option) ? subcommand.app->add_flag(flag, slot.second, help_text(option))
                                          : subcommand.app->add_option(flag, slot.second, help_text(option))->type_name(value_name(option));
  handle->group(group)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  subcommand.handles[option.name] = handle;
}

void add_words(Subcommand& subcommand, const Usage& usage) {
  for (const auto& word : usage.words) {
    auto& slot = subcommand.slots.words.emplace_back();
    auto* handle = word.repeated ? subcommand.app->add_option(word.name, slot.many, word.docs)
                                 : subcommand.app->add_option(word.name, slot.one, word.docs);
    handle->type_name("");
    handle->required(word.required);
  }
  for (const auto& known : usage.switches) {
    auto& slot = subcommand.slots.switches.emplace_back(known.name, false);
    subcommand.app->add_flag("--" + known.name, slot.second, known.docs);
  }
}

std::string footer(const Usage& usage) {
  std::string text = "\nExamples:\n";
  for (const auto& example : usage.examples) { text += "  " + example + "\n"; }
  return text;
}

void describe(CLI::App& root, Subcommand& subcommand, const Usage& usage, const std::vector<OptionGroup>& groups) {
  subcommand.usage = &usage;
  subcommand.app = root.add_subcommand(std::string(to_string(usage.role)), usage.summary);
  subcommand.app->footer(footer(usage));
  subcommand.app->allow_extras();
  subcommand.app->get_formatter()->column_width(44);
  add_words(subcommand, usage);
  const bool configured = usage.role != Role::version;
  if (configured) {
    subcommand.app
        ->add_option("--config", subcommand.slots.config_file, "The configuration file [./bizcomms.toml, /etc/bizcomms/bizcomms.toml]")
        ->type_name("FILE");
  }
  for (const auto& group : groups) {
    for (const auto& option : group.options) {
      if (heeds(option, usage.role) && configured) { add_option(subcommand, option, group.title); }
    }
  }
}

Printed wrong_usage(const std::string& sentence, const std::string& command) {
  return {fmt::format("bizcomms: {} See \"bizcomms {}--help\".\n", sentence, command.empty() ? "" : command + " "), k_usage_exit};
}

std::optional<std::string> other_roles_flag(const std::string& name, const std::vector<OptionGroup>& groups) {
  for (const auto& group : groups) {
    for (const auto& option : group.options) {
      if (option.name != name) { continue; }
      std::string roles;
      for (const Role role : option.roles.all()) { roles += (roles.empty() ? "" : ", ") + std::string(to_string(role)); }
      return roles;
    }
  }
  return std::nullopt;
}

Printed unknown_argument(const Subcommand& subcommand, const std::string& argument, const std::vector<OptionGroup>& groups) {
  const std::string command(to_string(subcommand.usage->role));
  if (!argument.starts_with("-")) { return wrong_usage(fmt::format("{} does not take the word \"{}\".", command, argument), command); }
  const auto flag = argument.substr(0, argument.find('='));
  const auto name = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  std::vector<std::string> known{"config", "help"};
  for (const auto& handle : subcommand.handles) { known.push_back(handle.first); }
  for (const auto& entry : subcommand.usage->switches) { known.push_back(entry.name); }
  if (const auto roles = other_roles_flag(name, groups)) {
    return wrong_usage(fmt::format("{} does not use --{}; it belongs to {}.", command, name, *roles), command);
  }
  const auto near = nearest(name, known);
  return wrong_usage(fmt::format("{} has no option {}{}", command, flag, near ? fmt::format("; did you mean --{}?", *near) : "."), command);
}

Printed unknown_command(const std::string& word, const std::vector<Usage>& usages) {
  std::vector<std::string> names;
  for (const auto& usage : usages) { names.emplace_back(to_string(usage.role)); }
  const auto near = nearest(word, names);
  return wrong_usage(fmt::format("there is no command \"{}\"{}", word, near ? fmt::format("; did you mean \"{}\"?", *near) : "."), "");
}

Invocation invocation_of(const Subcommand& subcommand) {
  Invocation invocation;
  invocation.role = subcommand.usage->role;
  for (const auto& [name, value] : subcommand.slots.options) {
    if (subcommand.handles.at(name)->count() > 0) { invocation.flags.emplace_back(name, value); }
  }
  for (const auto& slot : subcommand.slots.words) {
    if (!slot.one.empty()) { invocation.words.push_back(slot.one); }
    invocation.words.insert(invocation.words.end(), slot.many.begin(), slot.many.end());
  }
  for (const auto& [name, given] : subcommand.slots.switches) {
    if (given) { invocation.switches.insert(name); }
  }
  if (!subcommand.slots.config_file.empty()) { invocation.config_file = subcommand.slots.config_file; }
  return invocation;
}

std::string asked_help(CLI::App& root, const std::deque<Subcommand>& subcommands) {
  for (const auto& subcommand : subcommands) {
    if (!subcommand.app->parsed()) { continue; }
    const auto& usage = *subcommand.usage;
    subcommand.app->description(usage.summary + (usage.more.empty() ? "." : ".\n" + usage.more));
    return subcommand.app->help(root.get_name());
  }
  return root.help();
}

ParsedCommandLine parse(CLI::App& root, std::deque<Subcommand>& subcommands, std::vector<std::string> arguments,
                        const std::vector<Usage>& usages, const std::vector<OptionGroup>& groups) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants a vector
  try {
    root.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) { return {std::nullopt, {asked_help(root, subcommands), 0}}; } catch (const CLI::ParseError& problem) {
    const auto chosen = root.get_subcommands();
    return {std::nullopt, wrong_usage(std::string(problem.what()) + ".", chosen.empty() ? "" : chosen.front()->get_name())};
  }
  if (const auto extras = root.remaining(false); !extras.empty()) { return {std::nullopt, unknown_command(extras.front(), usages)}; }
  for (const auto& subcommand : subcommands) {
    if (!subcommand.app->parsed()) { continue; }
    if (const auto extras = subcommand.app->remaining(); !extras.empty()) {
      return {std::nullopt, unknown_argument(subcommand, extras.front(), groups)};
    }
    return {invocation_of(subcommand), {}};
  }
  return {std::nullopt, {root.help(), k_usage_exit}};
}

}  // namespace

ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments, const std::vector<Usage>& usages,
                                     const std::vector<OptionGroup>& groups) {
  CLI::App root("BizComms sends alerts to people's phones by SMS and voice, each once.", "bizcomms");
  root.allow_extras();
  root.require_subcommand(0, 1);  // the words behind the first are its own, also where they are names of commands
  root.footer("\n\"bizcomms dev\" shows all of it on this machine, with nothing to configure. \"bizcomms COMMAND --help\" says more.");
  bool version_asked = false;
  root.add_flag("--version", version_asked, "Same as the command version");
  std::deque<Subcommand> subcommands;
  for (const auto& usage : usages) { describe(root, subcommands.emplace_back(), usage, groups); }
  auto parsed = parse(root, subcommands, arguments, usages, groups);
  if (version_asked && !parsed.invocation) { parsed.invocation = Invocation{Role::version, {}, {}, {}, std::nullopt}; }
  return parsed;
}

}  // namespace bizcomms::app

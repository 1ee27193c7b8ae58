#include "app/sources.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "app/config_file.hpp"
#include "app/nearest.hpp"
#include "app/secret_reader.hpp"

namespace bizcomms::app {
namespace {

constexpr std::string_view k_environment_prefix = "BIZCOMMS_";
constexpr std::string_view k_config_variable = "BIZCOMMS_CONFIG";
constexpr const char* k_ca_file = "ca-file";

// A secret as it was given: perhaps where to read it.
struct GivenSecret {
  const Option* option;
  std::string text;
  std::string origin;
};

struct Loader {
  const Sources& sources;
  Role role;
  std::map<std::string, const Option*> by_name = {};
  std::map<std::string, const Option*> by_variable = {};
  std::map<std::string, GivenSecret> secrets = {};  // by option, from the source that counts
  std::vector<std::string> names = {};
  std::vector<std::string> variables = {};
  Origins origins = {};
  std::vector<FieldError> problems = {};

  void index(const std::vector<OptionGroup>& groups);
  void take(const Option& option, const std::string& text, const std::string& origin);
  void take_file(const std::vector<FileEntry>& entries);
  void take_environment();
  void take_flags();
  void take_secrets();
  void put(const Option& option, const std::string& value, const std::string& origin);
  [[nodiscard]] std::string ca_file() const;
  [[nodiscard]] std::string suggestion(const std::string& name) const;
};

void Loader::index(const std::vector<OptionGroup>& groups) {
  for (const auto& group : groups) {
    for (const auto& option : group.options) {
      by_name[option.name] = &option;
      by_variable[environment_name(option)] = &option;
      names.push_back(option.name);
      variables.push_back(environment_name(option));
    }
  }
  variables.emplace_back(k_config_variable);
}

std::string Loader::suggestion(const std::string& name) const {
  const auto near = nearest(name, names);
  return near ? fmt::format("did you mean \"{}\"?", *near) : std::string("\"bizcomms config\" lists all options.");
}

void Loader::take(const Option& option, const std::string& text, const std::string& origin) {
  if (!heeds(option, role)) { return; }
  if (is_secret(option)) {
    secrets[option.name] = {&option, text, origin};
  } else {
    put(option, text, origin);
  }
}

void Loader::put(const Option& option, const std::string& value, const std::string& origin) {
  if (const auto assigned = assign(option, value); !assigned) {
    problems.push_back({option.name, fmt::format("{} {} (from {}).", option.name, assigned.error().message, origin)});
    return;
  }
  origins[option.name] = origin;
}

std::string Loader::ca_file() const {
  const auto found = by_name.find(k_ca_file);
  return found == by_name.end() ? std::string() : *std::get<std::string*>(found->second->target);
}

// Last, since where they are read may be an option too.
void Loader::take_secrets() {
  SecretReader reader(sources.environment, ca_file());
  for (const auto& [name, given] : secrets) {
    const auto value = reader.read(given.text);
    if (!value) {
      problems.push_back({name, fmt::format("{} {} (from {}).", name, value.error().message, given.origin)});
      continue;
    }
    put(*given.option, *value, given.origin);
    auto* const* live = std::get_if<LiveSecret*>(&given.option->target);
    if (live != nullptr && may_change(given.text)) { **live = LiveSecret(Secret(*value), given.text); }
  }
}

void Loader::take_file(const std::vector<FileEntry>& entries) {
  for (const auto& entry : entries) {
    const auto origin = fmt::format("{} line {}", *sources.file, entry.line);
    const auto found = by_name.find(entry.key);
    if (found == by_name.end()) {
      problems.push_back({entry.key, fmt::format("{}: there is no option \"{}\"; {}", origin, entry.key, suggestion(entry.key))});
      continue;
    }
    take(*found->second, entry.text, origin);
  }
}

// Kubernetes puts variables such as BIZCOMMS_SERVICE_HOST into every container, so only what looks like a slip is refused.
void Loader::take_environment() {
  for (const auto& [name, value] : sources.environment) {
    if (!name.starts_with(k_environment_prefix) || name == k_config_variable) { continue; }
    const auto found = by_variable.find(name);
    if (found != by_variable.end()) {
      take(*found->second, value, "environment " + name);
      continue;
    }
    if (const auto near = nearest(name, variables); near && edit_distance(name, *near) <= 2) {
      problems.push_back({name, fmt::format("There is no option for the environment variable {}; did you mean {}?", name, *near)});
    }
  }
}

void Loader::take_flags() {
  for (const auto& [name, value] : sources.flags) {
    const auto found = by_name.find(name);
    if (found != by_name.end()) { take(*found->second, value, "flag --" + name); }
  }
}

}  // namespace

bool heeds(const Option& option, Role role) { return role == Role::config || option.roles.has(role); }

Result<Origins> load(const std::vector<OptionGroup>& groups, const Sources& sources, Role role) {
  Loader loader{sources, role};
  loader.index(groups);
  if (sources.file) {
    const auto entries = read_config_file(*sources.file);
    if (!entries) { return entries.error(); }
    loader.take_file(*entries);
  }
  loader.take_environment();
  loader.take_flags();
  loader.take_secrets();
  if (!loader.problems.empty()) { return Error{ErrorCode::invalid, "The configuration is not valid.", {}, std::move(loader.problems)}; }
  return std::move(loader.origins);
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) { variables.emplace(text.substr(0, equals), text.substr(equals + 1)); }
  }
  return variables;
}

}  // namespace bizcomms::app

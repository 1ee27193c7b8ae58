#include "app/option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "app/duration.hpp"

namespace bizcomms::app {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

constexpr std::string_view k_masked = "********";

struct RoleName {
  Role role;
  std::string_view name;
};
constexpr std::array<RoleName, 13> k_role_names{{{Role::serve, "serve"},
                                                 {Role::work, "work"},
                                                 {Role::poll, "poll"},
                                                 {Role::migrate, "migrate"},
                                                 {Role::dev, "dev"},
                                                 {Role::simulate, "simulate"},
                                                 {Role::health, "health"},
                                                 {Role::dlq, "dlq"},
                                                 {Role::keys, "keys"},
                                                 {Role::check, "check"},
                                                 {Role::config, "config"},
                                                 {Role::version, "version"},
                                                 {Role::cell, "cell"}}};

bool is_duration(const Option& option) {
  return std::holds_alternative<Millis*>(option.target) || std::holds_alternative<std::chrono::seconds*>(option.target);
}

bool is_list(const Option& option) {
  return std::holds_alternative<std::vector<std::string>*>(option.target) || std::holds_alternative<std::vector<Secret>*>(option.target) ||
         std::holds_alternative<std::vector<Millis>*>(option.target);
}

bool is_count(const Option& option) { return std::holds_alternative<std::string*>(option.target) || is_list(option); }

std::string number_text(double number) { return number == std::floor(number) ? fmt::format("{:.0f}", number) : fmt::format("{}", number); }

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto part = text.substr(0, comma);
    while (part.starts_with(' ')) { part.remove_prefix(1); }
    while (part.ends_with(' ')) { part.remove_suffix(1); }
    if (!part.empty()) { parts.emplace_back(part); }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

Error wrong(std::string message) { return Error{ErrorCode::invalid, std::move(message)}; }

Error out_of_bounds(const Option& option, std::string_view text) {
  if (std::holds_alternative<std::string*>(option.target)) {
    return wrong(fmt::format("is {} bytes long, but must be {}", text.size(), limits_text(option)));
  }
  if (is_list(option)) { return wrong(fmt::format("must have {}", limits_text(option))); }
  return wrong(fmt::format("is {}, but must be {}", text, limits_text(option)));
}

bool within(const Option& option, double number) {
  return !option.limits || (number >= option.limits->min && number <= option.limits->max);
}

template <class Number>
Status assign_number(const Option& option, Number& target, std::string_view text) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc::result_out_of_range) { return out_of_bounds(option, text); }
  const bool whole = std::is_integral_v<Number>;
  if (problem != std::errc{} || end != text.data() + text.size()) {
    if (whole && text.starts_with('-')) { return out_of_bounds(option, text); }
    return wrong(fmt::format("is \"{}\", but must be a {}number{}", text, whole ? "whole " : "",
                             option.limits ? ", " + limits_text(option) : std::string()));
  }
  if constexpr (!std::is_integral_v<Number>) {
    if (!std::isfinite(number)) { return out_of_bounds(option, text); }
  }
  if (!within(option, static_cast<double>(number))) { return out_of_bounds(option, text); }
  target = number;
  return {};
}

template <class Duration>
Status assign_duration(const Option& option, Duration& target, std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) { return wrong(fmt::format("is \"{}\", but must be a duration such as 500ms, 15s, 5m, 24h or 14d", text)); }
  const auto converted = std::chrono::duration_cast<Duration>(*duration);
  if (converted != *duration) { return wrong(fmt::format("is {}, but must be in whole seconds", text)); }
  if (!within(option, static_cast<double>(duration->count()))) { return out_of_bounds(option, text); }
  target = converted;
  return {};
}

Status assign_switch(bool& target, std::string_view text) {
  if (text != "true" && text != "false") { return wrong(fmt::format("is \"{}\", but must be true or false", text)); }
  target = text == "true";
  return {};
}

Status assign_choice(const Option& option, const Choice& choice, std::string_view text) {
  const auto found = std::find(choice.words.begin(), choice.words.end(), text);
  if (found == choice.words.end()) { return wrong(fmt::format("is \"{}\", but must be one of {}", text, limits_text(option))); }
  choice.set(static_cast<std::size_t>(found - choice.words.begin()));
  return {};
}

Status assign_list(const Option& option, std::vector<std::string>& target, std::string_view text) {
  auto parts = split(text);
  if (!within(option, static_cast<double>(parts.size()))) { return out_of_bounds(option, text); }
  target = std::move(parts);
  return {};
}

Status assign_secrets(const Option& option, std::vector<Secret>& target, std::string_view text) {
  std::vector<std::string> parts;
  if (auto listed = assign_list(option, parts, text); !listed) { return listed; }
  target.clear();
  for (auto& part : parts) { target.emplace_back(std::move(part)); }
  return {};
}

Status assign_durations(const Option& option, std::vector<Millis>& target, std::string_view text) {
  std::vector<std::string> parts;
  if (auto listed = assign_list(option, parts, text); !listed) { return listed; }
  std::vector<Millis> durations(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Option one{.name = option.name, .target = &durations[i], .docs = {}, .roles = option.roles};
    if (auto assigned = assign_duration(one, durations[i], parts[i]); !assigned) { return assigned; }
  }
  target = std::move(durations);
  return {};
}

Status assign_text(const Option& option, std::string& target, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) { return wrong("must not contain a zero byte"); }
  if (!within(option, static_cast<double>(text.size()))) { return out_of_bounds(option, text); }
  target = text;
  return {};
}

}  // namespace

std::string_view to_string(Role role) {
  for (const auto& entry : k_role_names) {
    if (entry.role == role) { return entry.name; }
  }
  return "";
}

std::vector<Role> Roles::all() const {
  std::vector<Role> roles;
  for (const auto& entry : k_role_names) {
    if (has(entry.role)) { roles.push_back(entry.role); }
  }
  return roles;
}

Bounds bounds(Millis min, Millis max) { return {static_cast<double>(min.count()), static_cast<double>(max.count())}; }

std::string environment_name(const Option& option) {
  std::string name = "BIZCOMMS_";
  for (const char letter : option.name) {
    name += letter == '-' ? '_' : static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 32 : letter);
  }
  return name;
}

bool is_secret(const Option& option) {
  return std::holds_alternative<Secret*>(option.target) || std::holds_alternative<LiveSecret*>(option.target) ||
         std::holds_alternative<std::vector<Secret>*>(option.target);
}
bool is_switch(const Option& option) { return std::holds_alternative<bool*>(option.target); }

std::string shown(const Option& option) {
  return std::visit(
      Overloaded{
          [](const std::string* text) { return *text; }, [](const Secret* secret) { return std::string(secret->empty() ? "" : k_masked); },
          [](const LiveSecret* secret) { return std::string(secret->current()->empty() ? "" : k_masked); },
          [](const std::vector<Secret>* secrets) { return std::string(secrets->empty() ? "" : k_masked); },
          [](const bool* truth) { return std::string(*truth ? "true" : "false"); },
          [](const double* number) { return number_text(*number); }, [](const Millis* duration) { return to_text(*duration); },
          [](const std::chrono::seconds* duration) { return to_text(*duration); },
          [](const std::vector<Millis>* list) {
            std::vector<std::string> texts;
            for (const Millis duration : *list) { texts.push_back(to_text(duration)); }
            return fmt::format("{}", fmt::join(texts, ","));
          },
          [](const std::vector<std::string>* list) { return fmt::format("{}", fmt::join(*list, ",")); },
          [](const Choice& choice) { return choice.words.at(choice.get()); }, [](const auto* number) { return std::to_string(*number); }},
      option.target);
}

std::string limits_text(const Option& option) {
  if (const auto* choice = std::get_if<Choice>(&option.target)) { return fmt::format("{}", fmt::join(choice->words, ", ")); }
  if (!option.limits) { return ""; }
  if (is_duration(option)) {
    return to_text(Millis{static_cast<std::int64_t>(option.limits->min)}) + " to " +
           to_text(Millis{static_cast<std::int64_t>(option.limits->max)});
  }
  auto text = number_text(option.limits->min) + " to " + number_text(option.limits->max);
  if (!is_count(option)) { return text; }
  return text + (std::holds_alternative<std::string*>(option.target) ? " characters" : " elements");
}

Status assign(const Option& option, std::string_view text) {
  return std::visit(Overloaded{[&](std::string* target) { return assign_text(option, *target, text); },
                               [&](Secret* target) {
                                 *target = Secret(std::string(text));
                                 return Status{};
                               },
                               [&](LiveSecret* target) {
                                 *target = LiveSecret(Secret(std::string(text)));
                                 return Status{};
                               },
                               [&](std::vector<Secret>* target) { return assign_secrets(option, *target, text); },
                               [&](std::vector<Millis>* target) { return assign_durations(option, *target, text); },
                               [&](bool* target) { return assign_switch(*target, text); },
                               [&](Millis* target) { return assign_duration(option, *target, text); },
                               [&](std::chrono::seconds* target) { return assign_duration(option, *target, text); },
                               [&](std::vector<std::string>* target) { return assign_list(option, *target, text); },
                               [&](const Choice& choice) { return assign_choice(option, choice, text); },
                               [&](auto* target) { return assign_number(option, *target, text); }},
                    option.target);
}

}  // namespace bizcomms::app

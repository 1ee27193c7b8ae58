#include "app/config_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/duration.hpp"

namespace bizcomms::app {
namespace {

constexpr std::size_t k_line_width = 110;

std::string toml_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') { quoted += '\\'; }
    quoted += letter;
  }
  return quoted + "\"";
}

std::string toml_value(const Option& option) {
  auto text = shown(option);
  const bool bare = std::holds_alternative<bool*>(option.target) || std::holds_alternative<int*>(option.target) ||
                    std::holds_alternative<std::int64_t*>(option.target) || std::holds_alternative<std::size_t*>(option.target) ||
                    std::holds_alternative<double*>(option.target);
  if (bare) { return text; }
  std::vector<std::string> elements;
  if (const auto* list = std::get_if<std::vector<std::string>*>(&option.target)) {
    elements = **list;
  } else if (const auto* durations = std::get_if<std::vector<Millis>*>(&option.target)) {
    for (const Millis duration : **durations) { elements.push_back(to_text(duration)); }
  } else {
    return toml_quoted(text);
  }
  std::string array;
  for (const auto& element : elements) { array += (array.empty() ? "" : ", ") + toml_quoted(element); }
  return "[" + array + "]";
}

std::string wrapped(std::string_view text, std::string_view indent) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (column == 0 || column + 1 + end > k_line_width) {
      lines += (column == 0 ? "" : "\n") + std::string(indent);
      column = indent.size();
    } else {
      lines += ' ';
      ++column;
    }
    lines += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines + "\n";
}

std::string roles_text(const Option& option) {
  std::string names;
  for (const Role role : option.roles.all()) { names += (names.empty() ? "" : ", ") + std::string(to_string(role)); }
  return names;
}

std::string remarks(const Option& option) {
  std::string text = option.docs;
  const auto limits = limits_text(option);
  if (!limits.empty()) { text += (std::holds_alternative<Choice>(option.target) ? " One of " : " From ") + limits + "."; }
  if (is_secret(option)) { text += " Secret: may be given as env:NAME, file:PATH or aws-secret:NAME#key."; }
  return text;
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) { text.insert(at, 1, '\\'); }
  return text;
}

std::string default_cell(const Option& option) {
  if (!option.shown_default.empty()) { return option.shown_default; }
  const auto text = shown(option);
  return text.empty() ? "" : "`" + text + "`";
}

}  // namespace

std::string default_file(const std::vector<OptionGroup>& groups) {
  std::string text =
      "# Every option of BizComms with its default. Written by \"bizcomms config --toml\"; take away the # of what you change.\n"
      "# An option is also a flag (--database-url) and an environment variable (BIZCOMMS_DATABASE_URL).\n"
      "# Flags go before the environment, the environment before this file. Durations: 500ms, 15s, 5m, 24h, 14d.\n";
  for (const auto& group : groups) {
    text += fmt::format("\n# {0}\n# {1:-<{2}}\n", group.title, "", group.title.size());
    for (const auto& option : group.options) {
      const auto by_role = option.shown_default.empty() ? std::string() : " Default: " + option.shown_default + ".";
      text += fmt::format("\n{}# Heeded by: {}.\n# {} = {}\n", wrapped(remarks(option) + by_role, "# "), roles_text(option), option.name,
                          toml_value(option));
    }
  }
  return text;
}

std::string option_tables(const std::vector<OptionGroup>& groups) {
  std::string text;
  for (const auto& group : groups) {
    text += fmt::format("{}**{}**\n\n| option | default | meaning | used by |\n|---|---|---|---|\n", text.empty() ? "" : "\n", group.title);
    for (const auto& option : group.options) {
      text +=
          fmt::format("| `--{}` | {} | {} | {} |\n", option.name, cell(default_cell(option)), cell(remarks(option)), roles_text(option));
    }
  }
  return text;
}

std::string in_force(const std::vector<OptionGroup>& groups, const Origins& origins) {
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  constexpr std::size_t k_value_width_max = 48;
  for (const auto& group : groups) {
    for (const auto& option : group.options) {
      name_width = std::max(name_width, option.name.size());
      value_width = std::max(value_width, std::min(toml_value(option).size(), k_value_width_max));
    }
  }
  std::string text;
  for (const auto& group : groups) {
    text += fmt::format("{}# {}\n", text.empty() ? "" : "\n", group.title);
    for (const auto& option : group.options) {
      const auto origin = origins.find(option.name);
      text += fmt::format("{:<{}} = {:<{}}  # {}\n", option.name, name_width, toml_value(option), value_width,
                          origin == origins.end() ? "default" : origin->second);
    }
  }
  return text;
}

}  // namespace bizcomms::app

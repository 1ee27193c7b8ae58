#include "app/config_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <fstream>
#include <iterator>
#include <optional>

namespace bizcomms::app {
namespace {

constexpr std::size_t k_file_bytes_max = std::size_t{1024} * 1024;

Error wrong(std::string message) { return Error{ErrorCode::misconfigured, std::move(message)}; }

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) { return *text; }
  if (const auto number = node.value_exact<std::int64_t>()) { return std::to_string(*number); }
  if (const auto number = node.value_exact<double>()) { return fmt::format("{}", *number); }
  if (const auto truth = node.value_exact<bool>()) { return std::string(*truth ? "true" : "false"); }
  return std::nullopt;
}

// A comma inside an element would split it in two later, so it is refused here.
std::optional<std::string> list_text(const toml::array& array) {
  std::string list;
  for (const auto& element : array) {
    const auto text = scalar_text(element);
    if (!text || text->find(',') != std::string::npos) { return std::nullopt; }
    list += (list.empty() ? "" : ",") + *text;
  }
  return list;
}

Result<FileEntry> entry_of(const std::string& key, const toml::node& node, const std::string& path) {
  const int line = static_cast<int>(node.source().begin.line);
  if (node.is_table() || node.is_array_of_tables()) {
    return wrong(fmt::format("{}, line {}: \"{}\" is a table, but options are plain keys; write them without [{}].", path, line, key, key));
  }
  const auto* array = node.as_array();
  const auto text = array != nullptr ? list_text(*array) : scalar_text(node);
  if (!text) {
    return wrong(
        fmt::format("{}, line {}: \"{}\" must be a text, a number, true or false, or a list of texts without commas.", path, line, key));
  }
  return FileEntry{key, *text, line};
}

}  // namespace

Result<std::vector<FileEntry>> parse_config(const std::string& text, const std::string& path) {
  try {
    const toml::table table = toml::parse(text, path);
    std::vector<FileEntry> entries;
    for (auto&& [key, node] : table) {
      auto entry = entry_of(std::string(key.str()), node, path);
      if (!entry) { return entry.error(); }
      entries.push_back(*std::move(entry));
    }
    return entries;
  } catch (const toml::parse_error& problem) {
    return wrong(fmt::format("{}, line {}: not readable as TOML: {}.", path, problem.source().begin.line, problem.description()));
  }
}

Result<std::vector<FileEntry>> read_config_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) { return wrong(fmt::format("The configuration file {} cannot be read; check its name and permissions.", path)); }
  std::string text;
  text.resize(k_file_bytes_max + 1);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  if (stream.bad()) { return wrong(fmt::format("The configuration file {} cannot be read; is it a folder?", path)); }
  if (text.size() > k_file_bytes_max) { return wrong(fmt::format("The configuration file {} is larger than 1 MiB.", path)); }
  return parse_config(text, path);
}

}  // namespace bizcomms::app

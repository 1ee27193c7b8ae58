#include "json/duplicates.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bizcomms::json {
namespace {

constexpr std::size_t k_few_members = 16;  // up to here comparing each with each is the fastest way
constexpr std::size_t k_name_bytes_shown = 64;

std::optional<std::string_view> repeated_among_few(const Node& object) {
  for (auto later = object.MemberBegin(); later != object.MemberEnd(); ++later) {
    for (auto earlier = object.MemberBegin(); earlier != later; ++earlier) {
      if (text_of(earlier->name) == text_of(later->name)) { return text_of(later->name); }
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> repeated_name(const Node& object) {
  if (object.MemberCount() <= k_few_members) { return repeated_among_few(object); }
  std::vector<std::string_view> names;
  names.reserve(object.MemberCount());
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) { names.push_back(text_of(member->name)); }
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin == names.end()) { return std::nullopt; }
  return *twin;
}

std::optional<std::string> find_below(const Node& node, const std::string& path) {
  if (node.IsArray()) {
    for (rapidjson::SizeType i = 0; i < node.Size(); ++i) {
      if (!node[i].IsArray() && !node[i].IsObject()) { continue; }
      if (auto found = find_below(node[i], fmt::format("{}[{}]", path, i))) { return found; }
    }
    return std::nullopt;
  }
  if (!node.IsObject()) { return std::nullopt; }
  if (const auto name = repeated_name(node)) { return joined_path(path, *name); }
  for (auto member = node.MemberBegin(); member != node.MemberEnd(); ++member) {
    if (!member->value.IsArray() && !member->value.IsObject()) { continue; }
    if (auto found = find_below(member->value, joined_path(path, text_of(member->name)))) { return found; }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_duplicate(const Node& node) { return find_below(node, ""); }

std::string joined_path(std::string_view parent, std::string_view name) {
  auto end = std::min(name.size(), k_name_bytes_shown);
  while (end > 0 && end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) { --end; }
  std::string path(parent);
  if (!path.empty()) { path += '.'; }
  path += name.substr(0, end);
  if (end < name.size()) { path += "…"; }
  if (name.empty()) { path += "\"\""; }
  return path;
}

}  // namespace bizcomms::json

#include <fmt/format.h>

#include <algorithm>

#include "bizcomms/json/reader.hpp"
#include "json/duplicates.hpp"
#include "json/hidden.hpp"
#include "json/nearest.hpp"

namespace bizcomms::json {
namespace {

std::size_t code_points_in(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view kind_of(const Node& node) {
  if (node.IsNull()) { return "null"; }
  if (node.IsBool()) { return "a boolean"; }
  if (node.IsNumber()) { return "a number"; }
  if (node.IsString()) { return "a text"; }
  return node.IsArray() ? "an array" : "an object";
}

std::string wrong_type(std::string_view wanted, const Node& node) { return fmt::format("must be {}, not {}", wanted, kind_of(node)); }

// Why `node` breaks the rule; empty: it does not.
std::string problem_of(const Node& node, TextRule rule) {
  if (!node.IsString()) { return wrong_type("a text", node); }
  const auto text = text_of(node);
  if (text.find('\0') != std::string_view::npos) { return "contains the character U+0000; remove it"; }
  const auto length = code_points_in(text);
  if (length < rule.min && length == 0) {
    return fmt::format("is empty; give at least {} character{}", rule.min, rule.min == 1 ? "" : "s");
  }
  if (length < rule.min) { return fmt::format("has {} characters; at least {} are needed", length, rule.min); }
  if (rule.max != 0 && length > rule.max) {
    return fmt::format("has {} characters; at most {} are allowed, so shorten it", length, rule.max);
  }
  return {};
}

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  for (const auto& name : names) { text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", name); }
  return text;
}

}  // namespace

Object::Object(Document::Hidden* document, const void* value, std::string path)
    : m_document(document), m_value(value), m_path(std::move(path)) {}

const void* Object::member(std::string_view name) {
  if (m_value == nullptr) { return nullptr; }
  if (std::find(m_known.begin(), m_known.end(), name) == m_known.end()) { m_known.emplace_back(name); }
  const auto& object = node_of(m_value);
  for (auto each = object.MemberBegin(); each != object.MemberEnd(); ++each) {
    if (text_of(each->name) == name) { return &each->value; }
  }
  return nullptr;
}

std::string Object::path_of(std::string_view name) const { return joined_path(m_path, name); }

void Object::error(std::string_view name, std::string message) {
  if (m_document != nullptr) { m_document->add_error(path_of(name), std::move(message)); }
}

std::optional<std::string> Object::text(std::string_view name, TextRule rule) {
  const auto* found = member(name);
  if (found == nullptr) { return std::nullopt; }
  if (auto problem = problem_of(node_of(found), rule); !problem.empty()) {
    error(name, std::move(problem));
    return std::nullopt;
  }
  return std::string(text_of(node_of(found)));
}

std::optional<std::string> Object::require_text(std::string_view name, TextRule rule) {
  if (m_value != nullptr && member(name) == nullptr) {
    error(name, "is missing; it is required");
    return std::nullopt;
  }
  return text(name, rule);
}

std::optional<bool> Object::boolean(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) { return std::nullopt; }
  if (node_of(found).IsBool()) { return node_of(found).GetBool(); }
  error(name, wrong_type("true or false", node_of(found)));
  return std::nullopt;
}

std::optional<std::int64_t> Object::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const auto* found = member(name);
  if (found == nullptr) { return std::nullopt; }
  const auto& node = node_of(found);
  if (node.IsInt64() && node.GetInt64() >= min && node.GetInt64() <= max) { return node.GetInt64(); }
  error(name, node.IsNumber() ? fmt::format("must be a whole number from {} to {}", min, max) : wrong_type("a whole number", node));
  return std::nullopt;
}

std::optional<std::vector<std::string>> Object::texts(std::string_view name, std::size_t max_count, TextRule each) {
  const auto* found = member(name);
  if (found == nullptr) { return std::nullopt; }
  const auto& node = node_of(found);
  if (!node.IsArray()) {
    error(name, wrong_type("an array of texts", node));
    return std::nullopt;
  }
  if (node.Size() > max_count) {
    error(name, fmt::format("has {} elements; at most {} are allowed, so remove some", node.Size(), max_count));
    return std::nullopt;
  }
  std::vector<std::string> all;
  bool sound = true;
  for (rapidjson::SizeType i = 0; i < node.Size(); ++i) {
    if (auto problem = problem_of(node[i], each); !problem.empty()) {
      error(fmt::format("{}[{}]", name, i), std::move(problem));
      sound = false;
    } else {
      all.emplace_back(text_of(node[i]));
    }
  }
  if (!sound) { return std::nullopt; }
  return all;
}

std::optional<std::string> Object::one_of(std::string_view name, std::initializer_list<std::string_view> allowed) {
  const auto* found = member(name);
  if (found == nullptr) { return std::nullopt; }
  const auto& node = node_of(found);
  if (node.IsString() && std::find(allowed.begin(), allowed.end(), text_of(node)) != allowed.end()) { return std::string(text_of(node)); }
  error(name, "must be one of " + listed(allowed));
  return std::nullopt;
}

std::optional<Object> Object::object(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) { return std::nullopt; }
  if (node_of(found).IsObject()) { return Object(m_document, found, path_of(name)); }
  error(name, wrong_type("an object", node_of(found)));
  return std::nullopt;
}

bool Object::has(std::string_view name) const {
  if (m_value == nullptr) { return false; }
  const auto& object = node_of(m_value);
  return std::any_of(object.MemberBegin(), object.MemberEnd(), [&](const auto& each) { return text_of(each.name) == name; });
}

void Object::finish() {
  if (m_value == nullptr) { return; }
  const auto& object = node_of(m_value);
  for (auto each = object.MemberBegin(); each != object.MemberEnd() && !m_document->more_errors; ++each) {
    const auto name = text_of(each->name);
    if (std::find(m_known.begin(), m_known.end(), name) != m_known.end()) { continue; }
    if (const auto near = nearest(name, m_known)) {
      error(name, fmt::format("is not a known field; did you mean \"{}\"?", *near));
    } else {
      error(name, m_known.empty() ? "is not a known field; this object has none" : "is not a known field; known are " + listed(m_known));
    }
  }
}

}  // namespace bizcomms::json

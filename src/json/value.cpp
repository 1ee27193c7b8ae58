#include "bizcomms/json/reader.hpp"
#include "json/hidden.hpp"

namespace bizcomms::json {
namespace {

const Node* find(const Node& object, std::string_view name) {
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
    if (text_of(member->name) == name) { return &member->value; }
  }
  return nullptr;
}

}  // namespace

bool Value::is_null() const { return m_value == nullptr || node_of(m_value).IsNull(); }
bool Value::is_object() const { return m_value != nullptr && node_of(m_value).IsObject(); }
bool Value::is_array() const { return m_value != nullptr && node_of(m_value).IsArray(); }

std::optional<std::string> Value::as_string() const {
  if (m_value == nullptr || !node_of(m_value).IsString()) { return std::nullopt; }
  return std::string(text_of(node_of(m_value)));
}

std::optional<std::int64_t> Value::as_int() const {
  if (m_value == nullptr || !node_of(m_value).IsInt64()) { return std::nullopt; }
  return node_of(m_value).GetInt64();
}

std::optional<double> Value::as_double() const {
  if (m_value == nullptr || !node_of(m_value).IsNumber()) { return std::nullopt; }
  return node_of(m_value).GetDouble();
}

std::optional<bool> Value::as_bool() const {
  if (m_value == nullptr || !node_of(m_value).IsBool()) { return std::nullopt; }
  return node_of(m_value).GetBool();
}

Value Value::operator[](std::string_view member) const { return {m_document, is_object() ? find(node_of(m_value), member) : nullptr}; }

std::vector<Value> Value::elements() const {
  std::vector<Value> all;
  if (!is_array()) { return all; }
  all.reserve(node_of(m_value).Size());
  for (auto element = node_of(m_value).Begin(); element != node_of(m_value).End(); ++element) { all.push_back(Value(m_document, element)); }
  return all;
}

std::vector<std::pair<std::string, Value>> Value::members() const {
  std::vector<std::pair<std::string, Value>> all;
  if (!is_object()) { return all; }
  all.reserve(node_of(m_value).MemberCount());
  for (auto member = node_of(m_value).MemberBegin(); member != node_of(m_value).MemberEnd(); ++member) {
    all.emplace_back(text_of(member->name), Value(m_document, &member->value));
  }
  return all;
}

Object Value::strict_object(std::string path) const {
  if (is_object()) { return {m_document, m_value, std::move(path)}; }
  if (m_document != nullptr) { m_document->add_error(path.empty() ? "body" : path, "must be a JSON object"); }
  return {m_document, nullptr, std::move(path)};
}

}  // namespace bizcomms::json

#include "system/schema.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <set>

#include "bizcomms/alert/validation.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::test {
namespace {

std::string path_of(const std::string& path, const std::string& name) { return path + "." + name; }

constexpr std::array<std::string_view, 10> k_words{"description", "examples",  "example",    "default", "title",
                                                   "readOnly",    "writeOnly", "deprecated", "format",  "$comment"};

class Check {
public:
  explicit Check(const json::Value& document) : m_document(document) {}
  [[nodiscard]] std::vector<std::string> take() { return std::move(m_errors); }

  void value(const json::Value& unresolved, const json::Value& value, const std::string& path) {
    const auto schema = resolved(m_document, unresolved);
    for (const auto& [keyword, rule] : schema.members()) { apply(keyword, rule, schema, value, path); }
  }

private:
  void error(const std::string& path, const std::string& what) { m_errors.push_back((path.empty() ? "(root)" : path) + ": " + what); }

  void apply(const std::string& keyword, const json::Value& rule, const json::Value& schema, const json::Value& value,
             const std::string& path) {
    if (keyword == "type") { return type(rule, value, path); }
    if (keyword == "properties") { return properties(rule, value, path); }
    if (keyword == "required") { return required(rule, value, path); }
    if (keyword == "additionalProperties") { return additional(rule, schema, value, path); }
    if (keyword == "items") { return items(rule, value, path); }
    if (keyword == "enum") { return one_of_values(rule, value, path); }
    if (keyword == "const") { return equals(rule, value, path); }
    if (keyword == "oneOf" || keyword == "anyOf") { return alternatives(rule, value, path); }
    if (keyword == "allOf") { return all_of(rule, value, path); }
    if (keyword == "minimum" || keyword == "maximum") { return range(keyword, rule, value, path); }
    if (keyword == "minLength" || keyword == "maxLength") { return length(keyword, rule, value, path); }
    if (keyword == "minItems" || keyword == "maxItems") { return count(keyword, rule, value, path); }
    if (keyword == "pattern") { return pattern(rule, value, path); }
    if (keyword == "format" && rule.as_string() == "date-time") { return date_time(value, path); }
    if (std::find(k_words.begin(), k_words.end(), keyword) == k_words.end()) {
      error(path, "this test does not know the keyword " + keyword);
    }
  }

  static bool is(const std::string& type, const json::Value& value) {
    if (type == "null") { return value.is_null(); }
    if (type == "object") { return value.is_object(); }
    if (type == "array") { return value.is_array(); }
    if (type == "string") { return value.as_string().has_value(); }
    if (type == "boolean") { return value.as_bool().has_value(); }
    if (type == "integer") { return value.as_int().has_value(); }
    return type == "number" && value.as_double().has_value();
  }
  void type(const json::Value& rule, const json::Value& value, const std::string& path) {
    const auto alternatives = rule.is_array() ? rule.elements() : std::vector{rule};
    const bool fits = std::any_of(alternatives.begin(), alternatives.end(),
                                  [&](const json::Value& each) { return is(each.as_string().value_or(""), value); });
    if (!fits) { error(path, "has another type"); }
  }
  void properties(const json::Value& rule, const json::Value& object, const std::string& path) {
    const auto members = object.members();
    for (const auto& [name, schema] : rule.members()) {
      for (const auto& [member, inner] : members) {
        if (member == name) { value(schema, inner, path_of(path, name)); }
      }
    }
  }
  void required(const json::Value& rule, const json::Value& object, const std::string& path) {
    if (!object.is_object()) { return; }
    std::set<std::string> present;
    for (const auto& [member, inner] : object.members()) { present.insert(member); }
    for (const auto& name : rule.elements()) {
      if (!present.contains(name.as_string().value_or(""))) { error(path, "lacks " + name.as_string().value_or("")); }
    }
  }
  void additional(const json::Value& rule, const json::Value& schema, const json::Value& object, const std::string& path) {
    std::set<std::string> known;
    for (const auto& [name, inner] : schema["properties"].members()) { known.insert(name); }
    for (const auto& [member, inner] : object.members()) {
      if (known.contains(member)) { continue; }
      if (rule.as_bool() == false) { error(path, "has " + member + ", which is not documented"); }
      if (rule.is_object()) { value(rule, inner, path_of(path, member)); }
    }
  }
  void items(const json::Value& rule, const json::Value& array, const std::string& path) {
    int index = 0;
    for (const auto& element : array.elements()) { value(rule, element, path + "[" + std::to_string(index++) + "]"); }
  }
  static bool same(const json::Value& a, const json::Value& b) {
    return a.as_string() == b.as_string() && a.as_double() == b.as_double() && a.as_bool() == b.as_bool() && a.is_null() == b.is_null();
  }
  void one_of_values(const json::Value& rule, const json::Value& value, const std::string& path) {
    const auto allowed = rule.elements();
    if (std::none_of(allowed.begin(), allowed.end(), [&](const json::Value& each) { return same(each, value); })) {
      error(path, "is none of the documented values");
    }
  }
  void equals(const json::Value& rule, const json::Value& value, const std::string& path) {
    if (!same(rule, value)) { error(path, "is not the documented value"); }
  }
  void alternatives(const json::Value& rule, const json::Value& inner, const std::string& path) {
    const auto schemas = rule.elements();
    const auto fits = [&](const json::Value& each) {
      Check check(m_document);
      check.value(each, inner, path);
      return check.m_errors.empty();
    };
    if (std::none_of(schemas.begin(), schemas.end(), fits)) { error(path, "fits none of the alternatives"); }
  }
  void all_of(const json::Value& rule, const json::Value& inner, const std::string& path) {
    for (const auto& each : rule.elements()) { value(each, inner, path); }
  }
  void range(const std::string& keyword, const json::Value& rule, const json::Value& value, const std::string& path) {
    const auto number = value.as_double();
    if (!number) { return; }
    const auto limit = rule.as_double().value_or(0);
    if (keyword == "minimum" ? *number < limit : *number > limit) { error(path, "is outside of its " + keyword); }
  }
  void length(const std::string& keyword, const json::Value& rule, const json::Value& value, const std::string& path) {
    const auto text = value.as_string();
    if (!text) { return; }
    const auto points = static_cast<std::int64_t>(alert::code_points(*text));
    const auto limit = rule.as_int().value_or(0);
    if (keyword == "minLength" ? points < limit : points > limit) { error(path, "is outside of its " + keyword); }
  }
  void count(const std::string& keyword, const json::Value& rule, const json::Value& value, const std::string& path) {
    if (!value.is_array()) { return; }
    const auto size = static_cast<std::int64_t>(value.elements().size());
    const auto limit = rule.as_int().value_or(0);
    if (keyword == "minItems" ? size < limit : size > limit) { error(path, "is outside of its " + keyword); }
  }
  void pattern(const json::Value& rule, const json::Value& value, const std::string& path) {
    const auto text = value.as_string();
    if (text && !std::regex_search(*text, std::regex(rule.as_string().value_or("")))) {
      error(path, "does not match its pattern: " + *text);
    }
  }
  void date_time(const json::Value& value, const std::string& path) {
    const auto text = value.as_string();
    if (text && !parse_rfc3339(*text)) { error(path, "is no RFC 3339 time: " + *text); }
  }

  json::Value m_document;
  std::vector<std::string> m_errors;
};

}  // namespace

json::Value resolved(const json::Value& document, const json::Value& maybe_reference) {
  auto at = maybe_reference;
  while (const auto reference = at["$ref"].as_string()) {
    at = document;
    std::size_t begin = 2;  // behind "#/"
    while (begin <= reference->size()) {
      const auto end = std::min(reference->find('/', begin), reference->size());
      at = at[reference->substr(begin, end - begin)];
      begin = end + 1;
    }
  }
  return at;
}

std::vector<std::string> schema_errors(const json::Value& document, const json::Value& schema, const json::Value& value) {
  Check check(document);
  check.value(schema, value, "");
  return check.take();
}

}  // namespace bizcomms::test

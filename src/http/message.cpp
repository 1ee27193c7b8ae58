#include "bizcomms/http/message.hpp"

#include <algorithm>

#include "http/field_name.hpp"
#include "http/percent.hpp"

namespace bizcomms::http {

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [field, value] : m_fields) {
    if (same_name(field, name)) { return value; }
  }
  return std::nullopt;
}

void Headers::add(std::string name, std::string value) { m_fields.emplace_back(std::move(name), std::move(value)); }

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(m_fields, [&](const auto& field) { return same_name(field.first, name); });
  m_fields.emplace_back(std::string(name), std::move(value));
}

std::optional<std::string_view> find(const Parameters& parameters, std::string_view name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& pair) { return pair.first == name; });
  if (found == parameters.end()) { return std::nullopt; }
  return found->second;
}

std::optional<Parameters> parse_form(std::string_view text, std::size_t max) {
  Parameters parameters;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) { continue; }
    if (parameters.size() == max) { return std::nullopt; }
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), Plus::space);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), Plus::space);
    if (!name || !value) { return std::nullopt; }
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

std::string to_form(const Parameters& parameters) {
  std::string form;
  for (const auto& [name, value] : parameters) {
    if (!form.empty()) { form += '&'; }
    form += percent_encode(name);
    form += '=';
    form += percent_encode(value);
  }
  return form;
}

}  // namespace bizcomms::http

#include "aws/attributes.hpp"

#include <charconv>

namespace bizcomms::aws {

AttributeWriter& AttributeWriter::text(std::string_view name, std::string_view value) {
  m_writer.key(name).begin_object().field("S", std::string(value)).end_object();
  return *this;
}

AttributeWriter& AttributeWriter::number(std::string_view name, std::int64_t value) {
  m_writer.key(name).begin_object().field("N", std::to_string(value)).end_object();
  return *this;
}

AttributeWriter& AttributeWriter::truth(std::string_view name, bool value) {
  m_writer.key(name).begin_object().field("BOOL", value).end_object();
  return *this;
}

AttributeWriter& AttributeWriter::text_if(std::string_view name, const std::optional<std::string>& value) {
  return value ? text(name, std::string_view(*value)) : *this;
}

AttributeWriter& AttributeWriter::number_if(std::string_view name, const std::optional<int>& value) {
  return value ? number(name, std::int64_t{*value}) : *this;
}

AttributeWriter& AttributeWriter::time_if(std::string_view name, const std::optional<Time>& value) {
  return value ? time(name, *value) : *this;
}

std::optional<std::string> AttributeReader::text(std::string_view name) const { return m_item[name]["S"].as_string(); }

std::optional<std::int64_t> AttributeReader::number(std::string_view name) const {
  const auto digits = m_item[name]["N"].as_string();
  if (!digits) { return std::nullopt; }
  std::int64_t value = 0;
  const auto read = std::from_chars(digits->data(), digits->data() + digits->size(), value);
  return read.ec == std::errc{} && read.ptr == digits->data() + digits->size() ? std::optional(value) : std::nullopt;
}

std::optional<Time> AttributeReader::time(std::string_view name) const {
  const auto milliseconds = number(name);
  return milliseconds ? std::optional(Time{Millis{*milliseconds}}) : std::nullopt;
}

bool AttributeReader::truth(std::string_view name) const { return m_item[name]["BOOL"].as_bool().value_or(false); }

}  // namespace bizcomms::aws

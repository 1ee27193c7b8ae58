// DynamoDB's attribute values, written and read: {"S":"text"}, {"N":"5"}, {"BOOL":true}. Source: wire facts 6.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/base/time.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::aws {

// Members of an object that is open: of an item, a key, or a statement's values. What is nothing is left out.
class AttributeWriter {
public:
  explicit AttributeWriter(json::Writer& writer) : m_writer(writer) {}
  AttributeWriter& text(std::string_view name, std::string_view value);
  AttributeWriter& number(std::string_view name, std::int64_t value);
  AttributeWriter& time(std::string_view name, Time value) { return number(name, value.time_since_epoch().count()); }  // milliseconds
  AttributeWriter& truth(std::string_view name, bool value);
  AttributeWriter& text_if(std::string_view name, const std::optional<std::string>& value);
  AttributeWriter& number_if(std::string_view name, const std::optional<int>& value);
  AttributeWriter& time_if(std::string_view name, const std::optional<Time>& value);

private:
  json::Writer& m_writer;
};

// An item, or a part of one. What is absent or of another type is nothing.
class AttributeReader {
public:
  explicit AttributeReader(json::Value item) : m_item(item) {}
  [[nodiscard]] bool is_there() const { return m_item.is_object(); }
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
  [[nodiscard]] std::optional<Time> time(std::string_view name) const;
  [[nodiscard]] bool truth(std::string_view name) const;  // false where absent

private:
  json::Value m_item;
};

}  // namespace bizcomms::aws

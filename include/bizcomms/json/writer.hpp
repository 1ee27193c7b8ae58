// Writes compact JSON into a string. Not thread-safe. Text that is not UTF-8 is written with U+FFFD in place of the bad bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bizcomms::json {

class Writer {
public:
  void reserve(std::size_t bytes) { m_text.reserve(bytes); }
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  Writer& value(std::int64_t number);
  Writer& value(int number) { return value(static_cast<std::int64_t>(number)); }
  Writer& value(double number);
  Writer& value(bool truth);
  Writer& null();
  Writer& raw(std::string_view json);  // already JSON

  // key and value in one; an empty optional is written as null.
  template <class T>
  Writer& field(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }
  template <class T>
  Writer& field(std::string_view name, const std::optional<T>& v) {
    key(name);
    return v ? value(*v) : null();
  }

  [[nodiscard]] const std::string& text() const { return m_text; }
  [[nodiscard]] std::string take() { return std::move(m_text); }

private:
  void separate();
  std::string m_text;
  bool m_needs_comma = false;
};

}  // namespace bizcomms::json

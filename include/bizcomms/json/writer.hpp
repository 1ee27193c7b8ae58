// Writes compact JSON into a string. Not thread-safe. Text that is not UTF-8 is written with U+FFFD in place of the bad bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bizcomms::json {

class Writer {
public:
  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void reserve(std::size_t bytes);  // room for that much in one piece, to spare moving it
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

  [[nodiscard]] std::string_view text() const {  // until the next write
    return std::string_view(m_text).substr(0, m_size);
  }
  [[nodiscard]] std::string take();

private:
  // Where the next `bytes` characters go; the caller says with m_size how many it wrote.
  char* room(std::size_t bytes) {
    if (m_text.size() - m_size < bytes) { grow(bytes); }
    return m_text.data() + m_size;
  }
  void grow(std::size_t bytes);
  void put(char c);
  void put(std::string_view text);
  void put_quoted(std::string_view text);
  void put_escaped(std::string_view text);
  void put_escape(char letter, char original);
  void separate();

  std::string m_text;      // longer than what is written
  std::size_t m_size = 0;  // of what is written
  bool m_needs_comma = false;
};

}  // namespace bizcomms::json

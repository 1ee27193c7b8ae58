// Log lines: JSON on stderr, or text on a terminal. One line, one event: a fixed message, and what varies in fields.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bizcomms/base/result.hpp"

namespace bizcomms {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };
enum class LogFormat : std::uint8_t { json, text };

struct LogField {
  std::string_view name;
  std::variant<std::string, std::int64_t, double, bool, std::monostate> value;  // monostate: not written

  LogField(std::string_view field, std::string text) : name(field), value(std::move(text)) {}
  LogField(std::string_view field, std::string_view text) : name(field), value(std::string(text)) {}
  LogField(std::string_view field, const char* text) : name(field), value(std::string(text)) {}
  LogField(std::string_view field, bool truth) : name(field), value(truth) {}
  LogField(std::string_view field, double number) : name(field), value(number) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) LogField(std::string_view field, T number) : name(field), value(static_cast<std::int64_t>(number)) {}

  // Not written where the text is empty.
  [[nodiscard]] static LogField if_any(std::string_view field, const std::string& text) {
    LogField made(field, std::string_view(text));
    if (text.empty()) { made.value = std::monostate{}; }
    return made;
  }
};

struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::json;
};

// Thread-safe. A copy made by with() writes to the same place and adds its fields to every line.
class Log {
public:
  using Sink = std::function<void(std::string_view line)>;

  explicit Log(LogSettings settings = {});  // to stderr
  Log(LogSettings settings, Sink sink);     // for tests
  [[nodiscard]] static Log silent();

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const { write(LogLevel::debug, message, fields); }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const { write(LogLevel::info, message, fields); }
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) const { write(LogLevel::warning, message, fields); }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const { write(LogLevel::error, message, fields); }
  // An Error with its code, message and cause.
  void error(std::string_view message, const Error& error, std::initializer_list<LogField> fields = {}) const;
  void warning(std::string_view message, const Error& error, std::initializer_list<LogField> fields = {}) const;

  [[nodiscard]] Log with(std::vector<LogField> fields) const;
  [[nodiscard]] bool enabled(LogLevel level) const;

private:
  struct Shared;
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields, const Error* error = nullptr) const;

  std::shared_ptr<Shared> m_shared;
  std::vector<LogField> m_fields;
};

}  // namespace bizcomms

#include "bizcomms/base/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mutex>
#include <utility>

#include "bizcomms/base/time.hpp"

namespace bizcomms {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
    case LogLevel::off:
      break;
  }
  return "off";
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_value(std::string& out, const LogField& field, LogFormat format) {
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    const bool plain = format == LogFormat::text && !text->empty() && text->find_first_of(" \"\\\t\r\n=\x1b") == std::string::npos;
    if (plain) {
      out += *text;
    } else {
      append_quoted(out, *text);
    }
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    fmt::format_to(std::back_inserter(out), "{:.6g}", *real);
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

void append_field(std::string& out, const LogField& field, LogFormat format) {
  if (std::holds_alternative<std::monostate>(field.value)) { return; }
  if (format == LogFormat::json) {
    out += ',';
    append_quoted(out, field.name);
    out += ':';
  } else {
    out += ' ';
    out += field.name;
    out += '=';
  }
  append_value(out, field, format);
}

std::string head_of(LogLevel level, std::string_view message, LogFormat format) {
  const auto time = to_rfc3339(SystemClock().now());
  if (format == LogFormat::text) { return fmt::format("{} {:<7} {}", time, name_of(level), message); }
  auto head = fmt::format(R"({{"time":"{}","level":"{}","message":)", time, name_of(level));
  append_quoted(head, message);
  return head;
}

// Hands each line to a function; base_sink's mutex keeps the calls apart.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit FunctionSink(Log::Sink function) : m_function(std::move(function)) {}

protected:
  void sink_it_(const spdlog::details::log_msg& message) override { m_function({message.payload.data(), message.payload.size()}); }
  void flush_() override {}

private:
  Log::Sink m_function;
};

std::shared_ptr<spdlog::logger> logger_over(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("bizcomms", std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  return logger;
}

}  // namespace

struct Log::Shared {
  LogSettings settings;
  std::shared_ptr<spdlog::logger> logger;
};

Log::Log(LogSettings settings)
    : m_shared(std::make_shared<Shared>(Shared{settings, logger_over(std::make_shared<spdlog::sinks::stderr_sink_mt>())})) {}

Log::Log(LogSettings settings, Sink sink)
    : m_shared(std::make_shared<Shared>(Shared{settings, logger_over(std::make_shared<FunctionSink>(std::move(sink)))})) {}

Log Log::silent() {
  LogSettings settings;
  settings.level = LogLevel::off;
  return Log(settings, [](std::string_view) {});
}

Log Log::with(std::vector<LogField> fields) const {
  Log copy = *this;
  for (auto& field : fields) { copy.m_fields.push_back(std::move(field)); }
  return copy;
}

bool Log::enabled(LogLevel level) const { return level >= m_shared->settings.level; }

void Log::error(std::string_view message, const Error& error, std::initializer_list<LogField> fields) const {
  write(LogLevel::error, message, fields, &error);
}

void Log::warning(std::string_view message, const Error& error, std::initializer_list<LogField> fields) const {
  write(LogLevel::warning, message, fields, &error);
}

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields, const Error* error) const {
  if (!enabled(level)) { return; }
  const auto format = m_shared->settings.format;
  auto line = head_of(level, message, format);
  for (const auto& field : m_fields) { append_field(line, field, format); }
  for (const auto& field : fields) { append_field(line, field, format); }
  if (error != nullptr) {
    append_field(line, {"error", to_string(error->code)}, format);
    append_field(line, {"detail", error->message}, format);
    if (!error->cause.empty()) { append_field(line, {"cause", error->cause}, format); }
  }
  if (format == LogFormat::json) { line += '}'; }
  m_shared->logger->log(spdlog::level::info, spdlog::string_view_t(line));
}

}  // namespace bizcomms

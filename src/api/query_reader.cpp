#include "api/query_reader.hpp"

#include <algorithm>
#include <charconv>

namespace bizcomms::api {
namespace {

constexpr int k_limit_max = 200;
constexpr int k_limit_default = 50;
constexpr std::size_t k_errors_max = 16;
constexpr std::size_t k_name_bytes_shown = 64;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) { text += (text.empty() ? "" : ", ") + name; }
  return text;
}

}  // namespace

void QueryReader::error(std::string_view name, std::string message) {
  if (m_errors.size() < k_errors_max) { m_errors.push_back({std::string(name.substr(0, k_name_bytes_shown)), std::move(message)}); }
}

std::optional<std::string> QueryReader::text(std::string_view name) {
  m_known.emplace_back(name);
  std::optional<std::string> value;
  for (const auto& [each, given] : m_parameters) {
    if (each != name) { continue; }
    if (value) {
      error(name, "is given twice; keep one");
      return std::nullopt;
    }
    value = given;
  }
  return value;
}

int QueryReader::limit() {
  const auto given = text("limit");
  if (!given) { return k_limit_default; }
  int value = 0;
  const auto [end, failure] = std::from_chars(given->data(), given->data() + given->size(), value);
  if (failure != std::errc{} || end != given->data() + given->size() || value < 1 || value > k_limit_max) {
    error("limit", "must be a whole number from 1 to 200");
    return k_limit_default;
  }
  return value;
}

std::optional<bool> QueryReader::boolean(std::string_view name) {
  const auto given = text(name);
  if (!given) { return std::nullopt; }
  if (*given != "true" && *given != "false") {
    error(name, "must be true or false");
    return std::nullopt;
  }
  return *given == "true";
}

std::optional<Time> QueryReader::time(std::string_view name) {
  const auto given = text(name);
  if (!given) { return std::nullopt; }
  const auto value = parse_rfc3339(*given);
  if (!value) {
    error(name, "must be an RFC 3339 time such as 2026-01-01T12:00:00Z; a + in it is written %2B");
    return std::nullopt;
  }
  return std::max(*value, Time{});  // nothing is older than 1970
}

void QueryReader::bad_cursor() {
  error("cursor", "is not a cursor of this list with these filters; take next_cursor as it came, or leave it out to start again");
}

Status QueryReader::finish() {
  for (const auto& [name, value] : m_parameters) {
    if (std::find(m_known.begin(), m_known.end(), name) != m_known.end()) { continue; }
    error(name, m_known.empty() ? "is not known; this request takes no query parameters"
                                : "is not a parameter of this request; known are " + joined(m_known));
  }
  if (m_errors.empty()) { return {}; }
  return Error{ErrorCode::invalid, "The query is not valid.", "", std::move(m_errors)};
}

}  // namespace bizcomms::api

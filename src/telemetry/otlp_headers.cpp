#include "telemetry/otlp_headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace bizcomms::telemetry {
namespace {

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) { return {}; }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_field_name(std::string_view name) {
  constexpr std::string_view k_marks = "!#$%&'*+-.^_`|~";  // RFC 9110, token
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || k_marks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    unsigned byte = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || read.ptr != digits.data() + 2) { return std::nullopt; }
    plain += static_cast<char>(byte);
    i += 2;
  }
  return plain;
}

}  // namespace

Result<http::Headers> parse_headers(std::string_view text) {
  http::Headers headers;
  for (int place = 1; !text.empty(); ++place) {
    const auto end = std::min(text.find(','), text.size());
    const auto entry = without_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (entry.empty()) { continue; }
    const auto equals = entry.find('=');
    const auto name = without_blanks(entry.substr(0, equals));
    const auto value = equals == std::string_view::npos ? std::nullopt : decoded(without_blanks(entry.substr(equals + 1)));
    if (!value || !is_field_name(name) || !is_field_value(*value)) {
      return Error{ErrorCode::invalid, fmt::format("has no header of the form name=value at place {}", place)};
    }
    headers.add(std::string(name), *value);
  }
  return headers;
}

}  // namespace bizcomms::telemetry

#include "http/request_id.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bizcomms::http {
namespace {

constexpr std::size_t k_request_id_max = 128;

bool is_id_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

}  // namespace

bool is_sane_request_id(std::string_view id) {
  return !id.empty() && id.size() <= k_request_id_max && std::all_of(id.begin(), id.end(), is_id_character);
}

std::string request_id_of(const Headers& headers, Random& random) {
  const auto given = headers.find("X-Request-Id");
  if (given && is_sane_request_id(*given)) { return std::string(*given); }
  const auto high = random.next();
  return fmt::format("{:016x}{:016x}", high, random.next());
}

Trace trace_of(const Headers& headers, Random& random) {
  if (const auto given = headers.find("traceparent")) {
    if (auto trace = parse_traceparent(*given)) { return *trace; }
  }
  if (const auto given = headers.find("X-Amzn-Trace-Id")) {
    if (auto trace = parse_amzn_trace_id(*given)) { return *trace; }
  }
  return new_trace(random);
}

}  // namespace bizcomms::http

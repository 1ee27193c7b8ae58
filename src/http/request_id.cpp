#include "http/request_id.hpp"

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
  constexpr std::string_view k_hex = "0123456789abcdef";
  std::string id;
  for (int word = 0; word < 2; ++word) {
    auto bits = random.next();
    for (int digit = 0; digit < 16; ++digit, bits >>= 4U) { id += k_hex[bits & 15U]; }
  }
  return id;
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

#include "bizcomms/base/trace.hpp"

#include <algorithm>

namespace bizcomms {
namespace {

constexpr std::string_view k_lower_hex = "0123456789abcdef";
constexpr std::size_t k_traceparent_length = 55;  // of version 00

bool is_lower_hex(std::string_view text) { return text.find_first_not_of(k_lower_hex) == std::string_view::npos; }
bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

std::string random_hex(Random& random, std::size_t digits) {
  std::string text;
  do {
    text.clear();
    for (std::size_t i = 0; i < digits; i += 16) {
      auto word = random.next();
      for (std::size_t k = 0; k < 16; ++k, word >>= 4U) { text += k_lower_hex[word & 15U]; }
    }
  } while (is_zero(text));
  return text;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) { return {}; }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string Trace::to_traceparent() const {
  const auto& parent = parent_id.empty() ? trace_id.substr(0, 16) : parent_id;
  return "00-" + trace_id + "-" + (is_zero(parent) ? "0000000000000001" : parent) + (sampled ? "-01" : "-00");
}

std::optional<Trace> parse_traceparent(std::string_view header) {
  if (header.size() < k_traceparent_length || header[2] != '-' || header[35] != '-' || header[52] != '-') { return std::nullopt; }
  const auto version = header.substr(0, 2);
  const auto trace_id = header.substr(3, 32);
  const auto parent_id = header.substr(36, 16);
  const auto flags = header.substr(53, 2);
  if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(trace_id) || !is_lower_hex(parent_id) || !is_lower_hex(flags)) {
    return std::nullopt;
  }
  if (header.size() > k_traceparent_length && (version == "00" || header[k_traceparent_length] != '-')) { return std::nullopt; }
  if (is_zero(trace_id) || is_zero(parent_id)) { return std::nullopt; }
  const bool sampled = (k_lower_hex.find(flags[1]) & 1U) != 0;
  return Trace{std::string(trace_id), std::string(parent_id), sampled};
}

std::optional<Trace> parse_amzn_trace_id(std::string_view header) {
  std::string_view root;
  std::string_view parent;
  std::string_view sampled;
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const auto field = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) { continue; }
    const auto name = trimmed(field.substr(0, equals));
    const auto value = trimmed(field.substr(equals + 1));
    if (name == "Root") { root = value; }
    if (name == "Parent") { parent = value; }
    if (name == "Sampled") { sampled = value; }
  }
  if (root.size() != 35 || !root.starts_with("1-") || root[10] != '-') { return std::nullopt; }
  const auto trace_id = std::string(root.substr(2, 8)) + std::string(root.substr(11));
  if (!is_lower_hex(trace_id) || is_zero(trace_id)) { return std::nullopt; }
  const bool parent_good = parent.size() == 16 && is_lower_hex(parent) && !is_zero(parent);
  const bool decided = sampled == "0" || sampled == "1";
  return Trace{trace_id, parent_good ? std::string(parent) : std::string(), sampled == "1", !decided};
}

Trace new_trace(Random& random) { return Trace{random_hex(random, 32), {}, false, true}; }

bool is_sampled(std::string_view traceparent) {
  if (traceparent.size() < k_traceparent_length) { return false; }
  const auto digit = k_lower_hex.find(traceparent[k_traceparent_length - 1]);
  return digit != std::string_view::npos && (digit & 1U) != 0;
}

}  // namespace bizcomms

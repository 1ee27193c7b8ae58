// Trace ids: the W3C traceparent header (version 00) and the load balancer's X-Amzn-Trace-Id.
// Source: W3C Trace Context; AWS docs "Request tracing for your Application Load Balancer".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/base/random.hpp"

namespace bizcomms {

// 32 lower-case hex digits and 16 of the span that called us; empty parent when there is none.
struct Trace {
  std::string trace_id;
  std::string parent_id;
  bool sampled = false;
  bool undecided = false;  // nobody has said yet whether it is sampled
  bool operator==(const Trace&) const = default;
  [[nodiscard]] std::string to_traceparent() const;
};

[[nodiscard]] std::optional<Trace> parse_traceparent(std::string_view header);
[[nodiscard]] std::optional<Trace> parse_amzn_trace_id(std::string_view header);
[[nodiscard]] Trace new_trace(Random& random);  // undecided
// Of a traceparent, or of what was stored as one: its flag, without reading the rest.
[[nodiscard]] bool is_sampled(std::string_view traceparent);

}  // namespace bizcomms

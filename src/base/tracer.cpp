#include "bizcomms/base/tracer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace bizcomms {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t k_clock_slack_ns = 2'000'000;  // between the two clocks; the wall clock has whole milliseconds only

// A bijection, so that numbers counted up give ids that differ. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", 2014 (splitmix64).
std::uint64_t mixed(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15U;
  number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9U;
  number = (number ^ (number >> 27U)) * 0x94D049BB133111EBU;
  return number ^ (number >> 31U);
}

}  // namespace

struct Tracer::Shared {
  [[nodiscard]] std::string next_id();
  [[nodiscard]] std::int64_t now_ns();

  SpanSink& sink;
  const Clock& clock;
  const double ratio;
  const std::uint64_t seed;
  std::atomic<std::uint64_t> ids{0};
  std::atomic<std::int64_t> wall_ahead_ns{0};  // of the steady clock, as last seen
};

std::string Tracer::Shared::next_id() {
  std::uint64_t id = 0;
  while (id == 0) { id = mixed(seed + ids.fetch_add(1)); }
  return fmt::format("{:016x}", id);
}

// The wall clock's milliseconds, made finer by the steady clock's nanoseconds; goes with the wall clock where that jumps.
std::int64_t Tracer::Shared::now_ns() {
  const std::int64_t steady = nanoseconds{clock.steady().time_since_epoch()}.count();
  const std::int64_t ahead = nanoseconds{clock.now().time_since_epoch()}.count() - steady;
  const std::int64_t known = wall_ahead_ns;
  if (std::abs(ahead - known) <= k_clock_slack_ns) { return steady + known; }
  wall_ahead_ns = ahead;
  return steady + ahead;
}

Tracer::Tracer(SpanSink& sink, const Clock& clock, double ratio, std::uint64_t seed)
    : m_shared(new Shared{.sink = sink, .clock = clock, .ratio = ratio, .seed = seed}) {}

// The last 63 bits of the id against the ratio of 2^63. Source: OpenTelemetry specification, TraceIdRatioBased, as its SDKs do it.
bool Tracer::samples(const Trace& trace) const {
  if (!is_on()) { return false; }
  if (!trace.undecided) { return trace.sampled; }
  if (trace.trace_id.size() != 32) { return false; }
  std::uint64_t bits = 0;
  std::from_chars(trace.trace_id.data() + 16, trace.trace_id.data() + 32, bits, 16);
  return m_shared->ratio >= 1 || (bits >> 1U) < static_cast<std::uint64_t>(std::ldexp(m_shared->ratio, 63));
}

OpenSpan Tracer::start(const Trace& parent, std::string_view name, SpanKind kind) const {
  if (!samples(parent)) { return nullptr; }
  auto span = std::make_shared<Span>();
  span->trace_id = parent.trace_id;
  span->id = m_shared->next_id();
  span->parent_id = parent.parent_id;
  span->name = name;
  span->kind = kind;
  span->started_ns = m_shared->now_ns();
  return span;
}

OpenSpan Tracer::start(std::string_view traceparent, std::string_view name, SpanKind kind) const {
  if (!samples(traceparent)) { return nullptr; }
  const auto parent = parse_traceparent(traceparent);
  return parent ? start(*parent, name, kind) : nullptr;
}

OpenSpan Tracer::start_trace(std::string_view name, SpanKind kind) const {
  if (!is_on()) { return nullptr; }
  return start(Trace{m_shared->next_id() + m_shared->next_id(), {}, false, true}, name, kind);
}

void Tracer::end(const OpenSpan& span) const {
  if (!span || !is_on()) { return; }
  span->ended_ns = std::max(span->started_ns, m_shared->now_ns());
  m_shared->sink.take(std::move(*span));
}

}  // namespace bizcomms

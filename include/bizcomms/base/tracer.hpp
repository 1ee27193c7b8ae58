// Spans: what was done for one traced request or alert, when, and as part of what. What is not sampled costs a comparison and no memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bizcomms/base/time.hpp"
#include "bizcomms/base/trace.hpp"

namespace bizcomms {

enum class SpanKind : std::uint8_t { internal = 1, server = 2, client = 3, producer = 4, consumer = 5 };  // OTLP's numbers

struct SpanAttribute {
  std::string_view name;  // a literal
  std::variant<std::string, std::int64_t, bool> value;
};

struct Span {
  std::string trace_id{};
  std::string id{};
  std::string parent_id{};  // empty: the trace begins here
  std::string name{};       // few different ones: no ids in it
  SpanKind kind = SpanKind::internal;
  std::int64_t started_ns = 0;  // Unix time
  std::int64_t ended_ns = 0;
  std::vector<SpanAttribute> attributes{};
  std::string failure{};  // a sentence; empty: it went well

  void set(std::string_view attribute, std::string text) { attributes.push_back({attribute, std::move(text)}); }
  void set(std::string_view attribute, std::int64_t number) { attributes.push_back({attribute, number}); }
  [[nodiscard]] std::string traceparent() const { return Trace{trace_id, id, true}.to_traceparent(); }  // for what is done within it
};

// Nothing where it is not traced. Of one thread at a time.
using OpenSpan = std::shared_ptr<Span>;

// Takes spans that have ended. Thread-safe. Implementations: OTLP (telemetry), lists (tests).
class SpanSink {
public:
  virtual ~SpanSink() = default;
  virtual void take(Span span) = 0;  // never blocks
};

// Starts and ends spans. A small value that copies share; thread-safe. The sink and the clock must outlive all of them.
class Tracer {
public:
  Tracer() = default;  // off: every span is nothing
  // `ratio`: part of the traces kept that nobody has decided about. `seed`: of the spans' ids.
  Tracer(SpanSink& sink, const Clock& clock, double ratio, std::uint64_t seed);

  [[nodiscard]] bool is_on() const { return m_shared != nullptr; }
  // Its caller's decision, or ours by the trace's id, so that all who have the same ratio decide alike (OpenTelemetry's traceidratio).
  [[nodiscard]] bool samples(const Trace& trace) const;
  // What a span of that parent would be recorded for.
  [[nodiscard]] bool samples(std::string_view traceparent) const { return is_on() && is_sampled(traceparent); }

  [[nodiscard]] OpenSpan start(const Trace& parent, std::string_view name, SpanKind kind) const;
  [[nodiscard]] OpenSpan start(std::string_view traceparent, std::string_view name, SpanKind kind) const;
  [[nodiscard]] OpenSpan start_trace(std::string_view name, SpanKind kind) const;  // the first of a new one, if that is kept
  void end(const OpenSpan& span) const;

private:
  struct Shared;
  std::shared_ptr<Shared> m_shared;
};

}  // namespace bizcomms

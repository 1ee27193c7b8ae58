#include "bizcomms/json/writer.hpp"
#include "bizcomms/telemetry/otlp.hpp"

namespace bizcomms::telemetry {
namespace {

constexpr int k_status_error = 2;
constexpr std::int64_t k_flag_sampled = 1;

void write_text(json::Writer& writer, std::string_view name, std::string_view text) {
  writer.begin_object().field("key", name).key("value").begin_object().field("stringValue", text).end_object().end_object();
}

void write_attribute(json::Writer& writer, const SpanAttribute& attribute) {
  if (const auto* text = std::get_if<std::string>(&attribute.value)) { return write_text(writer, attribute.name, *text); }
  writer.begin_object().field("key", attribute.name).key("value").begin_object();
  if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
    writer.field("intValue", std::to_string(*number));  // OTLP writes 64 bits as text
  } else {
    writer.field("boolValue", std::get<bool>(attribute.value));
  }
  writer.end_object().end_object();
}

void write_span(json::Writer& writer, const Span& span) {
  writer.begin_object().field("traceId", span.trace_id).field("spanId", span.id);
  if (!span.parent_id.empty()) { writer.field("parentSpanId", span.parent_id); }
  writer.field("flags", k_flag_sampled).field("name", span.name).field("kind", static_cast<int>(span.kind));
  writer.field("startTimeUnixNano", std::to_string(span.started_ns)).field("endTimeUnixNano", std::to_string(span.ended_ns));
  writer.key("attributes").begin_array();
  for (const SpanAttribute& attribute : span.attributes) { write_attribute(writer, attribute); }
  writer.end_array().key("status").begin_object();
  if (!span.failure.empty()) { writer.field("code", k_status_error).field("message", span.failure); }
  writer.end_object().end_object();
}

}  // namespace

std::string to_json(const std::vector<Span>& spans, const Resource& resource) {
  bizcomms::check(!spans.empty(), "no empty envelope is sent");
  constexpr std::size_t k_usual_span_bytes = 600;
  json::Writer writer;
  writer.reserve(spans.size() * k_usual_span_bytes);
  writer.begin_object().key("resourceSpans").begin_array().begin_object();
  writer.key("resource").begin_object().key("attributes").begin_array();
  for (const auto& [name, text] : resource) { write_text(writer, name, text); }
  writer.end_array().end_object().key("scopeSpans").begin_array().begin_object();
  writer.key("scope").begin_object().field("name", "bizcomms").end_object();
  writer.key("spans").begin_array();
  for (const Span& span : spans) { write_span(writer, span); }
  writer.end_array().end_object().end_array().end_object().end_array().end_object();
  return writer.take();
}

}  // namespace bizcomms::telemetry

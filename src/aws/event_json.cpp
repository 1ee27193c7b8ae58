#include "aws/event_json.hpp"

#include <limits>

#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::aws {
namespace {

using alert::Event;
using alert::Lane;

constexpr std::int64_t k_version = 1;
constexpr std::size_t k_text_max = 1'000;
constexpr std::string_view k_unreadable = "The body is not an event of this version's.";

template <class T>
constexpr std::int64_t k_min = std::numeric_limits<T>::min();
template <class T>
constexpr std::int64_t k_max = std::numeric_limits<T>::max();

Error unreadable(const Error& cause) {
  std::string details = cause.message;
  for (const FieldError& field : cause.fields) { details += " " + field.field + ": " + field.message; }
  return {.code = ErrorCode::invalid, .message = std::string(k_unreadable), .cause = std::move(details)};
}

std::int64_t require_integer(json::Object& object, std::string_view name, std::int64_t min, std::int64_t max) {
  const auto value = object.integer(name, min, max);
  if (!value && !object.has(name)) { object.error(name, "is missing"); }
  return value.value_or(0);
}

Result<Event> read_event(json::Document& document) {
  json::Object object = document.root().strict_object();
  Event event;
  require_integer(object, "version", k_version, k_version);
  event.kind = static_cast<alert::EventKind>(require_integer(object, "kind", k_min<std::int16_t>, k_max<std::int16_t>));
  const auto alert = alert::AlertId::parse(object.require_text("alert", {.max = k_text_max}).value_or(""));
  if (!alert) { object.error("alert", "must be an alert's id"); }
  event.alert = alert.value_or(alert::AlertId{});
  event.batch = static_cast<std::int32_t>(require_integer(object, "batch", 0, k_max<std::int32_t>));
  const auto lane = object.one_of("lane", {"standard", "urgent"});
  if (!lane && !object.has("lane")) { object.error("lane", "is missing"); }
  event.lane = lane == "urgent" ? Lane::urgent : Lane::standard;
  event.epoch = require_integer(object, "epoch", 0, k_max<std::int64_t>);
  event.trace = object.require_text("trace", {.max = k_text_max}).value_or("");
  object.finish();
  if (const auto read = document.status(k_unreadable); !read) { return unreadable(read.error()); }
  return event;
}

}  // namespace

std::string to_json(const Event& event) {
  json::Writer writer;
  writer.begin_object().field("version", k_version).field("kind", static_cast<int>(event.kind)).field("alert", event.alert.to_string());
  writer.field("batch", static_cast<int>(event.batch)).field("lane", to_string(event.lane)).field("epoch", event.epoch);
  writer.field("trace", event.trace).end_object();
  return writer.take();
}

Result<Event> event_of(std::string_view body) {
  auto document = json::Document::parse(body);
  if (!document) { return unreadable(document.error()); }
  const auto wrapped = document->root()["Message"].as_string();
  if (!wrapped || document->root()["Type"].as_string() != "Notification") { return read_event(*document); }
  auto message = json::Document::parse(*wrapped);
  if (!message) { return unreadable(message.error()); }
  return read_event(*message);
}

}  // namespace bizcomms::aws

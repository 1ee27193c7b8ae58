#include "api/alert_json.hpp"

#include "api/fields.hpp"
#include "api/time_text.hpp"
#include "bizcomms/alert/validation.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"
#include "bizcomms/twilio/twiml.hpp"

namespace bizcomms::api {
namespace {

using json::Writer;

constexpr std::string_view k_alert_not_valid = "The alert is not valid.";
constexpr std::size_t k_alert_bytes = 600;  // of a usual one, to reserve

std::optional<alert::Filter> read_filter(json::Object& body) {
  auto object = body.object("recipient_filters");
  if (!object) { return std::nullopt; }
  alert::Filter filter;
  filter.tags = object->texts("tags", alert::k_tags_max, {}).value_or(std::vector<std::string>{});
  filter.match_all_tags = object->one_of("tags_match", {"any", "all"}) == "all";
  filter.active_only = object->boolean("active_only").value_or(true);
  object->finish();
  return filter;
}

template <class Value>
std::optional<Value> parsed(const std::optional<std::string>& text, std::optional<Value> (*parse)(std::string_view)) {
  return text ? parse(*text) : std::nullopt;
}

alert::AlertChange read_alert_change(json::Object& body, bool whole) {
  alert::AlertChange fields;
  fields.title = whole ? body.require_text("title", {}) : body.text("title", {});
  fields.message = whole ? body.require_text("message", {}) : body.text("message", {});
  fields.priority = parsed(body.one_of("priority", {"low", "normal", "high", "critical"}), alert::parse_priority);
  fields.method = parsed(body.one_of("delivery_method", {"sms", "voice", "both"}), alert::parse_delivery_method);
  fields.filter = read_filter(body);
  body.finish();
  return fields;
}

std::size_t call_script_length(const alert::AlertDraft& draft, const twilio::Settings& twilio) {
  return alert::uses(draft.method, alert::Channel::voice) ? twilio::twiml_length(draft.title, draft.message, twilio) : 0;
}

void write_filter(Writer& json, const alert::Filter& filter) {
  json.key("recipient_filters").begin_object();
  json.key("tags").begin_array();
  for (const auto& tag : filter.tags) { json.value(tag); }
  json.end_array();
  json.field("tags_match", filter.match_all_tags ? "all" : "any").field("active_only", filter.active_only);
  json.end_object();
}

void write_alert(Writer& json, const alert::Alert& alert) {
  json.begin_object();
  json.field("alert_id", alert.id.to_string());
  json.field("title", alert.content.title).field("message", alert.content.message);
  json.field("priority", alert::to_string(alert.content.priority)).field("delivery_method", alert::to_string(alert.content.method));
  write_filter(json, alert.content.filter);
  json.field("status", alert::to_string(alert.status)).field("estimated_recipients", alert.estimated_recipients);
  write_time(json, "created_at", alert.created_at);
  write_time(json, "updated_at", alert.updated_at);
  write_time(json, "sending_at", alert.sending_at);
  write_time(json, "ended_at", alert.ended_at);
  write_text_or_null(json, "reason", alert.reason);
  json.end_object();
}

void write_delivery(Writer& json, const alert::ListedDelivery& delivery) {
  const auto& seen = delivery.visible;
  json.begin_object();
  json.field("recipient_id", delivery.id.recipient.to_string()).field("channel", alert::to_string(delivery.id.channel));
  json.field("phone_number", delivery.phone_number).field("status", alert::to_string(seen.status)).field("twilio_sid", seen.sid);
  write_time(json, "sent_at", seen.sent_at);
  write_time(json, "delivered_at", seen.delivered_at);
  write_time(json, "acknowledged_at", seen.acknowledged_at);
  json.field("error_code", seen.error_code);
  write_text_or_null(json, "reason", seen.reason);
  json.field("attempts", delivery.attempts);
  json.end_object();
}

}  // namespace

Result<alert::AlertDraft> read_alert(std::string_view body, const twilio::Settings& twilio) {
  auto document = json::Document::parse(body);
  if (!document) { return document.error(); }
  auto object = document->root().strict_object();
  if (!document->errors().empty()) { return document->status(k_alert_not_valid).error(); }  // no object: nothing more to say
  auto draft = alert::changed({}, read_alert_change(object, true));
  add_problems(*document, alert::problems(draft, call_script_length(draft, twilio)));
  if (const auto status = document->status(k_alert_not_valid); !status) { return status.error(); }
  draft.filter.tags = alert::normalised_tags(std::move(draft.filter.tags));
  return draft;
}

Result<alert::AlertChange> read_alert_change(std::string_view body) {
  auto document = json::Document::parse(body);
  if (!document) { return document.error(); }
  auto object = document->root().strict_object();
  auto change = read_alert_change(object, false);
  // Put on an alert that is valid and has no rule of its own about the length of title and message together.
  const alert::AlertDraft harmless{.title = "x", .message = "x", .priority = {}, .method = alert::DeliveryMethod::voice, .filter = {}};
  alert::AlertChange alone = change;
  alone.method.reset();
  add_problems(*document, alert::problems(alert::changed(harmless, alone), 0));
  if (const auto status = document->status(k_alert_not_valid); !status) { return status.error(); }
  if (change.filter) { change.filter->tags = alert::normalised_tags(std::move(change.filter->tags)); }
  return change;
}

Status checked_alert(const alert::AlertDraft& draft, const twilio::Settings& twilio) {
  auto problems = alert::problems(draft, call_script_length(draft, twilio));
  if (problems.empty()) { return {}; }
  return Error{ErrorCode::invalid, "The alert would not be valid after this change.", "", std::move(problems)};
}

std::string accepted_json(const alert::Alert& alert) {
  Writer json;
  json.reserve(160);
  json.begin_object();
  // Always "queued": a repeated request gets the answer of the first, whatever has happened since.
  json.field("alert_id", alert.id.to_string()).field("status", alert::to_string(alert::AlertStatus::queued));
  write_time(json, "created_at", alert.created_at);
  json.field("estimated_recipients", alert.estimated_recipients);
  json.end_object();
  return json.take();
}

std::string alert_json(const alert::Alert& alert) {
  Writer json;
  json.reserve(k_alert_bytes);
  write_alert(json, alert);
  return json.take();
}

std::string alerts_json(const std::vector<alert::Alert>& alerts, const std::optional<std::string>& next_cursor) {
  Writer json;
  json.reserve(k_alert_bytes * (alerts.size() + 1));
  json.begin_object().key("alerts").begin_array();
  for (const auto& each : alerts) { write_alert(json, each); }
  json.end_array().field("next_cursor", next_cursor).end_object();
  return json.take();
}

std::string report_json(const alert::AlertReport& report, const std::optional<std::string>& next_cursor) {
  const auto& counts = report.counts.deliveries;
  Writer json;
  json.reserve(300 * (report.deliveries.items.size() + 1));
  json.begin_object();
  json.field("alert_id", report.alert.id.to_string()).field("status", alert::to_string(report.alert.status));
  json.field("total_recipients", report.counts.total_recipients);
  json.key("delivery_status").begin_object();
  json.field("sent", counts.sent).field("delivered", counts.delivered).field("failed", counts.failed);
  json.field("pending", counts.pending).field("cancelled", counts.cancelled);
  json.end_object();
  json.key("deliveries").begin_array();
  for (const auto& each : report.deliveries.items) { write_delivery(json, each); }
  json.end_array().field("next_cursor", next_cursor).end_object();
  return json.take();
}

}  // namespace bizcomms::api

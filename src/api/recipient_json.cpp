#include "api/recipient_json.hpp"

#include "api/fields.hpp"
#include "api/time_text.hpp"
#include "bizcomms/alert/validation.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::api {
namespace {

constexpr std::string_view k_recipient_not_valid = "The recipient is not valid.";

alert::RecipientChange read_recipient_change(json::Object& body, bool whole) {
  alert::RecipientChange fields;
  fields.name = whole ? body.require_text("name", {}) : body.text("name", {});
  fields.phone_number = whole ? body.require_text("phone_number", {}) : body.text("phone_number", {});
  if (auto preferences = body.object("preferences")) {
    fields.sms_enabled = preferences->boolean("sms_enabled");
    fields.voice_enabled = preferences->boolean("voice_enabled");
    preferences->finish();
  }
  fields.tags = body.texts("tags", alert::k_tags_max, {});
  fields.active = body.boolean("active");
  body.finish();
  return fields;
}

void write_opt_out(json::Writer& json, const std::optional<alert::OptOut>& opt_out) {
  json.key("opted_out");
  if (!opt_out) {
    json.null();
    return;
  }
  json.begin_object();
  write_time(json, "at", opt_out->at);
  json.field("by", opt_out->by).end_object();
}

void write_recipient(json::Writer& json, const alert::Recipient& recipient) {
  const auto& content = recipient.content;
  json.begin_object();
  json.field("recipient_id", recipient.id.to_string()).field("name", content.name).field("phone_number", content.phone_number);
  json.key("preferences").begin_object();
  json.field("sms_enabled", content.preferences.sms_enabled).field("voice_enabled", content.preferences.voice_enabled);
  json.end_object().key("tags").begin_array();
  for (const auto& tag : content.tags) { json.value(tag); }
  json.end_array().field("active", content.active);
  write_opt_out(json, recipient.opted_out);
  write_time(json, "created_at", recipient.created_at);
  write_time(json, "updated_at", recipient.updated_at);
  json.end_object();
}

}  // namespace

Result<alert::RecipientDraft> read_recipient(std::string_view body) {
  auto document = json::Document::parse(body);
  if (!document) { return document.error(); }
  auto object = document->root().strict_object();
  if (!document->errors().empty()) { return document->status(k_recipient_not_valid).error(); }  // no object: nothing more to say
  auto draft = alert::changed({}, read_recipient_change(object, true));
  add_problems(*document, alert::problems(draft));
  if (const auto status = document->status(k_recipient_not_valid); !status) { return status.error(); }
  draft.tags = alert::normalised_tags(std::move(draft.tags));
  return draft;
}

Result<alert::RecipientChange> read_recipient_change(std::string_view body) {
  auto document = json::Document::parse(body);
  if (!document) { return document.error(); }
  auto object = document->root().strict_object();
  auto change = read_recipient_change(object, false);
  // Every field has its own rule: what is given is judged on a recipient that is valid.
  const alert::RecipientDraft harmless{.name = "x", .phone_number = "+15550000000", .preferences = {}, .tags = {}, .active = true};
  add_problems(*document, alert::problems(alert::changed(harmless, change)));
  if (const auto status = document->status(k_recipient_not_valid); !status) { return status.error(); }
  if (change.tags) { change.tags = alert::normalised_tags(*std::move(change.tags)); }
  return change;
}

std::string recipient_json(const alert::Recipient& recipient) {
  json::Writer json;
  json.reserve(400);
  write_recipient(json, recipient);
  return json.take();
}

std::string recipients_json(const std::vector<alert::Recipient>& recipients, const std::optional<std::string>& next_cursor) {
  json::Writer json;
  json.reserve(400 * (recipients.size() + 1));
  json.begin_object().key("recipients").begin_array();
  for (const auto& each : recipients) { write_recipient(json, each); }
  json.end_array().field("next_cursor", next_cursor).end_object();
  return json.take();
}

}  // namespace bizcomms::api

#include "api/recipient_handlers.hpp"

#include <fmt/format.h>

#include "api/cursor.hpp"
#include "api/query_reader.hpp"
#include "api/recipient_json.hpp"
#include "bizcomms/alert/validation.hpp"

namespace bizcomms::api {
namespace {

Cursors cursors_of(const alert::RecipientQuery& query) {
  const char* active = !query.active ? "-" : *query.active ? "true" : "false";
  return {List::recipients, fmt::format("{} {}", active, query.tag.value_or(""))};
}

// As tags are stored; an empty one is nobody's.
std::optional<std::string> tag_of(QueryReader& reader) {
  auto given = reader.text("tag");
  if (!given) { return std::nullopt; }
  auto tag = alert::normalised_tags({*std::move(given)}).front();
  if (tag.empty() || alert::code_points(tag) > alert::k_tag_max) {
    reader.error("tag", fmt::format("must have 1 to {} characters", alert::k_tag_max));
  }
  if (tag.find('\0') != std::string::npos) { reader.error("tag", "contains the character U+0000; remove it"); }
  return tag;
}

Result<alert::RecipientQuery> read_recipient_query(const http::Request& request) {
  QueryReader reader(request.query);
  alert::RecipientQuery query;
  query.limit = reader.limit();
  query.tag = tag_of(reader);
  query.active = reader.boolean("active");
  if (const auto cursor = reader.text("cursor")) {
    if (const auto last = cursors_of(query).read(*cursor)) {
      query.after = alert::RecipientId{*last};
    } else {
      reader.bad_cursor();
    }
  }
  if (const auto status = reader.finish(); !status) { return status.error(); }
  return query;
}

}  // namespace

RecipientHandlers::RecipientHandlers(alert::RecipientStore& store, IdSource& ids, const Log& log)
    : m_store(store), m_ids(ids), m_log(log) {}

void RecipientHandlers::log(const char* what, const Call& call, alert::RecipientId id) const {
  if (!m_log.enabled(LogLevel::info)) { return; }
  m_log.info(what, {{"recipient_id", id.to_string()},
                    {"api_key", call.key_name},
                    {"request_id", call.request.id},
                    {"trace_id", call.request.trace.trace_id},
                    LogField::if_any("span_id", call.request.span_id)});
}

Result<http::Response> RecipientHandlers::post(const Call& call) {
  if (const auto status = takes_no_query(call.request); !status) { return status.error(); }
  const auto draft = read_recipient(call.request.body);
  if (!draft) { return draft.error(); }
  const auto created = m_store.create(m_ids.next<alert::RecipientId>(), *draft);
  if (!created) { return created.error(); }
  log("recipient created", call, created->id);
  auto response = answer(201, recipient_json(*created));
  response.headers.set("Location", "/v1/recipients/" + created->id.to_string());
  return response;
}

Result<http::Response> RecipientHandlers::list(const Call& call) {
  const auto query = read_recipient_query(call.request);
  if (!query) { return query.error(); }
  const auto page = m_store.list(*query);
  if (!page) { return page.error(); }
  return answer(200, recipients_json(page->items, page->next ? std::optional(cursors_of(*query).after(page->next->uuid)) : std::nullopt));
}

Result<http::Response> RecipientHandlers::get(const Call& call) {
  if (const auto status = takes_no_query(call.request); !status) { return status.error(); }
  const auto id = id_of<alert::RecipientId>(call.request, "recipient");
  if (!id) { return id.error(); }
  const auto recipient = m_store.get(*id);
  if (!recipient) { return recipient.error(); }
  return answer(200, recipient_json(*recipient));
}

Result<http::Response> RecipientHandlers::put(const Call& call) {
  if (const auto status = takes_no_query(call.request); !status) { return status.error(); }
  const auto id = id_of<alert::RecipientId>(call.request, "recipient");
  if (!id) { return id.error(); }
  const auto change = read_recipient_change(call.request.body);
  if (!change) { return change.error(); }
  const auto changed = m_store.change(*id, *change);
  if (!changed) { return changed.error(); }
  log("recipient changed", call, *id);
  return answer(200, recipient_json(*changed));
}

Result<http::Response> RecipientHandlers::remove(const Call& call) {
  if (const auto status = takes_no_query(call.request); !status) { return status.error(); }
  const auto id = id_of<alert::RecipientId>(call.request, "recipient");
  if (!id) { return id.error(); }
  if (const auto erased = m_store.erase(*id); !erased) { return erased.error(); }
  log("recipient erased", call, *id);
  return no_content();
}

}  // namespace bizcomms::api

#include "api/alert_handlers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/alert_json.hpp"
#include "api/cursor.hpp"
#include "api/problem.hpp"
#include "api/query_reader.hpp"
#include "bizcomms/alert/validation.hpp"
#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::api {
namespace {

constexpr const char* k_idempotency_key = "Idempotency-Key";
constexpr std::size_t k_idempotency_key_max = 255;
constexpr int k_replace_tries = 5;

Counter& alerts_taken(Metrics& metrics, const std::string& outcome) {
  return metrics.counter("bizcomms_api_alerts_total", "Alerts answered with 202: accepted anew, or repeats of an idempotency key.",
                         {{"outcome", outcome}});
}

// Nothing where the request carries no key.
Result<std::optional<alert::Idempotency>> idempotency_of(const Call& call) {
  const auto key = call.request.headers.find(k_idempotency_key);
  if (!key) { return std::optional<alert::Idempotency>{}; }
  const bool visible = std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (key->empty() || key->size() > k_idempotency_key_max || !visible) {
    return Error{ErrorCode::invalid,
                 "The Idempotency-Key header is not valid.",
                 "",
                 {{k_idempotency_key, fmt::format("must be 1 to {} visible ASCII characters without spaces", k_idempotency_key_max)}}};
  }
  return std::optional(alert::Idempotency{call.key_name, std::string(*key), crypto::sha256(call.request.body)});
}

bool is_of_idempotency_key(const Error& error) {
  return error.code == ErrorCode::conflict && !error.fields.empty() && error.fields.front().field == k_idempotency_key;
}

std::string text_of(const std::optional<Time>& time) { return time ? std::to_string(time->time_since_epoch().count()) : "-"; }

Cursors cursors_of(const alert::AlertQuery& query) {
  const auto filters =
      fmt::format("{} {} {} {}", query.status ? alert::to_string(*query.status) : "-",
                  query.priority ? alert::to_string(*query.priority) : "-", text_of(query.created_after), text_of(query.created_before));
  return {List::alerts, filters};
}

Result<alert::AlertQuery> read_alert_query(const http::Request& request) {
  QueryReader reader(request.query);
  alert::AlertQuery query;
  query.limit = reader.limit();
  query.status = reader.word("status", alert::parse_alert_status, "queued, sending, completed, cancelled, failed");
  query.priority = reader.word("priority", alert::parse_priority, "low, normal, high, critical");
  query.created_after = reader.time("created_after");
  query.created_before = reader.time("created_before");
  if (const auto cursor = reader.text("cursor")) {
    if (const auto last = cursors_of(query).read(*cursor)) {
      query.after = alert::AlertId{*last};
    } else {
      reader.bad_cursor();
    }
  }
  if (const auto status = reader.finish(); !status) { return status.error(); }
  return query;
}

Cursors cursors_of(alert::AlertId id, const alert::StatusQuery& query) {
  return {List::deliveries, fmt::format("{} {}", id.to_string(), query.status ? alert::to_string(*query.status) : "-")};
}

Result<alert::StatusQuery> read_status_query(const http::Request& request, alert::AlertId id) {
  QueryReader reader(request.query);
  alert::StatusQuery query;
  query.limit = reader.limit();
  query.status = reader.word("status", alert::parse_delivery_status, "pending, sending, sent, delivered, failed, cancelled, unknown");
  if (const auto cursor = reader.text("cursor")) {
    query.after = cursors_of(id, query).read_delivery(*cursor, id);
    if (!query.after) { reader.bad_cursor(); }
  }
  if (const auto status = reader.finish(); !status) { return status.error(); }
  return query;
}

Error sending_has_begun(alert::AlertStatus status) {
  return {ErrorCode::conflict, fmt::format("This alert is {}: it can be changed only while it is queued. Post a new alert instead, "
                                           "or delete this one to cancel what is not sent yet.",
                                           alert::to_string(status))};
}

}  // namespace

AlertHandlers::AlertHandlers(alert::AlertStore& store, IdSource& ids, const twilio::Settings& twilio, const Log& log, Metrics& metrics)
    : m_store(store),
      m_ids(ids),
      m_twilio(twilio),
      m_log(log),
      m_accepted(alerts_taken(metrics, "accepted")),
      m_repeated(alerts_taken(metrics, "repeated")) {}

void AlertHandlers::log(const char* what, const Call& call, alert::AlertId id) const {
  if (!m_log.enabled(LogLevel::info)) { return; }
  m_log.info(what, {{"alert_id", id.to_string()},
                    {"api_key", call.key_name},
                    {"request_id", call.request.id},
                    {"trace_id", call.request.trace.trace_id},
                    LogField::if_any("span_id", call.request.span_id)});
}

Result<http::Response> AlertHandlers::post(const Call& call) {
  if (const auto status = takes_no_query(call.request); !status) { return status.error(); }
  auto idempotency = idempotency_of(call);
  if (!idempotency) { return idempotency.error(); }
  auto draft = read_alert(call.request.body, m_twilio);
  if (!draft) { return draft.error(); }
  const auto id = m_ids.next<alert::AlertId>();
  const auto created = m_store.create(id, *std::move(draft), *std::move(idempotency), call.request.trace.to_traceparent());
  if (!created) {
    if (is_of_idempotency_key(created.error())) { return problem_with_status(422, created.error(), call.request.id, {}); }
    return created.error();
  }
  const bool anew = created->id == id;
  (anew ? m_accepted : m_repeated).add();
  log(anew ? "alert accepted" : "alert repeated", call, created->id);
  auto response = answer(202, accepted_json(*created));
  response.headers.set("Location", "/v1/alerts/" + created->id.to_string());
  return response;
}

Result<http::Response> AlertHandlers::list(const Call& call) {
  const auto query = read_alert_query(call.request);
  if (!query) { return query.error(); }
  const auto page = m_store.list(*query);
  if (!page) { return page.error(); }
  return answer(200, alerts_json(page->items, page->next ? std::optional(cursors_of(*query).after(page->next->uuid)) : std::nullopt));
}

Result<http::Response> AlertHandlers::get(const Call& call) {
  if (const auto status = takes_no_query(call.request); !status) { return status.error(); }
  const auto id = id_of<alert::AlertId>(call.request, "alert");
  if (!id) { return id.error(); }
  const auto alert = m_store.get(*id);
  if (!alert) { return alert.error(); }
  return answer(200, alert_json(*alert));
}

Result<http::Response> AlertHandlers::status(const Call& call) {
  const auto id = id_of<alert::AlertId>(call.request, "alert");
  if (!id) { return id.error(); }
  const auto query = read_status_query(call.request, *id);
  if (!query) { return query.error(); }
  const auto report = m_store.report(*id, *query);
  if (!report) { return report.error(); }
  const auto& next = report->deliveries.next;
  return answer(200, report_json(*report, next ? std::optional(cursors_of(*id, *query).after(*next)) : std::nullopt));
}

// Another change in between is no conflict of this caller's: read again, apply again.
Result<alert::Alert> AlertHandlers::replace(alert::AlertId id, const alert::AlertChange& change) {
  for (int i = 0; i < k_replace_tries; ++i) {
    auto before = m_store.get(id);
    if (!before) { return before; }
    if (before->status != alert::AlertStatus::queued) { return sending_has_begun(before->status); }
    const auto after = alert::changed(before->content, change);
    if (const auto valid = checked_alert(after, m_twilio); !valid) { return valid.error(); }
    if (after == before->content) { return before; }
    auto replaced = m_store.replace(id, after, before->updated_at);
    const bool only_overtaken = !replaced && replaced.error().code == ErrorCode::conflict && replaced.error().fields.empty();
    if (!only_overtaken) { return replaced; }
  }
  return Error{ErrorCode::conflict, "This alert is being changed by others at the same time; read it and try again."};
}

Result<http::Response> AlertHandlers::put(const Call& call) {
  if (const auto status = takes_no_query(call.request); !status) { return status.error(); }
  const auto id = id_of<alert::AlertId>(call.request, "alert");
  if (!id) { return id.error(); }
  const auto change = read_alert_change(call.request.body);
  if (!change) { return change.error(); }
  const auto replaced = replace(*id, *change);
  if (!replaced) { return replaced.error(); }
  log("alert changed", call, *id);
  return answer(200, alert_json(*replaced));
}

Result<http::Response> AlertHandlers::remove(const Call& call) {
  if (const auto status = takes_no_query(call.request); !status) { return status.error(); }
  const auto id = id_of<alert::AlertId>(call.request, "alert");
  if (!id) { return id.error(); }
  if (const auto cancelled = m_store.cancel(*id); !cancelled) { return cancelled.error(); }
  log("alert cancelled", call, *id);
  return no_content();
}

}  // namespace bizcomms::api

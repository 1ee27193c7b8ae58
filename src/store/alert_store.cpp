#include "store/alert_store.hpp"

#include <map>

#include <fmt/format.h>

#include "store/alert_rows.hpp"

namespace bizcomms::store {

namespace {

using alert::Alert;
using alert::AlertId;
using alert::AlertStatus;
using db::Effect;

const std::vector<double> k_group_sizes{1, 2, 5, 10, 20, 50, 100, 200, 500};

const std::string k_get_sql = fmt::format("SELECT {} FROM alerts a WHERE a.alert_id = ANY($1::uuid[])", k_alert_columns);
const db::Statement k_get{.sql = k_get_sql};

const std::string k_replace_sql = fmt::format(R"(
  WITH changed AS (
    UPDATE alerts SET title = $2::text, message = $3::text, priority = $4::int2, method = $5::int2, tags = $6::text[],
      match_all_tags = $7::bool, active_only = $8::bool, estimated_recipients = $9::int8, updated_at = {1}, progressed_at = now()
    WHERE alert_id = $1::uuid AND status = 0 AND updated_at = $10::timestamptz RETURNING *),
  event AS (
    INSERT INTO outbox (kind, alert_id, batch, lane, epoch, trace) SELECT 0, alert_id, 0, $11::int2, epoch, trace FROM changed)
  SELECT {0} FROM changed a)",
                                              k_alert_columns, k_next_update);
const db::Statement k_replace{.sql = k_replace_sql, .effect = Effect::writes};

const std::string k_cancel_sql = fmt::format(R"(
  WITH cancelled AS (
    UPDATE alerts SET status = 3, ended_at = now(), updated_at = {} WHERE alert_id = $1::uuid AND status IN (0, 1) RETURNING alert_id),
  batches AS (
    UPDATE alert_batches SET dirty = true WHERE alert_id IN (SELECT alert_id FROM cancelled))
  SELECT FROM cancelled)",
                                             k_next_update);
const db::Statement k_cancel{.sql = k_cancel_sql, .effect = Effect::writes};

Error too_late(AlertStatus status) {
  return {.code = ErrorCode::conflict,
          .message = fmt::format("The alert is {}; it can be changed only until sending has begun.", to_string(status)),
          .fields = {{"status", "is no longer queued"}}};
}

}  // namespace

PostgresAlertStore::PostgresAlertStore(db::Pool& pool, const Settings& settings, Bell& bell, Metrics& metrics, const Clock& clock)
    : m_pool(pool),
      m_bell(bell),
      m_estimates(pool, clock, settings.estimate_age, settings.estimate_exact_max),
      m_creator(pool, bell, metrics.histogram("bizcomms_alerts_created_group_size", "New alerts that shared a commit.", k_group_sizes),
                settings.committers, settings.group_max),
      m_read_sizes(metrics.histogram("bizcomms_alerts_read_group_size", "Reads of alerts that shared a query.", k_group_sizes)),
      m_reading(settings.readers, settings.group_max, Reading::Pace::at_once, [this](auto& calls) { read(calls); }) {}

Result<Alert> PostgresAlertStore::create(AlertId id, alert::AlertDraft draft, std::optional<alert::Idempotency> idempotency,
                                         std::string trace) {
  const auto estimated = m_estimates.of(draft.filter);
  if (!estimated) { return estimated.error(); }
  return m_creator.create({.id = id,
                           .draft = std::move(draft),
                           .idempotency = std::move(idempotency),
                           .trace = std::move(trace),
                           .estimated_recipients = *estimated});
}

Result<Alert> PostgresAlertStore::get(AlertId id) { return m_reading.run(id); }

void PostgresAlertStore::read(std::vector<Reading::Call*>& calls) {
  m_read_sizes.observe(static_cast<double>(calls.size()));
  db::Column<Uuid> ids;
  for (const auto* call : calls) { ids.push(call->request.uuid); }
  const auto rows = m_pool.run(k_get, db::Params().add(ids));
  for (auto* call : calls) { call->answer = rows ? no_alert() : rows.error(); }
  if (!rows) { return; }
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    const Alert found = read_alert(row);
    for (auto* call : calls) {
      if (call->request == found.id) { call->answer = found; }
    }
  }
}

Result<Alert> PostgresAlertStore::replace(AlertId id, const alert::AlertDraft& content, Time expected_updated_at) {
  const auto estimated = m_estimates.of(content.filter);
  if (!estimated) { return estimated.error(); }
  db::Params params;
  params.add(id.uuid).add(content.title).add(content.message).add(number_of(content.priority)).add(number_of(content.method));
  params.add(std::span<const std::string>(content.filter.tags)).add(content.filter.match_all_tags).add(content.filter.active_only);
  params.add(*estimated).add(expected_updated_at).add(number_of(alert::lane_of(content.priority)));
  const auto rows = m_pool.run(k_replace, params);
  if (!rows) { return rows.error(); }
  if (!rows->empty()) {
    m_bell.ring();
    db::Row row = (*rows)[0];
    return read_alert(row);
  }
  const auto there = get(id);
  if (!there) { return there.error(); }
  if (there->status != AlertStatus::queued) { return too_late(there->status); }
  return Error{.code = ErrorCode::conflict, .message = "The alert was changed meanwhile; try again."};
}

Status PostgresAlertStore::cancel(AlertId id) {
  const auto rows = m_pool.run(k_cancel, db::Params().add(id.uuid));
  if (!rows) { return rows.error(); }
  if (!rows->empty()) { return {}; }
  const auto there = get(id);
  if (!there) { return there.error(); }
  if (there->status == AlertStatus::cancelled) { return {}; }
  return Error{.code = ErrorCode::conflict,
               .message = fmt::format("The alert is {}; it cannot be cancelled any more.", to_string(there->status))};
}

}  // namespace bizcomms::store

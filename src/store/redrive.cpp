// What stalled goes through the outbox once more: events whose message was lost with a queue, a dead letter, a worker.
#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/batch_rows.hpp"
#include "store/remote_batch_store.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using db::Effect;

// Alerts whose last two batches did not see each other.
const std::string k_complete_all_sql = fmt::format(R"(
  UPDATE alerts SET status = 2, ended_at = now(), updated_at = {}
  WHERE status = 1 AND NOT EXISTS (SELECT FROM alert_batches b WHERE b.alert_id = alerts.alert_id AND b.state = 0))",
                                                   k_next_update);
const db::Statement k_complete_all{.sql = k_complete_all_sql, .effect = Effect::writes};

constexpr db::Statement k_alerts{.sql = R"(
  WITH stalled AS MATERIALIZED (
    SELECT alert_id FROM alerts WHERE status = 0 AND (priority >= 2) = $3::bool AND progressed_at <= now() - make_interval(secs => $1::float8)
    ORDER BY priority DESC, alert_id DESC LIMIT $2::int8 FOR NO KEY UPDATE SKIP LOCKED),
  touched AS (UPDATE alerts a SET progressed_at = now() FROM stalled s WHERE a.alert_id = s.alert_id RETURNING a.*)
  INSERT INTO outbox (kind, alert_id, batch, lane, epoch, trace)
  SELECT 0, alert_id, 0, CASE WHEN priority >= 2 THEN 1 ELSE 0 END, epoch, trace FROM touched)",
                                 .effect = Effect::writes};

// A batch that failed three times by itself is left alone.
constexpr db::Statement k_batches{.sql = R"(
  WITH stalled AS MATERIALIZED (
    SELECT b.alert_id, b.batch, a.priority, a.epoch, a.trace FROM alert_batches b JOIN alerts a ON a.alert_id = b.alert_id
    WHERE b.state = 0 AND b.blamed < 3 AND a.status = 1 AND (a.priority >= 2) = $3::bool AND b.progressed_at <= now() - make_interval(secs => $1::float8)
    ORDER BY b.alert_id, b.batch LIMIT $2::int8 FOR NO KEY UPDATE OF b SKIP LOCKED),
  touched AS (
    UPDATE alert_batches b SET progressed_at = now() FROM stalled s WHERE b.alert_id = s.alert_id AND b.batch = s.batch)
  INSERT INTO outbox (kind, alert_id, batch, lane, epoch, trace)
  SELECT 1, alert_id, batch, CASE WHEN priority >= 2 THEN 1 ELSE 0 END, epoch, trace FROM stalled)",
                                  .effect = Effect::writes};

// Batches that no message comes for any more (cancelled, or failed three times): what a dead worker left `sending` there is to be looked
// up, and the batch to be counted until it is settled.
constexpr std::string_view k_orphans = R"(
    SELECT b.alert_id, b.batch FROM alert_batches b JOIN alerts a ON a.alert_id = b.alert_id
    WHERE b.state = 0 AND (a.status = 3 OR b.blamed >= 3) AND b.progressed_at <= now() - make_interval(secs => $1::float8)
    ORDER BY b.alert_id, b.batch LIMIT $2::int8)";
const std::string k_end_orphans_sql = fmt::format(R"(
  WITH orphans AS MATERIALIZED ({}),
  expired AS (
    UPDATE deliveries d SET state = 4, looks = 0, lease_until = NULL, due_at = now(), wake_at = CASE WHEN d.settled THEN NULL ELSE now() END,
      visible = CASE WHEN d.visible = 1 THEN 6 ELSE d.visible END
    FROM orphans o WHERE d.alert_id = o.alert_id AND d.batch = o.batch AND d.state = 1 AND d.lease_until <= now() RETURNING d.alert_id)
  UPDATE alert_batches b SET dirty = true, progressed_at = now()
  FROM orphans o, (SELECT count(*) FROM expired) AS first WHERE b.alert_id = o.alert_id AND b.batch = o.batch)",
                                                  k_orphans);
const db::Statement k_end_orphans{.sql = k_end_orphans_sql, .effect = Effect::writes};
const db::Statement k_list_orphans{.sql = k_orphans};

double seconds_of(Millis duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Result<int> PostgresBatchStore::redrive_stalled(alert::Lane lane, Millis idle, int limit) {
  std::int64_t driven = 0;
  for (const db::Statement* statement : {&k_alerts, &k_batches}) {
    const auto params = db::Params().add(seconds_of(idle)).add(std::int64_t{limit} - driven).add(lane == alert::Lane::urgent);
    const auto rows = repeating([&] { return m_pool.run(*statement, params); });
    if (!rows) { return rows.error(); }
    driven += rows->affected();
  }
  if (driven > 0) { m_bell.ring(); }
  return static_cast<int>(driven);
}

Status PostgresBatchStore::complete_all_over() {
  return db::status_of(repeating([&] { return m_pool.run(k_complete_all); }));
}

Status PostgresBatchStore::finish_stalled(Millis idle, int limit) {
  if (auto completed = complete_all_over(); !completed) { return completed; }
  return db::status_of(repeating([&] { return m_pool.run(k_end_orphans, db::Params().add(seconds_of(idle)).add(std::int64_t{limit})); }));
}

// What could not be opened is tried again, and keeps nothing else waiting.
Status RemoteBatchStore::finish_stalled(Millis idle, int limit) {
  const Status opened = open_late();
  const Status finished = finish_orphans(idle, limit);
  return finished ? opened : finished;
}

Status RemoteBatchStore::finish_orphans(Millis idle, int limit) {
  if (auto completed = complete_all_over(); !completed) { return completed; }
  const auto orphans = m_pool.run(k_list_orphans, db::Params().add(seconds_of(idle)).add(std::int64_t{limit}));
  if (!orphans) { return orphans.error(); }
  std::vector<alert::TouchedBatch> marks;
  for (const auto& orphan : keys_in(*orphans)) {
    const auto expired = m_ledger.expire_leases(orphan.first, orphan.second);
    if (!expired) { return expired.error(); }
    marks.push_back({.alert = orphan.first, .batch = orphan.second, .dirty = true});
  }
  return m_ground.touch(marks);
}

}  // namespace bizcomms::store

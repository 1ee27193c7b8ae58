#include "bizcomms/store/maintenance.hpp"

#include <fmt/format.h>

namespace bizcomms::store {

namespace {

using db::Effect;

constexpr db::Statement k_make_partitions{.sql = "SELECT create_delivery_partitions($1::int4)", .effect = Effect::writes};
// A partition's name holds the Monday of its week: it is over seven days later.
constexpr db::Statement k_old_partitions{.sql = R"(
  SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'deliveries'::regclass AND c.relname ~ '^deliveries_[0-9]{8}$'
    AND to_date(right(c.relname, 8), 'YYYYMMDD') + 7 < (now() AT TIME ZONE 'UTC') - make_interval(secs => $1::int8)
  ORDER BY 1)"};
// Each: $1 the age in seconds, $2 how many at most.
constexpr db::Statement k_forget_deliveries{.sql = R"(
  DELETE FROM deliveries_default WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM deliveries_default WHERE alert_id < id_at(now() - make_interval(secs => $1::int8)) LIMIT $2::int8)))",
                                            .effect = Effect::writes};
constexpr db::Statement k_forget_claims{.sql = R"(
  DELETE FROM claims WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM claims WHERE claimed_at < now() - make_interval(secs => $1::int8) LIMIT $2::int8)))",
                                        .effect = Effect::writes};
constexpr db::Statement k_forget_keys{.sql = R"(
  DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM idempotency_keys WHERE created_at < now() - make_interval(secs => $1::int8) LIMIT $2::int8)))",
                                      .effect = Effect::writes};
constexpr db::Statement k_forget_dead_letters{.sql = R"(
  DELETE FROM dead_letters WHERE id = ANY(ARRAY(
    SELECT id FROM dead_letters WHERE dead_at < now() - make_interval(secs => $1::int8) LIMIT $2::int8)))",
                                              .effect = Effect::writes};
constexpr db::Statement k_forget_messages{.sql = R"(
  DELETE FROM queue_messages WHERE id = ANY(ARRAY(
    SELECT id FROM queue_messages WHERE published_at < now() - make_interval(secs => $1::int8) LIMIT $2::int8)))",
                                          .effect = Effect::writes};

std::int64_t seconds(Millis time) { return std::chrono::duration_cast<std::chrono::seconds>(time).count(); }

}  // namespace

Result<int> Maintenance::drop_partitions() {
  const auto old = m_pool.run(k_old_partitions, db::Params().add(seconds(m_settings.deliveries_kept)));
  if (!old) { return old.error(); }
  for (int i = 0; i < old->size(); ++i) {
    const auto name = (*old)[i].take<std::string>();
    auto connection = m_pool.take();
    if (!connection) { return connection.error(); }
    // Dropping waits for whoever reads: let it not hold up those who come behind.
    const auto dropped = (*connection)->script("BEGIN; SET LOCAL lock_timeout = '2s'; DROP TABLE " + name + "; COMMIT");
    if (!dropped) {
      static_cast<void>((*connection)->script("ROLLBACK"));
      return dropped.error();
    }
    m_log.info("Dropped deliveries that are old.", {{"partition", name}});
  }
  return old->size();
}

Result<std::int64_t> Maintenance::forget(const db::Statement& statement, Millis kept, const std::stop_token& stop) {
  std::int64_t deleted = 0;
  while (!stop.stop_requested()) {
    const auto rows = m_pool.run(statement, db::Params().add(seconds(kept)).add(std::int64_t{m_settings.step}));
    if (!rows) { return rows.error(); }
    deleted += rows->affected();
    if (rows->affected() < m_settings.step || !sleep_for(stop, m_settings.pause)) { break; }
  }
  return deleted;
}

Result<MaintenanceReport> Maintenance::run(const std::stop_token& stop) {
  MaintenanceReport report;
  const auto made = m_pool.run(k_make_partitions, db::Params().add(std::int32_t{m_settings.weeks_ahead}));
  if (!made) { return made.error(); }
  report.partitions_made = (*made)[0].take<std::int32_t>();
  const auto dropped = drop_partitions();
  if (!dropped) { return dropped.error(); }
  report.partitions_dropped = *dropped;
  const std::pair<const db::Statement&, Millis> tasks[] = {{k_forget_deliveries, m_settings.deliveries_kept},
                                                           {k_forget_claims, m_settings.deliveries_kept},
                                                           {k_forget_keys, m_settings.idempotency_kept},
                                                           {k_forget_dead_letters, m_settings.events_kept},
                                                           {k_forget_messages, m_settings.events_kept}};
  for (const auto& task : tasks) {
    const auto deleted = forget(task.first, task.second, stop);
    if (!deleted) { return deleted.error(); }
    report.rows_deleted += *deleted;
  }
  return report;
}

}  // namespace bizcomms::store

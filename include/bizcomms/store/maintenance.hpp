// What has to be done from time to time: partitions for the weeks to come, and forgetting what is old. In small steps, so that no lock
// is held for long. Two at once do no harm. Thread-safe.
#pragma once

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

struct MaintenanceSettings {
  int weeks_ahead = 2;
  std::chrono::days deliveries_kept{30};  // claims of provider ids too
  std::chrono::hours idempotency_kept{24};
  Millis events_kept{std::chrono::days{14}};  // dead letters, and messages nobody took: the queue's retention
  int step = 5'000;                           // rows deleted at a time
  Millis pause{100};                          // between two steps, so that whoever sends or posts meanwhile hardly notices
};

struct MaintenanceReport {
  int partitions_made = 0;
  int partitions_dropped = 0;
  std::int64_t rows_deleted = 0;
};

class Maintenance {
public:
  Maintenance(db::Pool& pool, const MaintenanceSettings& settings, const Log& log) : m_pool(pool), m_settings(settings), m_log(log) {}
  // All of it once; ends early when stop is asked for. Every hour is often enough.
  Result<MaintenanceReport> run(const std::stop_token& stop);

private:
  Result<int> drop_partitions();
  Result<std::int64_t> forget(const db::Statement& statement, Millis kept, const std::stop_token& stop);

  db::Pool& m_pool;
  const MaintenanceSettings m_settings;
  const Log m_log;
};

}  // namespace bizcomms::store

#include "app/database.hpp"

#include <fmt/format.h>

#include "app/sources.hpp"
#include "bizcomms/store/migrations.hpp"

namespace bizcomms::app {
namespace {

db::PoolSettings pool_settings(const db::ConnectionSettings& connection, const Settings& settings) {
  db::PoolSettings pool = settings.pool;
  pool.connection = connection;
  pool.connection.session = store::session_settings();
  return pool;
}

store::Settings store_settings(const Settings& settings) {
  store::Settings store = settings.store;
  store.queue = settings.worker.queue;
  return store;
}

// Nothing: deliveries are kept in the database.
store::MakeRemoteLedger make_ledger(const Settings& settings, Cloud* cloud) {
  if (settings.ledger_kind != "aws") { return {}; }
  return [&settings, cloud](alert::LedgerGround& ground) { return aws::dynamo_ledger(cloud->client, settings.dynamodb, ground); };
}

}  // namespace

Result<db::ConnectionSettings> connection_settings(const Settings& settings, Role role) {
  if (settings.database_url.empty()) {
    const auto environment = process_environment();
    if (!environment.contains("PGHOST") && !environment.contains("PGDATABASE") && !environment.contains("PGSERVICE")) {
      return Error{
          ErrorCode::misconfigured,
          "No database is configured; give --database-url or BIZCOMMS_DATABASE_URL, such as postgresql://user@host/bizcomms. To try "
          "BizComms without one, run \"bizcomms dev\"."};
    }
  }
  db::ConnectionSettings connection = settings.pool.connection;
  connection.url = settings.database_url;
  connection.application_name = "bizcomms " + std::string(to_string(role));
  return connection;
}

ReplicationMeters::ReplicationMeters(Metrics& metrics)
    : standby(metrics.gauge("bizcomms_database_standby", "1 where the database is a standby or read-only, 0 where it takes writes.")),
      lag_seconds(metrics.gauge("bizcomms_database_replication_lag_seconds",
                                "Of a standby: age of the last transaction applied; 0 where it receives and has applied all.")) {}

void ReplicationMeters::note(const Result<store::AuthorityState>& state) const {
  if (!state) { return; }
  standby.set(state->writable ? 0 : 1);
  lag_seconds.set(std::chrono::duration<double>(state->lag.value_or(Millis{0})).count());
}

Database::Database(const db::ConnectionSettings& connection, const Settings& settings, Ground& ground)
    : pool(pool_settings(connection, settings), ground.log, ground.metrics),
      replication(ground.metrics),
      cloud(uses_aws(settings) ? std::make_unique<Cloud>(settings, ground) : nullptr),
      store(pool, store_settings(settings), ground.log, ground.metrics, ground.clock, make_ledger(settings, cloud.get())),
      keys(pool),
      authority(pool) {}

Status check_schema(const db::ConnectionSettings& connection) {
  const auto pending = store::pending_migrations(connection);
  if (!pending) { return pending.error(); }
  if (pending->empty()) { return {}; }
  return Error{ErrorCode::misconfigured, fmt::format("The database's schema is {} step{} behind this binary; run \"bizcomms migrate\".",
                                                     pending->size(), pending->size() == 1 ? "" : "s")};
}

DatabaseQuestions questions(Database& database, const db::ConnectionSettings& connection, const std::string& cell) {
  return {.schema = [connection] { return check_schema(connection); },
          .authority =
              [&database] {
                auto state = database.authority.current();
                database.replication.note(state);
                return state;
              },
          .take_if_unset = [&database, cell] { return database.authority.take_if_unset(cell); },
          .take = [&database, cell](std::int64_t expected_epoch,
                                    std::int64_t known_epoch) { return database.authority.take(cell, expected_epoch, known_epoch); },
          .note_active = [&database, cell](std::int64_t epoch) { return database.authority.note_active(cell, epoch); },
          .forget_word = [&database] { return database.authority.forget_word(); },
          .note_seen = [&database](std::int64_t epoch) { return database.authority.note_seen(epoch); }};
}

}  // namespace bizcomms::app

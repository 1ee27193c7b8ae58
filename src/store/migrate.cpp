#include "bizcomms/store/migrations.hpp"

namespace bizcomms::store {

namespace {

Result<std::unique_ptr<db::Connection>> patient_connection(db::ConnectionSettings settings) {
  settings.statement_timeout = Millis{0};
  settings.session.clear();
  return db::Connection::open(settings);
}

}  // namespace

Result<int> migrate(const db::ConnectionSettings& settings, const Log& log) {
  auto connection = patient_connection(settings);
  if (!connection) { return connection.error(); }
  return db::migrate(**connection, migrations(), log);
}

Result<std::vector<db::Migration>> pending_migrations(const db::ConnectionSettings& settings) {
  auto connection = patient_connection(settings);
  if (!connection) { return connection.error(); }
  return db::pending(**connection, migrations());
}

std::vector<std::string> session_settings() {
  return {"SET jit = off",
          "SET enable_seqscan = off",
          "SET enable_hashjoin = off",
          "SET enable_mergejoin = off",
          "SET seq_page_cost = 0.1",  // what is used is in memory
          "SET random_page_cost = 0.1",
          "SET plan_cache_mode = force_generic_plan"};
}

}  // namespace bizcomms::store

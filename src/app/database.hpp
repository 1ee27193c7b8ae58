// The database as the roles share it: its connections, and everything kept in it.
#pragma once

#include "app/cloud.hpp"
#include "app/ground.hpp"
#include "app/settings.hpp"
#include "app/watch.hpp"
#include "bizcomms/db/pool.hpp"
#include "bizcomms/store/api_keys.hpp"
#include "bizcomms/store/authority.hpp"
#include "bizcomms/store/store.hpp"

namespace bizcomms::app {

// How to connect. `misconfigured` where nothing says so: neither database-url nor PGHOST, PGDATABASE or PGSERVICE.
[[nodiscard]] Result<db::ConnectionSettings> connection_settings(const Settings& settings, Role role);

// What the database says of itself, each time that the cell asks who works on it.
struct ReplicationMeters {
  explicit ReplicationMeters(Metrics& metrics);
  void note(const Result<store::AuthorityState>& state) const;

  Gauge& standby;
  Gauge& lag_seconds;
};

struct Database {
  Database(const db::ConnectionSettings& connection, const Settings& settings, Ground& ground);

  // Where the options say that they are.
  [[nodiscard]] alert::EventQueue& queue() { return cloud && cloud->queue ? *cloud->queue : store.queue(); }
  [[nodiscard]] alert::SeenStories& stories() { return cloud && cloud->stories ? *cloud->stories : store.stories(); }

  db::Pool pool;
  ReplicationMeters replication;
  std::unique_ptr<Cloud> cloud;  // where something is in AWS
  store::Store store;
  store::ApiKeys keys;
  store::Authority authority;
};

// The database's own answers; `database` must outlive them.
[[nodiscard]] DatabaseQuestions questions(Database& database, const db::ConnectionSettings& connection, const std::string& cell);

// `misconfigured`, saying what to do, where the schema is not this binary's.
[[nodiscard]] Status check_schema(const db::ConnectionSettings& connection);

}  // namespace bizcomms::app

// The schema's steps, built in from migrations/*.sql, and the two things done with them.
#pragma once

#include <span>

#include "bizcomms/db/migrations.hpp"
#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

[[nodiscard]] std::span<const db::Migration> migrations();

// Brings the database's schema forward; how many steps that took. Two at once are safe. Takes as long as it takes: no statement timeout.
[[nodiscard]] Result<int> migrate(const db::ConnectionSettings& settings, const Log& log);

// The steps that are still to be taken: empty means that this binary may work. `misconfigured`: the schema is newer than this binary.
[[nodiscard]] Result<std::vector<db::Migration>> pending_migrations(const db::ConnectionSettings& settings);

// What every connection of the store's pool sets: the pool's `connection.session`. Our queries are known: each has its index, and the
// planner shall not think otherwise of a table that was empty when it looked.
[[nodiscard]] std::vector<std::string> session_settings();

}  // namespace bizcomms::store

// Brings a schema forward, one numbered step after the other, never back. Two at once are safe: the second waits.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/db/connection.hpp"

namespace bizcomms::db {

struct Migration {
  std::int32_t version = 0;  // from 1, without gaps
  std::string_view name;     // "foundation"
  std::string_view sql;      // several statements; they run in one transaction
};

// Those that the database has not had yet. `misconfigured` with a sentence: the schema is newer than these know, or a step that was applied
// has another text now.
[[nodiscard]] Result<std::vector<Migration>> pending(Connection& connection, std::span<const Migration> known);

// Applies them; how many. Each is a transaction: after a failure those before it stand.
[[nodiscard]] Result<int> migrate(Connection& connection, std::span<const Migration> known, const Log& log);

}  // namespace bizcomms::db

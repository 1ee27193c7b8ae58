// Opening a connection: the one place that reads the connection string.
#pragma once

#include "bizcomms/db/connection.hpp"
#include "db/libpq.hpp"

namespace bizcomms::db {

[[nodiscard]] Result<ConnectionHandle> connect(const ConnectionSettings& settings);

}  // namespace bizcomms::db

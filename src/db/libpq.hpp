// Owners for libpq's handles, and what its binary form counts from.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>

namespace bizcomms::db {

inline constexpr std::int64_t k_epoch_ms = 946'684'800'000;  // PostgreSQL counts microseconds from 2000-01-01

struct FreeConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct FreeResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
struct FreeMemory {
  void operator()(void* memory) const noexcept { PQfreemem(memory); }
};
struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FreeConnection>;
using ResultHandle = std::unique_ptr<PGresult, FreeResult>;

}  // namespace bizcomms::db

// Which cell works on this database, and since which epoch. Thread-safe.
#pragma once

#include <string>

#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

struct AuthorityState {
  std::string cell{};      // empty: nobody has taken it yet
  std::int64_t epoch = 0;  // rises with every change of the cell
  bool writable = false;   // the database is no standby
};

class Authority {
public:
  explicit Authority(db::Pool& pool) : m_pool(pool) {}
  Result<AuthorityState> current();
  // Takes it for `cell` where nobody has it; what holds afterwards.
  Result<AuthorityState> take_if_unset(const std::string& cell);
  // Takes it from whoever has it, if the epoch is still `expected_epoch`; `conflict` otherwise. The epoch rises by one.
  Result<AuthorityState> take(const std::string& cell, std::int64_t expected_epoch);

private:
  db::Pool& m_pool;
};

}  // namespace bizcomms::store

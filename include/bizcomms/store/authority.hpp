// Which cell works on this database, and since which epoch. Thread-safe.
#pragma once

#include <optional>
#include <string>

#include "bizcomms/base/time.hpp"
#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

struct AuthorityState {
  std::string cell{};      // empty: nobody has taken it yet
  std::int64_t epoch = 0;  // rises with every change of the cell
  bool writable = false;   // the database is no standby
  Millis silent_for{};     // since the cell's last sign of life, by the database's clock
  bool told = false;       // an operator told the cell to work in this epoch
  // Of a standby: how old the last transaction is that it has applied; nought where it receives, and has applied all of it.
  std::optional<Millis> lag{};
};

class Authority {
public:
  explicit Authority(db::Pool& pool) : m_pool(pool) {}
  Result<AuthorityState> current();
  // Takes it for `cell` where nobody has it; what holds afterwards.
  Result<AuthorityState> take_if_unset(const std::string& cell);
  // Takes it from whoever has it, if the epoch is still `expected_epoch`; `conflict` otherwise. The new epoch is above that, above
  // `known_epoch`, the highest one known of other cells now, and above all that were noted.
  Result<AuthorityState> take(const std::string& cell, std::int64_t expected_epoch, std::int64_t known_epoch = 0);
  // The same by an operator's word. A cell that has it already, with no higher epoch known, keeps its epoch.
  Result<AuthorityState> tell(const std::string& cell, std::int64_t expected_epoch, std::int64_t known_epoch);
  Status forget_word();                  // of an operator; the cell goes on only as long as it can ask again
  Status note_seen(std::int64_t epoch);  // another cell was seen at work in it
  // A sign of life of the cell that works in `epoch`; at most one every 10 s is written, and none for another cell or epoch.
  Status note_active(const std::string& cell, std::int64_t epoch);

private:
  db::Pool& m_pool;
};

}  // namespace bizcomms::store

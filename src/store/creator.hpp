// New alerts: rows, events and idempotency keys of a whole group in one statement and one commit.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bizcomms/alert/stores.hpp"
#include "bizcomms/db/pool.hpp"
#include "store/bell.hpp"
#include "store/gatherer.hpp"

namespace bizcomms::store {

struct NewAlert {
  alert::AlertId id{};
  alert::AlertDraft draft{};
  std::optional<alert::Idempotency> idempotency{};
  std::string trace{};
  std::int64_t estimated_recipients = 0;
};

// Thread-safe.
class Creator {
public:
  Creator(db::Pool& pool, Bell& bell, Histogram& group_sizes, int committers, int group_max);
  Result<alert::Alert> create(NewAlert request) { return m_gatherer.run(std::move(request)); }

private:
  using Gathering = Gatherer<NewAlert, Result<alert::Alert>>;
  using Calls = std::vector<Gathering::Call*>;
  void work(Calls& calls);
  void write(const Calls& calls);
  static void admit_doubt(const Calls& calls);
  void write_one_by_one(const Calls& calls);
  // The epochs of those that were written now; the others' keys were used before, or they stand since an earlier try.
  Result<std::map<alert::AlertId, std::int64_t>> insert(const Calls& calls);
  Status answer_from_kept(const Calls& calls);

  db::Pool& m_pool;
  Bell& m_bell;
  Histogram& m_group_sizes;
  Gathering m_gatherer;
};

}  // namespace bizcomms::store

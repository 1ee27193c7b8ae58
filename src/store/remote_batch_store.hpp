// BatchStore on PostgreSQL, of which the deliveries are in a ledger elsewhere. What of the one and of the other goes together is written
// there first: what is interrupted in between stays dirty, or is done again by whoever repeats it.
#pragma once

#include <map>

#include "bizcomms/alert/remote_ledger.hpp"
#include "store/batch_store.hpp"

namespace bizcomms::store {

class RemoteBatchStore final : public PostgresBatchStore {
public:
  RemoteBatchStore(db::Pool& pool, Bell& bell, alert::LedgerGround& ground, alert::RemoteLedger& ledger)
      : PostgresBatchStore(pool, bell), m_ground(ground), m_ledger(ledger) {}

  Result<std::vector<bool>> recount(std::span<const std::pair<alert::AlertId, std::int32_t>> batches) override;
  Result<int> recount_dirty(int limit) override;
  // Has them counted too: a report whose batch could not be marked was not repeated for ever.
  Result<std::vector<std::pair<alert::AlertId, std::int32_t>>> take_unfinished(std::span<const Millis> schedule, int limit) override;
  Status reopen(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status give_up(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status finish_stalled(Millis idle, int limit) override;

private:
  // Once after each takeover: batches that were settled shortly before it are open again.
  Status open_late();
  Status finish_orphans(Millis idle, int limit);
  Status recount_group(std::span<const std::pair<alert::AlertId, std::int32_t>> group,
                       std::map<std::pair<alert::AlertId, std::int32_t>, bool>& verdicts);
  Result<std::vector<db::Step>> told(std::vector<std::pair<alert::AlertId, std::int32_t>>& batches);

  alert::LedgerGround& m_ground;
  alert::RemoteLedger& m_ledger;
};

}  // namespace bizcomms::store

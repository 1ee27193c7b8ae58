// BatchStore on PostgreSQL.
#pragma once

#include "bizcomms/alert/stores.hpp"
#include "bizcomms/db/pool.hpp"
#include "store/bell.hpp"

namespace bizcomms::store {

class PostgresBatchStore final : public alert::BatchStore {
public:
  PostgresBatchStore(db::Pool& pool, Bell& bell) : m_pool(pool), m_bell(bell) {}

  Result<alert::Expansion> expand(alert::AlertId id, int batch_size) override;
  Result<alert::Batch> load(alert::AlertId id, std::int32_t batch) override;
  Result<std::vector<bool>> recount(std::span<const std::pair<alert::AlertId, std::int32_t>> batches) override;
  Result<int> recount_dirty(int limit) override;
  Result<std::vector<std::pair<alert::AlertId, std::int32_t>>> take_unfinished(std::span<const Millis> schedule, int limit) override;
  Status blame(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status fail(alert::AlertId id, const std::string& reason) override;
  Status reopen(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status give_up(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status note_held(std::span<const std::pair<alert::AlertId, std::int32_t>> batches) override;
  Result<int> redrive_stalled(alert::Lane lane, Millis idle, int limit) override;
  Status finish_stalled(Millis idle, int limit) override;

private:
  Status complete_those_over(std::span<const std::pair<alert::AlertId, std::int32_t>> batches);

  db::Pool& m_pool;
  Bell& m_bell;
};

}  // namespace bizcomms::store

// BatchStore on PostgreSQL.
#pragma once

#include "bizcomms/alert/stores.hpp"
#include "bizcomms/db/pool.hpp"
#include "store/bell.hpp"

namespace bizcomms::store {

class PostgresBatchStore : public alert::BatchStore {
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

protected:
  Result<int> recount_all(const Result<db::Rows>& batches);
  Status complete_those_over(std::span<const std::pair<alert::AlertId, std::int32_t>> batches);
  Status complete_all_over();
  Status open_again(alert::AlertId id, std::int32_t batch, std::vector<db::Step> deliveries);

  db::Pool& m_pool;

private:
  Bell& m_bell;
};

}  // namespace bizcomms::store

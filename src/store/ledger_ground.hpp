// What a delivery ledger that is kept elsewhere asks of PostgreSQL.
#pragma once

#include "bizcomms/alert/remote_ledger.hpp"
#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

class PostgresLedgerGround final : public alert::LedgerGround {
public:
  explicit PostgresLedgerGround(db::Pool& pool) : m_pool(pool) {}

  Result<std::vector<alert::Clearance>> clear(std::span<const alert::Intent> intents) override;
  Status touch(std::span<const alert::TouchedBatch> batches) override;
  Result<std::vector<std::optional<std::string>>> numbers(std::span<const std::pair<alert::RecipientId, std::int16_t>> went_to) override;
  Result<std::vector<Inherited>> inherited_calls(std::span<const alert::RecipientId> recipients) override;

private:
  db::Pool& m_pool;
};

}  // namespace bizcomms::store

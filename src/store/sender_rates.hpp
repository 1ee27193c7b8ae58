// SenderRates on PostgreSQL: a row for each number.
#pragma once

#include "bizcomms/alert/rates.hpp"
#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

class PostgresSenderRates final : public alert::SenderRates {
public:
  explicit PostgresSenderRates(db::Pool& pool) : m_pool(pool) {}
  Result<std::vector<int>> take(std::span<const alert::RateRequest> requests) override;

private:
  db::Pool& m_pool;
};

}  // namespace bizcomms::store

// A delivery table in memory, on a clock of the test's.
#pragma once

#include <map>
#include <mutex>

#include "aws/delivery_table.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::contract {

// Thread-safe.
class MemoryTable : public aws::DeliveryTable {
public:
  explicit MemoryTable(const Clock& clock) : m_clock(clock) {}

  [[nodiscard]] Time now() const override { return m_clock.now(); }
  Status learn_time() override { return {}; }
  Result<aws::StoredState> read(std::span<const alert::DeliveryId> ids, std::span<const alert::ProviderId> sids) override;
  Result<std::vector<aws::StoredRow>> of_batch(alert::AlertId alert, std::int32_t batch, const std::optional<alert::DeliveryId>& after,
                                               int limit) override;
  Result<std::vector<alert::DeliveryId>> waking(Time until, int limit) override;
  Result<std::vector<alert::DeliveryId>> calls_to(alert::RecipientId recipient) override;
  std::vector<Result<bool>> write(std::span<const aws::TableWrite> writes) override;

private:
  [[nodiscard]] bool write_one(const aws::TableWrite& write);

  const Clock& m_clock;
  std::mutex m_mutex;  // guards all below
  std::map<alert::DeliveryId, aws::StoredRow> m_rows;
  std::map<alert::ProviderId, aws::StoredClaim> m_claims;
};

}  // namespace bizcomms::contract

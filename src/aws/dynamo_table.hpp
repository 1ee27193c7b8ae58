// DeliveryTable on DynamoDB. One item per delivery; a write of one item is a conditional put, of several a transaction. Each item carries
// the id of the write that made it, so that a put whose answer was lost knows its own work again. Source: wire facts 6.4.
#pragma once

#include <functional>

#include "aws/delivery_items.hpp"
#include "aws/delivery_table.hpp"
#include "aws/items.hpp"
#include "bizcomms/aws/client.hpp"
#include "bizcomms/aws/ledger.hpp"

namespace bizcomms::aws {

// Thread-safe. `client` must outlive it.
class DynamoTable final : public DeliveryTable {
public:
  using Pause = std::function<void(Millis)>;
  DynamoTable(
      Client& client, LedgerSettings settings, Pause pause = [](Millis time) { static_cast<void>(sleep_for({}, time)); });

  [[nodiscard]] Time now() const override { return m_client.service_time(); }
  Status learn_time() override;
  Result<StoredState> read(std::span<const alert::DeliveryId> ids, std::span<const alert::ProviderId> sids) override;
  Result<std::vector<StoredRow>> of_batch(alert::AlertId alert, std::int32_t batch, const std::optional<alert::DeliveryId>& after,
                                          int limit) override;
  Result<std::vector<alert::DeliveryId>> waking(Time until, int limit) override;
  Result<std::vector<alert::DeliveryId>> calls_to(alert::RecipientId recipient) override;
  std::vector<Result<bool>> write(std::span<const TableWrite> writes) override;

private:
  [[nodiscard]] WriteStamp new_stamp() const;
  [[nodiscard]] Call call_for(const TableWrite& write, const WriteStamp& stamp) const;

  Client& m_client;
  const LedgerSettings m_settings;
  const Pause m_pause;  // between tries of transactions that met others; 400 ms at most in one call of write
  Items m_items;
};

}  // namespace bizcomms::aws

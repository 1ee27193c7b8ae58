// DeliveryLedger on PostgreSQL.
#pragma once

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/db/pool.hpp"
#include "bizcomms/store/store.hpp"
#include "store/gatherer.hpp"
#include "store/ledger_transaction.hpp"

namespace bizcomms::store {

class PostgresLedger final : public alert::DeliveryLedger {
public:
  PostgresLedger(db::Pool& pool, const Settings& settings);

  Result<std::vector<alert::BeginAnswer>> begin(std::span<const alert::Intent> intents) override;
  Result<std::vector<alert::RecordVerdict>> record(std::span<const alert::Outcome> outcomes) override;
  Result<std::vector<bool>> merge(std::span<const alert::Report> reports) override;
  Result<std::vector<alert::Delivery>> of_batch(alert::AlertId alert, std::int32_t batch) override;
  Result<Expiry> expire_leases(alert::AlertId alert, std::int32_t batch) override;
  Result<std::vector<alert::DueDelivery>> due(int limit, Millis hidden_for) override;
  Result<std::vector<bool>> contested(std::span<const std::pair<alert::DeliveryId, Time>> calls) override;
  Result<std::vector<bool>> claimed(std::span<const alert::ProviderId> sids) override;
  Result<std::vector<bool>> absolve(std::span<const std::pair<alert::DeliveryId, alert::AttemptToken>> absent) override;

private:
  // Places of elements within the group asked for.
  using Places = std::vector<std::size_t>;
  using Merging = Gatherer<alert::Report, Result<bool>>;

  Status begin_first(std::span<const alert::Intent> intents, const Places& places, std::vector<alert::BeginAnswer>& answers);
  Status begin_again(std::span<const alert::Intent> intents, const Places& places, std::vector<alert::BeginAnswer>& answers);
  Status record_usual(std::span<const alert::Outcome> outcomes, const Places& places, std::vector<bool>& recorded);
  Status record_other(std::span<const alert::Outcome> outcomes, const Places& places, std::vector<alert::RecordVerdict>& verdicts);
  Result<std::vector<bool>> merge_group(std::span<const alert::Report> reports);
  void merge_gathered(std::vector<Merging::Call*>& calls);

  db::Pool& m_pool;
  Merging m_merging;
};

}  // namespace bizcomms::store

// AlertStore on PostgreSQL, of which the deliveries are in a ledger elsewhere.
#pragma once

#include "bizcomms/alert/remote_ledger.hpp"
#include "store/alert_store.hpp"

namespace bizcomms::store {

class RemoteAlertStore final : public PostgresAlertStore {
public:
  RemoteAlertStore(db::Pool& pool, const Settings& settings, Bell& bell, Metrics& metrics, const Clock& clock, alert::RemoteLedger& ledger)
      : PostgresAlertStore(pool, settings, bell, metrics, clock), m_ledger(ledger) {}

  // A page may have a next one though it is not full: of an alert whose batches hold few that are asked for, so many are looked at at most.
  Result<alert::AlertReport> report(alert::AlertId id, const alert::StatusQuery& query) override;

private:
  Status list_batch(alert::AlertId id, std::int32_t batch, const alert::StatusQuery& query, std::vector<alert::ListedDelivery>& items);

  alert::RemoteLedger& m_ledger;
};

}  // namespace bizcomms::store

// AlertStore on PostgreSQL.
#pragma once

#include "bizcomms/alert/stores.hpp"
#include "bizcomms/store/store.hpp"
#include "store/bell.hpp"
#include "store/creator.hpp"
#include "store/estimates.hpp"
#include "store/gatherer.hpp"

namespace bizcomms::store {

class PostgresAlertStore : public alert::AlertStore {
public:
  PostgresAlertStore(db::Pool& pool, const Settings& settings, Bell& bell, Metrics& metrics, const Clock& clock);

  Result<alert::Alert> create(alert::AlertId id, alert::AlertDraft draft, std::optional<alert::Idempotency> idempotency,
                              std::string trace) override;
  Result<alert::Alert> get(alert::AlertId id) override;
  Result<alert::Page<alert::Alert, alert::AlertId>> list(const alert::AlertQuery& query) override;
  Result<alert::AlertReport> report(alert::AlertId id, const alert::StatusQuery& query) override;
  Result<alert::Alert> replace(alert::AlertId id, const alert::AlertDraft& content, Time expected_updated_at) override;
  Status cancel(alert::AlertId id) override;

protected:
  db::Pool& m_pool;

private:
  using Reading = Gatherer<alert::AlertId, Result<alert::Alert>>;
  void read(std::vector<Reading::Call*>& calls);

  Bell& m_bell;
  Estimates m_estimates;
  Creator m_creator;
  Histogram& m_read_sizes;
  Reading m_reading;
};

}  // namespace bizcomms::store

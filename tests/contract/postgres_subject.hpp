// The stores on PostgreSQL, for tests that run on them: all of it there, or with the deliveries in a table elsewhere.
#pragma once

#include "aws/table_ledger.hpp"
#include "bizcomms/store/authority.hpp"
#include "bizcomms/store/store.hpp"
#include "contract/memory_table.hpp"
#include "contract/store_subject.hpp"
#include "support/postgres.hpp"

namespace bizcomms::contract {

// A database of its own, and the store on it.
class PostgresDatabase {
public:
  explicit PostgresDatabase(const store::Settings& settings = {}, const store::MakeRemoteLedger& make_ledger = {})
      : m_pool(test::pool_settings(test::Postgres::shared().fresh_database()), Log::silent(), m_metrics),
        m_store(m_pool, settings, Log::silent(), m_metrics, m_clock, make_ledger) {}
  store::Store& store() { return m_store; }
  db::Pool& pool() { return m_pool; }
  [[nodiscard]] const Clock& clock() const { return m_clock; }

private:
  SystemClock m_clock;
  Metrics m_metrics;
  db::Pool m_pool;
  store::Store m_store;
};

class PostgresStoreSubject : public StoreSubject {
public:
  explicit PostgresStoreSubject(const store::MakeRemoteLedger& make_ledger = {}) : m_database({}, make_ledger) {}
  alert::AlertStore& alerts() override { return m_database.store().alerts(); }
  alert::RecipientStore& recipients() override { return m_database.store().recipients(); }
  alert::BatchStore& batches() override { return m_database.store().batches(); }
  alert::Outbox& outbox() override { return m_database.store().outbox(); }
  alert::DeliveryLedger& ledger() override { return m_database.store().ledger(); }
  [[nodiscard]] const Clock& clock() const override { return m_database.clock(); }
  void pass(Millis time) override { sleep_for({}, time); }
  void take_over() override {
    store::Authority authority(m_database.pool());
    const auto before = authority.current();
    check(before && authority.take("another cell", before->epoch), "another cell has taken over");
    pass(Millis{2});  // times are kept in milliseconds, one rounded and one cut
  }

  [[nodiscard]] PostgresDatabase& database() { return m_database; }

private:
  PostgresDatabase m_database;
};

inline std::unique_ptr<alert::RemoteLedger> make_table_ledger(alert::LedgerGround& ground) {
  static const SystemClock k_clock;
  return std::make_unique<aws::TableLedger>(std::make_unique<MemoryTable>(k_clock), ground, Millis{0});
}

}  // namespace bizcomms::contract

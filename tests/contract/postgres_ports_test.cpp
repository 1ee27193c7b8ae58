// The contract suites on PostgreSQL: all of it there, and with the deliveries in a table elsewhere.
#include "aws/table_ledger.hpp"
#include "bizcomms/store/authority.hpp"
#include "bizcomms/store/store.hpp"
#include "contract/memory_table.hpp"
#include "contract/queue_contract.hpp"
#include "contract/rates_contract.hpp"
#include "contract/seen_contract.hpp"
#include "contract/store_subject.hpp"
#include "support/postgres.hpp"

namespace bizcomms::contract {
namespace {

// A database of its own, and the store on it.
class Database {
public:
  explicit Database(const store::Settings& settings = {}, const store::MakeRemoteLedger& make_ledger = {})
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

class PostgresStoreSubject final : public StoreSubject {
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

private:
  Database m_database;
};

class PostgresQueueSubject final : public QueueSubject {
public:
  explicit PostgresQueueSubject(const alert::QueueSettings& settings) : m_database({.queue = settings}) {}
  alert::EventQueue& queue() override { return m_database.store().queue(); }
  void pass(Millis time) override { sleep_for({}, time); }

private:
  Database m_database;
};

class PostgresSeen final : public alert::SeenStories {
public:
  Result<std::vector<bool>> seen(std::span<const alert::StoryId> ids) override { return m_database.store().stories().seen(ids); }
  Status mark(std::span<const alert::StoryId> ids) override { return m_database.store().stories().mark(ids); }
  Result<bool> any() override { return m_database.store().stories().any(); }

private:
  Database m_database;
};

class PostgresRatesSubject final : public RatesSubject {
public:
  alert::SenderRates& rates() override { return m_database.store().rates(); }
  void pass(Millis time) override { sleep_for({}, time); }

private:
  Database m_database;
};

std::unique_ptr<alert::RemoteLedger> make_table_ledger(alert::LedgerGround& ground) {
  static const SystemClock k_clock;
  return std::make_unique<aws::TableLedger>(std::make_unique<MemoryTable>(k_clock), ground, Millis{0});
}

const auto k_remote = testing::Values(
    StoreSubjectMaker{"postgres and a table elsewhere", [] { return std::make_unique<PostgresStoreSubject>(make_table_ledger); }});
const auto k_postgres = testing::Values(StoreSubjectMaker{"postgres", [] { return std::make_unique<PostgresStoreSubject>(); }});

INSTANTIATE_TEST_SUITE_P(Postgres, AlertStoreContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, RecipientStoreContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, BatchStoreContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, OutboxContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, BeginContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, RecordContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, MergeContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, GuessContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, TakeoverContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, DueContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(Postgres, CallsContract, k_postgres);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, AlertStoreContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, RecipientStoreContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, BatchStoreContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, OutboxContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, BeginContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, RecordContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, MergeContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, GuessContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, TakeoverContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, DueContract, k_remote);
INSTANTIATE_TEST_SUITE_P(PostgresAndTable, CallsContract, k_remote);
INSTANTIATE_TEST_SUITE_P(Postgres, QueueContract,
                         testing::Values(QueueSubjectMaker{"postgres", [](const alert::QueueSettings& settings) {
                                                             return std::make_unique<PostgresQueueSubject>(settings);
                                                           }}));
INSTANTIATE_TEST_SUITE_P(Postgres, RatesContract,
                         testing::Values(RatesSubjectMaker{"postgres", [] { return std::make_unique<PostgresRatesSubject>(); }}));
INSTANTIATE_TEST_SUITE_P(Postgres, SeenContract,
                         testing::Values(SeenSubjectMaker{"postgres", [] { return std::make_unique<PostgresSeen>(); }}));

}  // namespace
}  // namespace bizcomms::contract

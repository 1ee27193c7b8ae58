// The contract suites on PostgreSQL: all of it there, and with the deliveries in a table elsewhere.
#include "contract/postgres_subject.hpp"
#include "contract/queue_contract.hpp"
#include "contract/rates_contract.hpp"
#include "contract/seen_contract.hpp"

namespace bizcomms::contract {
namespace {

class PostgresQueueSubject final : public QueueSubject {
public:
  explicit PostgresQueueSubject(const alert::QueueSettings& settings) : m_database({.queue = settings}) {}
  alert::EventQueue& queue() override { return m_database.store().queue(); }
  void pass(Millis time) override { sleep_for({}, time); }

private:
  PostgresDatabase m_database;
};

class PostgresSeen final : public alert::SeenStories {
public:
  Result<std::vector<bool>> seen(std::span<const alert::StoryId> ids) override { return m_database.store().stories().seen(ids); }
  Status mark(std::span<const alert::StoryId> ids) override { return m_database.store().stories().mark(ids); }
  Result<bool> any() override { return m_database.store().stories().any(); }

private:
  PostgresDatabase m_database;
};

class PostgresRatesSubject final : public RatesSubject {
public:
  alert::SenderRates& rates() override { return m_database.store().rates(); }
  void pass(Millis time) override { sleep_for({}, time); }

private:
  PostgresDatabase m_database;
};

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

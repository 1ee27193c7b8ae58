// The contract suites on the in-memory implementations.
#include "contract/queue_contract.hpp"
#include "contract/rates_contract.hpp"
#include "contract/seen_contract.hpp"
#include "contract/store_subject.hpp"
#include "support/memory/memory_queue.hpp"
#include "support/memory/memory_rates.hpp"
#include "support/memory/memory_seen.hpp"
#include "support/memory/memory_store.hpp"

namespace bizcomms::contract {
namespace {

class MemoryStoreSubject final : public StoreSubject {
public:
  alert::AlertStore& alerts() override { return m_store; }
  alert::RecipientStore& recipients() override { return m_store; }
  alert::BatchStore& batches() override { return m_store; }
  alert::Outbox& outbox() override { return m_store; }
  alert::DeliveryLedger& ledger() override { return m_store; }
  [[nodiscard]] const Clock& clock() const override { return m_clock; }
  void pass(Millis time) override { m_clock.advance(time); }
  void take_over() override { m_store.take_over(); }

private:
  ManualClock m_clock;
  test::MemoryStore m_store{m_clock};
};

class MemoryQueueSubject final : public QueueSubject {
public:
  explicit MemoryQueueSubject(const alert::QueueSettings& settings) : m_queue(m_clock, settings) {}
  alert::EventQueue& queue() override { return m_queue; }
  void pass(Millis time) override { m_clock.advance(time); }

private:
  ManualClock m_clock;
  test::MemoryQueue m_queue;
};

class MemoryRatesSubject final : public RatesSubject {
public:
  alert::SenderRates& rates() override { return m_rates; }
  void pass(Millis time) override { m_clock.advance(time); }

private:
  ManualClock m_clock;
  test::MemoryRates m_rates{m_clock};
};

const auto k_memory = testing::Values(StoreSubjectMaker{"memory", [] { return std::make_unique<MemoryStoreSubject>(); }});

INSTANTIATE_TEST_SUITE_P(Memory, AlertStoreContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, RecipientStoreContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, BatchStoreContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, OutboxContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, BeginContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, RecordContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, MergeContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, GuessContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, TakeoverContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, DueContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, CallsContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, LongTimesContract, k_memory);
INSTANTIATE_TEST_SUITE_P(Memory, QueueContract, testing::Values(QueueSubjectMaker{"memory", [](const alert::QueueSettings& settings) {
                                                                                    return std::make_unique<MemoryQueueSubject>(settings);
                                                                                  }}));
INSTANTIATE_TEST_SUITE_P(Memory, RatesContract,
                         testing::Values(RatesSubjectMaker{"memory", [] { return std::make_unique<MemoryRatesSubject>(); }}));
INSTANTIATE_TEST_SUITE_P(Memory, SeenContract,
                         testing::Values(SeenSubjectMaker{"memory", [] { return std::make_unique<test::MemorySeen>(); }}));

}  // namespace
}  // namespace bizcomms::contract

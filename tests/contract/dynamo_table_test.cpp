// Delivery tables in memory and in DynamoDB Local.
#include "aws/dynamo_table.hpp"
#include "contract/dynamo_subject.hpp"
#include "contract/memory_table.hpp"
#include "contract/table_contract.hpp"

namespace bizcomms::contract {
namespace {

class MemoryTableSubject final : public TableSubject {
public:
  aws::DeliveryTable& table() override { return m_table; }

private:
  SystemClock m_clock;
  MemoryTable m_table{m_clock};
};

class DynamoTableSubject final : public TableSubject {
public:
  aws::DeliveryTable& table() override { return m_table; }

private:
  DynamoAccess m_access;
  aws::DynamoTable m_table{DynamoAccess::client(), m_access.settings()};
};

INSTANTIATE_TEST_SUITE_P(Memory, TableContract,
                         testing::Values(TableSubjectMaker{"memory", [] { return std::make_unique<MemoryTableSubject>(); }}));
INSTANTIATE_TEST_SUITE_P(DynamoDb, TableContract,
                         testing::Values(TableSubjectMaker{"dynamodb", [] { return std::make_unique<DynamoTableSubject>(); },
                                                           DynamoAccess::missing()}));

}  // namespace
}  // namespace bizcomms::contract

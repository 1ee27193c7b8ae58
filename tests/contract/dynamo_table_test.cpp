// Delivery tables in memory and in DynamoDB Local, and the poller's stories there.
#include "aws/dynamo_table.hpp"
#include "bizcomms/aws/seen.hpp"
#include "contract/dynamo_subject.hpp"
#include "contract/memory_table.hpp"
#include "contract/seen_contract.hpp"
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

class DynamoSeen final : public alert::SeenStories {
public:
  Result<std::vector<bool>> seen(std::span<const alert::StoryId> ids) override { return m_stories->seen(ids); }
  Status mark(std::span<const alert::StoryId> ids) override { return m_stories->mark(ids); }
  Result<bool> any() override { return m_stories->any(); }

private:
  DynamoAccess m_access;
  std::unique_ptr<alert::SeenStories> m_stories = aws::dynamo_seen_stories(DynamoAccess::client(), m_access.settings());
};

INSTANTIATE_TEST_SUITE_P(Memory, TableContract,
                         testing::Values(TableSubjectMaker{"memory", [] { return std::make_unique<MemoryTableSubject>(); }}));
INSTANTIATE_TEST_SUITE_P(DynamoDb, TableContract,
                         testing::Values(TableSubjectMaker{"dynamodb", [] { return std::make_unique<DynamoTableSubject>(); },
                                                           DynamoAccess::missing()}));

INSTANTIATE_TEST_SUITE_P(DynamoDb, SeenContract,
                         testing::Values(SeenSubjectMaker{"dynamodb", [] { return std::make_unique<DynamoSeen>(); },
                                                          DynamoAccess::missing()}));

}  // namespace
}  // namespace bizcomms::contract

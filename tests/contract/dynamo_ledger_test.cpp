// The contract suites on PostgreSQL with the deliveries in DynamoDB Local, through the product's own client.
#include "contract/dynamo_subject.hpp"
#include "contract/postgres_subject.hpp"

namespace bizcomms::contract {
namespace {

struct TableHolder {
  DynamoAccess access;  // made before the ledger that needs it
};

class DynamoStoreSubject final : public TableHolder, public PostgresStoreSubject {
public:
  DynamoStoreSubject()
      : PostgresStoreSubject(
            [this](alert::LedgerGround& ground) { return aws::dynamo_ledger(DynamoAccess::client(), access.settings(), ground); }) {}
  // The table's clock is known to a second at first.
  void take_over() override {
    pass(k_clocks_apart);
    PostgresStoreSubject::take_over();
    pass(k_clocks_apart);
  }

private:
  static constexpr Millis k_clocks_apart{1'100};
};

std::vector<StoreSubjectMaker> where_installed() {
  if (!DynamoAccess::missing().empty()) { return {}; }
  return {{"postgres and dynamodb", [] { return std::make_unique<DynamoStoreSubject>(); }}};
}

TEST(DynamoDbLedger, IsTested) {
  if (const auto why = DynamoAccess::missing(); !why.empty()) { GTEST_SKIP() << why; }
}

const auto k_dynamodb = testing::ValuesIn(where_installed());
INSTANTIATE_TEST_SUITE_P(DynamoDb, AlertStoreContract, k_dynamodb);
INSTANTIATE_TEST_SUITE_P(DynamoDb, BatchStoreContract, k_dynamodb);
INSTANTIATE_TEST_SUITE_P(DynamoDb, BeginContract, k_dynamodb);
INSTANTIATE_TEST_SUITE_P(DynamoDb, RecordContract, k_dynamodb);
INSTANTIATE_TEST_SUITE_P(DynamoDb, MergeContract, k_dynamodb);
INSTANTIATE_TEST_SUITE_P(DynamoDb, GuessContract, k_dynamodb);
INSTANTIATE_TEST_SUITE_P(DynamoDb, TakeoverContract, k_dynamodb);
INSTANTIATE_TEST_SUITE_P(DynamoDb, DueContract, k_dynamodb);
INSTANTIATE_TEST_SUITE_P(DynamoDb, CallsContract, k_dynamodb);

}  // namespace
}  // namespace bizcomms::contract

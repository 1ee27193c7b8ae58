// What a ledger over a table answers where writes fail, each for itself.
#include "aws/table_ledger.hpp"

#include <gtest/gtest.h>

namespace bizcomms::aws {
namespace {

using alert::BeginVerdict;

const Error k_throttled{.code = ErrorCode::unavailable, .message = "DynamoDB throttles."};

// Empty for ever; its writes end as the test says.
class ScriptedTable final : public DeliveryTable {
public:
  explicit ScriptedTable(std::vector<Result<bool>> ends) : m_ends(std::move(ends)) {}
  [[nodiscard]] Time now() const override { return Time{} + std::chrono::hours{1}; }
  Status learn_time() override { return {}; }
  Result<StoredState> read(std::span<const alert::DeliveryId> ids, std::span<const alert::ProviderId> sids) override {
    StoredState state;
    state.rows.resize(ids.size());
    state.claims.resize(sids.size());
    return state;
  }
  Result<std::vector<StoredRow>> of_batch(alert::AlertId, std::int32_t, const std::optional<alert::DeliveryId>&, int) override {
    return std::vector<StoredRow>{};
  }
  Result<std::vector<alert::DeliveryId>> waking(Time, int) override { return std::vector<alert::DeliveryId>{}; }
  Result<std::vector<alert::DeliveryId>> calls_to(alert::RecipientId) override { return std::vector<alert::DeliveryId>{}; }
  std::vector<Result<bool>> write(std::span<const TableWrite> writes) override {
    return {m_ends.begin(), m_ends.begin() + std::ssize(writes)};
  }

private:
  std::vector<Result<bool>> m_ends;
};

class WillingGround final : public alert::LedgerGround {
public:
  Result<std::vector<alert::Clearance>> clear(std::span<const alert::Intent> intents) override {
    return std::vector<alert::Clearance>(intents.size(), {.kind = alert::Clearance::Kind::cleared, .phone_number = "+15551000001"});
  }
  Status touch(std::span<const alert::TouchedBatch> /*batches*/) override { return {}; }
  Result<std::vector<std::optional<std::string>>> numbers(std::span<const std::pair<alert::RecipientId, std::int16_t>> went_to) override {
    return std::vector<std::optional<std::string>>(went_to.size());
  }
  Result<std::vector<Inherited>> inherited_calls(std::span<const alert::RecipientId> recipients) override {
    return std::vector<Inherited>(recipients.size());
  }
};

Result<std::vector<alert::BeginAnswer>> begin_where(std::vector<Result<bool>> ends) {
  WillingGround ground;
  std::vector<alert::Intent> intents(ends.size());
  for (std::size_t i = 0; i < intents.size(); ++i) {
    intents[i].id.batch = 1;
    intents[i].id.recipient.uuid.bytes[0] = static_cast<std::uint8_t>(i);
  }
  return TableLedger(std::make_unique<ScriptedTable>(std::move(ends)), ground, Millis{0}).begin(intents);
}

TEST(TableLedger, AWriteThatFailedIsNotTakenForSomebodyElses) {
  const auto answers = begin_where({true, k_throttled, false});
  ASSERT_TRUE(answers);
  EXPECT_EQ((*answers)[0].verdict, BeginVerdict::begun);
  EXPECT_EQ((*answers)[1].verdict, BeginVerdict::failed);
  ASSERT_TRUE((*answers)[1].error);
  EXPECT_EQ((*answers)[1].error->code, ErrorCode::unavailable);
  EXPECT_EQ((*answers)[2].verdict, BeginVerdict::taken);
}

TEST(TableLedger, WhereAllFailedTheBeginFails) {
  const auto answers = begin_where({k_throttled, k_throttled});
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().message, k_throttled.message);
}

}  // namespace
}  // namespace bizcomms::aws

// What a delivery ledger elsewhere is told by the store on PostgreSQL.
#include "contract/postgres_subject.hpp"

namespace bizcomms::contract {
namespace {

using namespace alert;
using namespace std::chrono_literals;

class LedgerGroundOnPostgres : public StoreContract {
protected:
  LedgerGround& ground() { return database().store().ledger_ground(); }
  PostgresDatabase& database() { return dynamic_cast<PostgresStoreSubject&>(subject()).database(); }

  Clearance clear(const Intent& intent) {
    const auto clearances = ground().clear(std::span(&intent, 1));
    EXPECT_TRUE(clearances);
    return clearances->at(0);
  }
  bool is_dirty(AlertId id, std::int32_t batch = 1) {
    constexpr db::Statement k_ask{.sql = "SELECT dirty FROM alert_batches WHERE alert_id = $1::uuid AND batch = $2::int4"};
    const auto rows = database().pool().run(k_ask, db::Params().add(id.uuid).add(batch));
    EXPECT_TRUE(rows);
    return (*rows)[0].take<bool>();
  }
  std::optional<std::string> number(RecipientId recipient, std::int16_t version) {
    const std::pair asked{recipient, version};
    const auto numbers = ground().numbers(std::span(&asked, 1));
    EXPECT_TRUE(numbers);
    return numbers->at(0);
  }
  std::vector<AlertId> inherited(RecipientId recipient) {
    const auto answers = ground().inherited_calls(std::span(&recipient, 1));
    EXPECT_TRUE(answers);
    return answers->at(0).alerts;
  }
};

INSTANTIATE_TEST_SUITE_P(Postgres, LedgerGroundOnPostgres,
                         testing::Values(StoreSubjectMaker{"postgres", [] { return std::make_unique<PostgresStoreSubject>(); }}));

TEST_P(LedgerGroundOnPostgres, ClearsWithTheNumberAsItIsNow) {
  const Scene scene = sending(1);
  Clearance first = clear(intent(delivery_id(scene)));
  EXPECT_EQ(first.kind, Clearance::Kind::cleared);
  EXPECT_EQ(first.phone_number, recipients().get(scene.people[0])->content.phone_number);
  EXPECT_EQ(first.phone_version, 1);
  EXPECT_EQ(first.sender, "");
  EXPECT_FALSE(first.taken_over_at);
  ASSERT_TRUE(recipients().change(scene.people[0], {.phone_number = "+4930123456"}));
  const Clearance second = clear(intent(delivery_id(scene)));
  EXPECT_EQ(second.phone_number, "+4930123456");
  EXPECT_EQ(second.phone_version, 2);
  EXPECT_EQ(second.sender, "+15550000001") << "theirs since the first";
}

TEST_P(LedgerGroundOnPostgres, WithdrawsWithTheReasonsOfTheLedgerHere) {
  const Scene scene = sending(5);
  ASSERT_TRUE(recipients().erase(scene.people[0]));
  ASSERT_TRUE(recipients().change(scene.people[1], {.active = false}));
  ASSERT_TRUE(recipients().opt_out(recipients().get(scene.people[2])->content.phone_number, "STOP", Time{1s}, {}));
  ASSERT_TRUE(recipients().change(scene.people[3], {.sms_enabled = false}));
  for (std::size_t i = 0; i < 5; ++i) {
    if (i == 4) { ASSERT_TRUE(alerts().cancel(scene.alert)); }
    const Intent one = intent(delivery_id(scene, i));
    const Clearance clearance = clear(one);
    EXPECT_EQ(clearance.kind, Clearance::Kind::withdrawn) << i;
    ASSERT_EQ(begin(one).verdict, BeginVerdict::withdrawn) << i;
    EXPECT_EQ(clearance.withdrawn_as, row(one.id).attempt.state) << i;
    EXPECT_EQ(clearance.reason, row(one.id).attempt.reason) << i;
    EXPECT_EQ(clearance.phone_number, "") << i;
  }
}

TEST_P(LedgerGroundOnPostgres, AnswersEachOfSeveralAlertsInTheOrderAsked) {
  const Scene first = sending(2);
  const Scene second = sending(1);
  ASSERT_TRUE(alerts().cancel(first.alert));
  const DeliveryId nobodys{.alert = alert_id(), .batch = 1, .recipient = first.people[0], .channel = Channel::sms};
  const std::vector group{intent(delivery_id(second)), intent(nobodys), intent(delivery_id(first, 1)), intent(delivery_id(second))};
  const auto clearances = ground().clear(group);
  ASSERT_TRUE(clearances);
  std::vector<Clearance::Kind> kinds;
  for (const Clearance& clearance : *clearances) { kinds.push_back(clearance.kind); }
  using Kind = Clearance::Kind;
  EXPECT_EQ(kinds, (std::vector{Kind::cleared, Kind::no_such_alert, Kind::withdrawn, Kind::cleared}));
  EXPECT_TRUE(ground().clear({})->empty());
}

TEST_P(LedgerGroundOnPostgres, TellsSinceWhenAnotherCellsAlertIsOurs) {
  const Scene older = sending(1);
  take_over();
  const Scene newer = sending(1);
  const Clearance inherited = clear(intent(delivery_id(older)));
  EXPECT_EQ(inherited.kind, Clearance::Kind::cleared);
  ASSERT_TRUE(inherited.taken_over_at);
  EXPECT_LE(*inherited.taken_over_at, now());
  EXPECT_FALSE(clear(intent(delivery_id(newer))).taken_over_at);
}

TEST_P(LedgerGroundOnPostgres, ManyAtOnceInAnyOrderDoNotDeadlock) {
  const Scene scene = sending(20);
  std::vector<Intent> intents;
  for (std::size_t i = 0; i < 20; ++i) { intents.push_back(intent(delivery_id(scene, i))); }
  const std::vector<Intent> backwards(intents.rbegin(), intents.rend());
  at_once(4, [&](int thread) {
    for (int i = 0; i < 5; ++i) { EXPECT_TRUE(ground().clear(thread % 2 == 0 ? intents : backwards)); }
  });
}

TEST_P(LedgerGroundOnPostgres, ATouchedBatchHasNotStalledAndADirtyOneIsCounted) {
  const Scene scene = sending(3, DeliveryMethod::sms, 1);
  relayed();
  pass(30ms);
  const std::vector<TouchedBatch> touched{{.alert = scene.alert, .batch = 2},
                                          {.alert = scene.alert, .batch = 1, .dirty = true},
                                          {.alert = scene.alert, .batch = 1},
                                          {.alert = alert_id(), .batch = 1, .dirty = true}};
  ASSERT_TRUE(ground().touch(touched));
  EXPECT_TRUE(is_dirty(scene.alert, 1));
  EXPECT_FALSE(is_dirty(scene.alert, 2));
  EXPECT_EQ(*batches().redrive_stalled(Lane::standard, 20ms, 10), 1);
  EXPECT_EQ(relayed().at(0).batch, 3);
  EXPECT_TRUE(ground().touch({}));
}

TEST_P(LedgerGroundOnPostgres, ASettledBatchIsDirtyWhateverTouchesIt) {
  const Scene scene = sending(1);
  send_all(scene);
  ASSERT_TRUE(recount(scene.alert));
  const TouchedBatch touched{.alert = scene.alert, .batch = 1};
  ASSERT_TRUE(ground().touch(std::span(&touched, 1)));
  EXPECT_TRUE(is_dirty(scene.alert));
}

TEST_P(LedgerGroundOnPostgres, KnowsTheNumbersThatDeliveriesWentToUntilTheyAreErased) {
  const Recipient person = add_person();
  ASSERT_TRUE(recipients().change(person.id, {.phone_number = "+4930123456"}));
  EXPECT_EQ(number(person.id, 1), person.content.phone_number);
  EXPECT_EQ(number(person.id, 2), "+4930123456");
  EXPECT_FALSE(number(person.id, 3));
  const Recipient other = add_person();
  const std::vector<std::pair<RecipientId, std::int16_t>> asked{{other.id, 1}, {recipient_id(), 1}, {person.id, 2}};
  const auto numbers = ground().numbers(asked);
  ASSERT_TRUE(numbers);
  EXPECT_EQ(*numbers, (std::vector<std::optional<std::string>>{other.content.phone_number, std::nullopt, "+4930123456"}));
  ASSERT_TRUE(recipients().erase(person.id));
  EXPECT_FALSE(number(person.id, 1));
  EXPECT_FALSE(number(person.id, 2));
  EXPECT_TRUE(ground().numbers({})->empty());
}

TEST_P(LedgerGroundOnPostgres, KnowsTheCallsThatTheCellBeforeWasToMake) {
  const RecipientId callee = add_person({"called"}).id;
  const RecipientId other = add_person({"other"}).id;
  AlertDraft content = draft({"called"});
  content.method = DeliveryMethod::voice;
  const AlertId open = add_alert(content).id;
  const AlertId cancelled = add_alert(content).id;
  ASSERT_TRUE(alerts().cancel(cancelled));
  content.method = DeliveryMethod::sms;
  add_alert(content);
  EXPECT_TRUE(inherited(callee).empty()) << "of this cell";
  pass(2ms);
  take_over();
  EXPECT_EQ(inherited(callee), std::vector{open});
  const std::vector asked{other, callee};
  const auto answers = ground().inherited_calls(asked);
  ASSERT_TRUE(answers);
  EXPECT_TRUE(answers->at(0).alerts.empty());
  EXPECT_EQ(answers->at(1).alerts, std::vector{open});
  EXPECT_LE(answers->at(0).taken_over_at, now());
  EXPECT_GT(answers->at(0).taken_over_at, now() - 1h);
  EXPECT_TRUE(ground().inherited_calls({})->empty());
}

}  // namespace
}  // namespace bizcomms::contract

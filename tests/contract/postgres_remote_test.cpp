// The store on PostgreSQL where the deliveries are elsewhere: what happens between a look at the one and a write to the other.
#include <utility>

#include "bizcomms/store/maintenance.hpp"
#include "contract/postgres_subject.hpp"

namespace bizcomms::contract {
namespace {

using namespace alert;
using namespace std::chrono_literals;

// Lets something happen right after the next time that a batch was read.
class WatchedTable final : public MemoryTable {
public:
  WatchedTable(const Clock& clock, std::function<void()>& event) : MemoryTable(clock), m_event(event) {}
  Result<std::vector<aws::StoredRow>> of_batch(AlertId alert, std::int32_t batch, const std::optional<DeliveryId>& after,
                                               int limit) override {
    auto rows = MemoryTable::of_batch(alert, batch, after, limit);
    if (const auto event = std::exchange(m_event, {})) { event(); }
    return rows;
  }

private:
  std::function<void()>& m_event;
};

// Counts how often the numbers of deliveries were read.
class WatchedGround final : public LedgerGround {
public:
  void stand_on(LedgerGround& ground) { m_ground = &ground; }
  void after_next_read(std::function<void()> event) { m_event = std::move(event); }
  [[nodiscard]] std::function<void()>& event() { return m_event; }
  [[nodiscard]] int reads() const { return m_reads; }

  Result<std::vector<Clearance>> clear(std::span<const Intent> intents) override { return m_ground->clear(intents); }
  Status touch(std::span<const TouchedBatch> batches) override { return m_ground->touch(batches); }
  Result<std::vector<std::optional<std::string>>> numbers(std::span<const std::pair<RecipientId, std::int16_t>> went_to) override {
    ++m_reads;
    return m_ground->numbers(went_to);
  }
  Result<std::vector<Inherited>> inherited_calls(std::span<const RecipientId> recipients) override {
    return m_ground->inherited_calls(recipients);
  }

private:
  LedgerGround* m_ground = nullptr;
  std::function<void()> m_event;
  int m_reads = 0;
};

struct WatchedGroundHolder {
  SystemClock table_clock;
  WatchedGround ground;  // made before the ledger that stands on it
};
class WatchedSubject final : public WatchedGroundHolder, public PostgresStoreSubject {
public:
  WatchedSubject()
      : PostgresStoreSubject([this](LedgerGround& own) {
          ground.stand_on(own);
          return std::make_unique<aws::TableLedger>(std::make_unique<WatchedTable>(table_clock, ground.event()), ground, Millis{0});
        }) {}
};

class RemoteStore : public StoreContract {
protected:
  WatchedSubject& watched() { return dynamic_cast<WatchedSubject&>(subject()); }
  WatchedGround& ground() { return watched().ground; }
  db::Pool& pool() { return watched().database().pool(); }

  std::int64_t number(const std::string& sql) {
    const auto rows = pool().run({.sql = sql, .effect = db::Effect::reads, .plan = db::Plan::fresh});
    EXPECT_TRUE(rows) << rows.error().cause;
    return rows ? (*rows)[0].take<std::int64_t>() : -1;
  }
  // A sent one, of a batch that is counted.
  Intent sent_one(const Scene& scene) {
    Intent one = intent(delivery_id(scene));
    begin(one);
    record(sent(one, "SM1"));
    EXPECT_TRUE(recount(scene.alert));
    return one;
  }
  void change(const std::string& sql) {
    const auto changed = pool().run({.sql = sql, .effect = db::Effect::writes, .plan = db::Plan::fresh});
    ASSERT_TRUE(changed) << changed.error().cause;
  }
  void blame(const Scene& scene) {
    for (int i = 0; i < 3; ++i) { ASSERT_TRUE(batches().blame(scene.alert, 1, "It broke.")); }
  }
  void touch(const Scene& scene, std::int32_t batch = 1) {
    const TouchedBatch touched{.alert = scene.alert, .batch = batch};
    ASSERT_TRUE(ground().touch(std::span(&touched, 1)));
  }
};

INSTANTIATE_TEST_SUITE_P(PostgresAndTable, RemoteStore, testing::Values(StoreSubjectMaker{"postgres and a table elsewhere", [] {
                                                                                            return std::make_unique<WatchedSubject>();
                                                                                          }}));

TEST_P(RemoteStore, KeepsNoDeliveriesItselfAndTheirUpkeepFindsNone) {
  const Scene scene = sending(2);
  send_all(scene);
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(number("SELECT (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM claims)"), 0);
  const auto report = store::Maintenance(pool(), {}, Log::silent()).run({});
  ASSERT_TRUE(report) << report.error().cause;
  EXPECT_EQ(report->rows_deleted, 0);
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 2}));
}

TEST_P(RemoteStore, CountsWithoutReadingAnybodysNumber) {
  const Scene scene = sending(2);
  send_all(scene);
  const int before = ground().reads();
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(ground().reads(), before);
}

TEST_P(RemoteStore, WhatIsReportedWhileABatchIsCountedIsCountedAfterwards) {
  const Scene scene = sending(1);
  const Intent one = sent_one(scene);
  ground().after_next_read([&] { merge(report(one, "SM1", ReportKind::delivered, 4)); });
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1}));
  EXPECT_EQ(*batches().recount_dirty(10), 1);
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .delivered = 1}));
  EXPECT_EQ(*batches().recount_dirty(10), 0);
}

TEST_P(RemoteStore, OfTwoWhoCountTheOneWhoReadFirstReadsAgain) {
  const Scene scene = sending(1);
  const Intent one = sent_one(scene);
  ground().after_next_read([&] {
    merge(report(one, "SM1", ReportKind::delivered, 4));
    EXPECT_TRUE(recount(scene.alert));
  });
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .delivered = 1}));
  EXPECT_EQ(*batches().recount_dirty(10), 0);
}

TEST_P(RemoteStore, WhoCountsAllTheTimeLeavesTheBatchToBeCounted) {
  const Scene scene = sending(1);
  const Intent one = sent_one(scene);
  const std::function<void()> count_too = [&] {
    EXPECT_TRUE(recount(scene.alert));
    ground().after_next_read(count_too);
  };
  ground().after_next_read(count_too);
  EXPECT_FALSE(recount(scene.alert)) << "nobody knows";
  ground().after_next_read({});
  EXPECT_EQ(*batches().recount_dirty(10), 1);
  EXPECT_EQ(*batches().recount_dirty(10), 0);
}

TEST_P(RemoteStore, ABatchThatIsOpenedAgainWhileItIsCountedStaysOpen) {
  const Scene scene = sending(2);
  blame(scene);
  ASSERT_TRUE(recount(scene.alert));
  ground().after_next_read([&] { ASSERT_TRUE(batches().reopen(scene.alert, 1, "It broke.")); });
  EXPECT_FALSE(recount(scene.alert));
  EXPECT_EQ(status(scene.alert), AlertStatus::sending);
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.pending = 2}));
  send_all(scene);
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 2}));
}

TEST_P(RemoteStore, ACancelledAlertsBatchStaysOpenWhileSomethingIsBegun) {
  const Scene scene = sending(2);
  ASSERT_TRUE(alerts().cancel(scene.alert));
  ground().after_next_read([&] { touch(scene); });  // it was cleared before
  EXPECT_FALSE(recount(scene.alert));
  EXPECT_EQ(*batches().recount_dirty(10), 1);
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.cancelled = 2}));
}

TEST_P(RemoteStore, WhatADeadWorkerLeftInACancelledAlertIsLookedUp) {
  const Scene scene = sending(2);
  begin(intent(delivery_id(scene), 1ms));
  ASSERT_TRUE(alerts().cancel(scene.alert));
  EXPECT_FALSE(recount(scene.alert));
  pass(20ms);
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(row(delivery_id(scene)).attempt.state, AttemptState::sending) << "it may be at it";
  ASSERT_TRUE(batches().finish_stalled(10ms, 10));
  EXPECT_EQ(row(delivery_id(scene)).attempt.state, AttemptState::unknown);
  EXPECT_EQ(*batches().recount_dirty(10), 1);
}

TEST_P(RemoteStore, WhatWasReportedButNotMarkedIsCountedWhenItsStateIsChecked) {
  const Scene scene = sending(1);
  sent_one(scene);
  const std::vector<Millis> schedule{0ms};
  EXPECT_EQ(batches().take_unfinished(schedule, 10)->size(), 1U);
  EXPECT_EQ(*batches().recount_dirty(10), 1);
}

TEST_P(RemoteStore, ReadsOnlyBatchesThatMayHoldWhatIsAskedFor) {
  const Scene scene = sending(6, DeliveryMethod::sms, 2);
  send_all(scene, 1);
  send_all(scene, 2);
  ASSERT_TRUE(recount(scene.alert, 1));
  ASSERT_TRUE(recount(scene.alert, 2));
  const Intent refused = intent(delivery_id(scene, 4, 3));
  begin(refused);
  record(ended(refused, Outcome::Kind::failed));
  const int before = ground().reads();
  const auto failed = alerts().report(scene.alert, {.status = DeliveryStatus::failed});
  ASSERT_TRUE(failed);
  EXPECT_EQ(ground().reads() - before, 1);
  ASSERT_EQ(failed->deliveries.items.size(), 1U);
  EXPECT_EQ(failed->deliveries.items[0].id, refused.id);
  EXPECT_FALSE(failed->deliveries.next);
}

TEST_P(RemoteStore, ReadsNoBatchOfWhichNothingWasBegun) {
  const Scene scene = sending(3, DeliveryMethod::sms, 1);
  const auto all = alerts().report(scene.alert, {});
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->deliveries.items.empty());
  EXPECT_EQ(ground().reads(), 0);
}

TEST_P(RemoteStore, APageGoesOnInTheNextBatchAndInsideOfOne) {
  const Scene scene = sending(7, DeliveryMethod::sms, 3);
  for (const std::int32_t batch : {1, 2, 3}) { send_all(scene, batch); }
  for (const auto& status : {std::optional<DeliveryStatus>{}, std::optional(DeliveryStatus::sent)}) {
    std::vector<RecipientId> listed;
    std::optional<DeliveryId> after;
    do {
      const auto report = alerts().report(scene.alert, {.limit = 2, .after = after, .status = status});
      ASSERT_TRUE(report);
      for (const ListedDelivery& delivery : report->deliveries.items) { listed.push_back(delivery.id.recipient); }
      after = report->deliveries.next;
    } while (after);
    EXPECT_EQ(listed, scene.people);
  }
}

TEST_P(RemoteStore, LooksAtSoManyBatchesForAPageAtMost) {
  const Scene scene = sending(103, DeliveryMethod::sms, 1);
  for (std::int32_t batch = 1; batch <= 103; ++batch) { touch(scene, batch); }
  send_all(scene, 103);
  const auto first = alerts().report(scene.alert, {});
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->deliveries.items.empty());
  ASSERT_TRUE(first->deliveries.next);
  const auto second = alerts().report(scene.alert, {.after = first->deliveries.next});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->deliveries.items.size(), 1U);
  EXPECT_FALSE(second->deliveries.next);
}

TEST_P(RemoteStore, AReportShowsNoNumberThatWasErased) {
  const Scene scene = sending(2);
  send_all(scene);
  ASSERT_TRUE(recipients().erase(scene.people[0]));
  const auto report = alerts().report(scene.alert, {});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->deliveries.items.size(), 2U);
  EXPECT_FALSE(report->deliveries.items[0].phone_number);
  EXPECT_TRUE(report->deliveries.items[1].phone_number);
}

// That ledger comes after the database: the cell before may have written what is missing here.
TEST_P(RemoteStore, WhatWasSettledShortlyBeforeATakeoverIsGoneThroughOnceMore) {
  const Scene scene = sending(1);
  static_cast<void>(sent_one(scene));
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(number("SELECT count(*) FROM alert_batches WHERE state = 0"), 0) << "no other cell has worked on it";
  const auto events = number("SELECT count(*) FROM outbox WHERE kind = 1");
  take_over();
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(number("SELECT count(*) FROM alert_batches WHERE state = 0 AND dirty"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM outbox WHERE kind = 1"), events + 1);
  EXPECT_EQ(alerts().get(scene.alert)->status, AlertStatus::sending);
  EXPECT_TRUE(recount(scene.alert)) << "the ledger has all of it";
  EXPECT_EQ(alerts().get(scene.alert)->status, AlertStatus::completed);
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(number("SELECT count(*) FROM alert_batches WHERE state = 0"), 0);
}

// The ledger was ahead of the database that was promoted: nobody has touched the batch here.
TEST_P(RemoteStore, WhatCameWithTheLedgerAloneIsListedOnceItWasCounted) {
  const Scene scene = sending(1);
  static_cast<void>(sent_one(scene));
  ASSERT_TRUE(pool().run({.sql = "UPDATE alert_batches SET changes = 0, counted = 0, state = 0, settled_at = NULL",
                          .effect = db::Effect::writes,
                          .plan = db::Plan::fresh}));
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1}));
  EXPECT_EQ(alerts().report(scene.alert, {})->deliveries.items.size(), 1U);
}

// A cell that died is replaced when somebody decides so.
TEST_P(RemoteStore, WhatWasSettledShortlyBeforeTheFormerCellsLastSignOfLifeIsGoneThroughOnceMore) {
  const Scene scene = sending(1);
  static_cast<void>(sent_one(scene));
  change("UPDATE alert_batches SET settled_at = now() - interval '30 minutes'");
  change("UPDATE authority SET active_at = now() - interval '20 minutes'");
  take_over();
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(number("SELECT count(*) FROM alert_batches WHERE state = 0 AND dirty"), 1);
}

TEST_P(RemoteStore, ATakeoverIsLookedAfterOnce) {
  const Scene scene = sending(1);
  static_cast<void>(sent_one(scene));
  take_over();
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(number("SELECT late_opened_epoch FROM authority"), number("SELECT epoch FROM authority"));
  EXPECT_TRUE(recount(scene.alert));
}

TEST_P(RemoteStore, WhatCannotBeOpenedKeepsNothingElseWaiting) {
  const Scene scene = sending(1);
  static_cast<void>(sent_one(scene));
  change("UPDATE alerts SET status = 1, ended_at = NULL");
  change("ALTER TABLE authority RENAME late_opened_epoch TO gone");
  EXPECT_FALSE(batches().finish_stalled(1h, 10)) << "to be logged";
  EXPECT_EQ(alerts().get(scene.alert)->status, AlertStatus::completed);
}

TEST_P(RemoteStore, ACellThatIsToldToFollowItselfOpensNothing) {
  store::Authority authority(pool());
  const auto first = authority.take_if_unset("here");
  ASSERT_TRUE(first);
  const Scene scene = sending(1);
  static_cast<void>(sent_one(scene));
  const auto told = authority.tell("here", first->epoch, first->epoch + 1);
  ASSERT_TRUE(told);
  EXPECT_GT(told->epoch, first->epoch);
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(number("SELECT count(*) FROM alert_batches WHERE state = 0"), 0);
}

TEST_P(RemoteStore, WhatAToldCellFindsOfAnotherIsOpened) {
  store::Authority authority(pool());
  const auto first = authority.take_if_unset("here");
  ASSERT_TRUE(first);
  const Scene scene = sending(1);
  static_cast<void>(sent_one(scene));
  change("UPDATE alert_batches SET settled_at = now() - interval '30 minutes'");
  change("UPDATE authority SET active_at = now() - interval '20 minutes'");
  ASSERT_TRUE(authority.tell("there", first->epoch, first->epoch));
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(number("SELECT count(*) FROM alert_batches WHERE state = 0"), 1);
}

TEST_P(RemoteStore, WhatWasSettledLongBeforeATakeoverIsLeftAlone) {
  const Scene scene = sending(1);
  static_cast<void>(sent_one(scene));
  ASSERT_TRUE(pool().run(
      {.sql = "UPDATE alert_batches SET settled_at = now() - interval '1 hour'", .effect = db::Effect::writes, .plan = db::Plan::fresh}));
  take_over();
  ASSERT_TRUE(batches().finish_stalled(1h, 10));
  EXPECT_EQ(number("SELECT count(*) FROM alert_batches WHERE state = 0"), 0);
}

}  // namespace
}  // namespace bizcomms::contract

// What every BatchStore must do with alerts and batches that fail by their own fault, and with those that are to go on after all.
#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

TEST_P(BatchStoreContract, TheThirdBlameFailsWhatIsOpen) {
  const Scene scene = sending(3);
  const Intent first = intent(delivery_id(scene, 0));
  const Intent second = intent(delivery_id(scene, 1));
  begin(first);
  begin(second);
  record(sent(first, "SM1"));
  record(ended(second, Outcome::Kind::retry, 1h));
  for (int i = 0; i < 2; ++i) { ASSERT_TRUE(batches().blame(scene.alert, 1, "It broke.")); }
  EXPECT_FALSE(recount(scene.alert));
  ASSERT_TRUE(batches().blame(scene.alert, 1, "It broke."));
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .failed = 2}));
  EXPECT_EQ(seen(second.id).reason, "It broke.");
  EXPECT_EQ(status(scene.alert), AlertStatus::completed);
  EXPECT_EQ(begin(intent(delivery_id(scene, 2))).verdict, BeginVerdict::taken);
}

TEST_P(BatchStoreContract, AnAlertFailsOnlyBeforeItHasBatches) {
  const AlertId queued = add_alert().id;
  ASSERT_TRUE(batches().fail(queued, "It cannot be expanded."));
  EXPECT_EQ(status(queued), AlertStatus::failed);
  EXPECT_EQ(alerts().get(queued)->reason, "It cannot be expanded.");
  EXPECT_TRUE(alerts().get(queued)->ended_at);
  const Scene scene = sending(1);
  EXPECT_EQ(batches().fail(scene.alert, "Too late.").error().code, ErrorCode::conflict);
  EXPECT_EQ(status(scene.alert), AlertStatus::sending);
  EXPECT_EQ(batches().fail(alert_id(), "Nobody.").error().code, ErrorCode::not_found);
}

TEST_P(BatchStoreContract, ReopensWhatBlameFailedAndNothingElse) {
  const Scene scene = sending(4);
  const Intent taken = intent(delivery_id(scene, 0));
  const Intent waiting = intent(delivery_id(scene, 1));
  const Intent refused = intent(delivery_id(scene, 2));
  for (const Intent& each : {taken, waiting, refused}) { begin(each); }
  record(sent(taken, "SM1"));
  record(ended(waiting, Outcome::Kind::retry, 1h));
  record(ended(refused, Outcome::Kind::failed));
  for (int i = 0; i < 3; ++i) { ASSERT_TRUE(batches().blame(scene.alert, 1, "It broke.")); }
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .failed = 3}));
  ASSERT_TRUE(batches().reopen(scene.alert, 0, "It broke. (In half.)"));
  EXPECT_EQ(status(scene.alert), AlertStatus::sending);
  EXPECT_FALSE(recount(scene.alert));
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .failed = 1, .pending = 2}));
  EXPECT_EQ(begin(again(waiting.id, waiting.token)).verdict, BeginVerdict::begun);
  EXPECT_EQ(begin(intent(delivery_id(scene, 3))).verdict, BeginVerdict::begun);
  EXPECT_EQ(begin(intent(delivery_id(scene, 2))).verdict, BeginVerdict::taken);
  ASSERT_TRUE(batches().reopen(scene.alert, 1, "It broke."));  // it is open already
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .failed = 1, .pending = 2}));
}

TEST_P(BatchStoreContract, ReopensAnAlertThatCouldNotBeExpanded) {
  const AlertId failed = add_alert().id;
  ASSERT_TRUE(batches().fail(failed, "It cannot be expanded."));
  ASSERT_TRUE(batches().reopen(failed, 0, "It cannot be expanded."));
  EXPECT_EQ(status(failed), AlertStatus::queued);
  EXPECT_EQ(alerts().get(failed)->reason, "");
  EXPECT_FALSE(alerts().get(failed)->ended_at);
  EXPECT_TRUE(batches().expand(failed, 500));
  ASSERT_TRUE(batches().reopen(alert_id(), 0, "Nobody."));
}

TEST_P(BatchStoreContract, ReopensNothingThatWasCancelledOrCameToItsEnd) {
  const AlertId cancelled = add_alert().id;
  ASSERT_TRUE(alerts().cancel(cancelled));
  ASSERT_TRUE(batches().reopen(cancelled, 0, "It broke."));
  EXPECT_EQ(status(cancelled), AlertStatus::cancelled);
  const Scene scene = sending(1);
  send_all(scene);
  recount(scene.alert);
  ASSERT_TRUE(batches().reopen(scene.alert, 1, "It broke."));
  EXPECT_EQ(status(scene.alert), AlertStatus::completed);
}

}  // namespace bizcomms::contract

// Batches beyond their sending: those whose deliveries' end nobody has told, those that are given up, those that stall.
#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

using Keys = std::vector<std::pair<AlertId, std::int32_t>>;

TEST_P(BatchStoreContract, GivesOutAnUnfinishedBatchOnceForEachEntryOfTheSchedule) {
  const Scene scene = sending(2);
  const std::vector<Millis> now_and_later{0ms, 1h};
  EXPECT_TRUE(batches().take_unfinished(now_and_later, 10)->empty()) << "it is open";
  send_all(scene);
  ASSERT_TRUE(recount(scene.alert));
  EXPECT_EQ(*batches().take_unfinished(now_and_later, 10), (Keys{{scene.alert, 1}}));
  EXPECT_TRUE(batches().take_unfinished(now_and_later, 10)->empty());
  const std::vector<Millis> both_passed{0ms, 0ms};
  EXPECT_EQ(batches().take_unfinished(both_passed, 10)->size(), 1U);
  EXPECT_TRUE(batches().take_unfinished(both_passed, 10)->empty());
  EXPECT_TRUE(batches().take_unfinished({}, 10)->empty());
}

TEST_P(BatchStoreContract, EntriesThatPassedTogetherCountAsOne) {
  const Scene scene = sending(1);
  send_all(scene);
  recount(scene.alert);
  const std::vector<Millis> passed{0ms, 0ms, 0ms};
  EXPECT_EQ(batches().take_unfinished(passed, 10)->size(), 1U);
  EXPECT_TRUE(batches().take_unfinished(passed, 10)->empty());
}

TEST_P(BatchStoreContract, ABatchOfWhichEveryEndIsKnownIsNotGivenOut) {
  const Scene scene = sending(2);
  std::vector<Intent> intents;
  for (std::size_t i = 0; i < 2; ++i) {
    intents.push_back(intent(delivery_id(scene, i)));
    begin(intents.back());
    record(sent(intents.back(), "SM" + std::to_string(i)));
  }
  merge(report(intents[0], "SM0", ReportKind::delivered, 4));
  ASSERT_TRUE(recount(scene.alert));
  const std::vector<Millis> now{0ms};
  EXPECT_EQ(batches().take_unfinished(now, 10)->size(), 1U) << "one of two";
  merge(report(intents[1], "SM1", ReportKind::failed, 4));
  recount(scene.alert);
  const std::vector<Millis> again{0ms, 0ms};
  EXPECT_TRUE(batches().take_unfinished(again, 10)->empty());
}

TEST_P(BatchStoreContract, GivesOutAsManyUnfinishedBatchesAsAskedAndEachToOne) {
  const Scene scene = sending(6, DeliveryMethod::sms, 1);
  for (std::int32_t batch = 1; batch <= 6; ++batch) {
    const Intent one = intent(delivery_id(scene, static_cast<std::size_t>(batch) - 1, batch));
    begin(one);
    record(sent(one, "SM" + std::to_string(batch)));
    ASSERT_TRUE(recount(scene.alert, batch));
  }
  const std::vector<Millis> now{0ms};
  EXPECT_EQ(batches().take_unfinished(now, 2)->size(), 2U);
  std::atomic<int> taken{0};
  at_once(4, [&](int) {
    for (int i = 0; i < 10; ++i) { taken += static_cast<int>(batches().take_unfinished(now, 1)->size()); }
  });
  EXPECT_EQ(taken, 4);
}

TEST_P(BatchStoreContract, WhatIsGivenUpFailsWithTheReasonAndTheRestStays) {
  const Scene scene = sending(4);
  const Intent done = intent(delivery_id(scene, 0));
  const Intent waits = intent(delivery_id(scene, 1));
  const Intent open = intent(delivery_id(scene, 2));
  for (const Intent& one : {done, waits, open}) { begin(one); }
  record(sent(done, "SM1"));
  record(ended(waits, Outcome::Kind::retry, 1h));
  record(ended(open, Outcome::Kind::unknown, 1h));
  ASSERT_TRUE(batches().give_up(scene.alert, 1, "Too late."));
  EXPECT_FALSE(recount(scene.alert)) << "one may have been taken";
  EXPECT_EQ(counts(scene.alert).deliveries, (Counts{.sent = 1, .failed = 2, .pending = 1}));
  EXPECT_EQ(seen(waits.id).reason, "Too late.");
  EXPECT_EQ(seen(delivery_id(scene, 3)).reason, "Too late.");
  record(found(open, "SM2"));
  EXPECT_TRUE(recount(scene.alert));
  EXPECT_EQ(status(scene.alert), AlertStatus::completed);
}

TEST_P(BatchStoreContract, WhatIsHeldHasNotStalled) {
  const Scene scene = sending(2, DeliveryMethod::sms, 1);
  relayed();
  pass(30ms);
  const Keys held{{scene.alert, 2}};
  ASSERT_TRUE(batches().note_held(held));
  EXPECT_EQ(*batches().redrive_stalled(Lane::standard, 20ms, 10), 1);
  const auto driven = relayed();
  ASSERT_EQ(driven.size(), 1U);
  EXPECT_EQ(driven[0].batch, 1);
  EXPECT_TRUE(batches().note_held({}));
}

TEST_P(BatchStoreContract, RedrivesOneLane) {
  AlertDraft urgent = draft();
  urgent.priority = Priority::critical;
  const AlertId id = add_alert(urgent).id;
  add_alert();
  relayed();
  pass(30ms);
  EXPECT_EQ(*batches().redrive_stalled(Lane::urgent, 20ms, 10), 1);
  const auto driven = relayed();
  ASSERT_EQ(driven.size(), 1U);
  EXPECT_EQ(driven[0].alert, id);
}

}  // namespace bizcomms::contract

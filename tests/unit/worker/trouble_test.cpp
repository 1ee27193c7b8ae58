// Our settings refused, messages that cannot be handled, work that stalls: nothing is lost, nobody fails for it.
#include <gtest/gtest.h>

#include <set>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

using alert::AlertStatus;
using alert::DeliveryStatus;

double value_of(Rig& rig, const char* name) { return rig.metrics.counter(name, "").value(); }

TEST(Trouble, OurOwnFaultStopsTheSenderAndFailsNobody) {
  Rig rig(quick_settings(), {"+15550000001", "+15550000002"});
  rig.add_recipients(40);
  std::atomic<bool> wrong{true};
  rig.sender.script_all([&](const alert::Dispatch& dispatch) -> Result<alert::ProviderId> {
    if (wrong && dispatch.sender == "+15550000002") { return Error{.code = ErrorCode::misconfigured, .message = "Not our number."}; }
    return rig.sender.fresh_sid(dispatch.id.channel);
  });
  const auto id = rig.post();
  rig.relay();
  Worker& worker = rig.start();
  ASSERT_TRUE(eventually([&] { return worker.condition().senders_stopped == 1; }));
  EXPECT_TRUE(worker.condition().provider_up);
  ASSERT_TRUE(eventually([&] { return rig.report(id).counts.deliveries.sent > 0; }));
  EXPECT_GE(value_of(rig, "bizcomms_provider_misconfigured_total"), 1);
  wrong = false;
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(2s);
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 40);
  EXPECT_EQ(rig.report(id).counts.deliveries.failed, 0);
  EXPECT_EQ(worker.condition().senders_stopped, 0);
  for (const auto& delivery : rig.report(id).deliveries.items) { EXPECT_EQ(delivery.attempts, 1); }
}

TEST(Trouble, AQueueThatIsSlowToTellItsDepthHoldsNothingUp) {
  Rig rig;
  rig.add_recipients(3);
  std::atomic<int> refused{3};
  rig.sender.script_all([&](const alert::Dispatch& dispatch) -> Result<alert::ProviderId> {
    if (refused.fetch_sub(1) > 0) { return Error{.code = ErrorCode::rate_limited, .message = "Slower."}; }
    return rig.sender.fresh_sid(dispatch.id.channel);
  });
  rig.queue.hold_depths(true);
  const auto id = rig.post();
  rig.relay();
  rig.start();
  EXPECT_TRUE(eventually([&] {  // by retries, which the sweeper drives
    rig.clock.advance(1s);
    return rig.status(id) == AlertStatus::completed;
  }));
  rig.queue.hold_depths(false);
}

TEST(Trouble, ThrottlingLowersTheRequestsInFlight) {
  Settings settings = quick_settings();
  settings.in_flight_max = 32;
  Rig rig(settings);
  rig.add_recipients(100);
  std::atomic<int> throttled{3};
  rig.sender.script_all([&](const alert::Dispatch& dispatch) -> Result<alert::ProviderId> {
    if (throttled.fetch_sub(1) > 0) { return Error{.code = ErrorCode::rate_limited, .message = "Slower."}; }
    return rig.sender.fresh_sid(dispatch.id.channel);
  });
  const auto id = rig.post();
  rig.relay();
  Worker& worker = rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_LT(worker.condition().in_flight_limit, 32);
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 100);
}

// A ledger in which one alert's rows cannot be written, by a defect.
class DefectiveLedger final : public alert::DeliveryLedger {
public:
  explicit DefectiveLedger(alert::DeliveryLedger& sound) : m_sound(sound) {}
  void poison(alert::AlertId id) {
    const std::scoped_lock lock(m_mutex);
    m_poisoned.insert(id);
  }
  void miss_one() { m_missing = true; }  // the first of the next group

  Result<std::vector<alert::BeginAnswer>> begin(std::span<const alert::Intent> intents) override {
    if (any_poisoned(intents)) { return Error{.code = ErrorCode::internal, .message = "A defect."}; }
    auto answers = m_sound.begin(intents.subspan(m_missing.exchange(false) ? 1 : 0));
    if (answers && answers->size() < intents.size()) { answers->insert(answers->begin(), missed()); }
    return answers;
  }
  Result<std::vector<alert::RecordVerdict>> record(std::span<const alert::Outcome> outcomes) override {
    if (any_poisoned(outcomes)) { return Error{.code = ErrorCode::internal, .message = "A defect."}; }
    return m_sound.record(outcomes);
  }
  Result<std::vector<bool>> merge(std::span<const alert::Report> reports) override { return m_sound.merge(reports); }
  Result<std::vector<alert::Delivery>> of_batch(alert::AlertId alert, std::int32_t batch) override {
    return m_sound.of_batch(alert, batch);
  }
  Result<Expiry> expire_leases(alert::AlertId alert, std::int32_t batch) override { return m_sound.expire_leases(alert, batch); }
  Result<std::vector<alert::DueDelivery>> due(int limit, Millis hidden_for) override { return m_sound.due(limit, hidden_for); }
  Result<std::vector<bool>> contested(std::span<const std::pair<alert::DeliveryId, Time>> calls) override {
    return m_sound.contested(calls);
  }
  Result<std::vector<bool>> claimed(std::span<const alert::ProviderId> sids) override { return m_sound.claimed(sids); }
  Result<std::vector<bool>> absolve(std::span<const std::pair<alert::DeliveryId, alert::AttemptToken>> absent) override {
    return m_sound.absolve(absent);
  }

private:
  static alert::BeginAnswer missed() {
    return {.verdict = alert::BeginVerdict::failed, .error = Error{.code = ErrorCode::unavailable, .message = "Too busy."}};
  }
  template <class Element>
  bool any_poisoned(std::span<const Element> elements) {
    const std::scoped_lock lock(m_mutex);
    return std::any_of(elements.begin(), elements.end(), [&](const Element& each) { return m_poisoned.contains(each.id.alert); });
  }
  alert::DeliveryLedger& m_sound;
  std::atomic<bool> m_missing = false;
  std::mutex m_mutex;  // guards m_poisoned
  std::set<alert::AlertId> m_poisoned;
};

TEST(Trouble, AMessageThatCannotBeHandledFailsAloneAndOnlyAtTheThirdTime) {
  Rig rig;
  DefectiveLedger ledger(rig.store);
  rig.add_recipients(2);
  const auto poisoned = rig.post();
  const auto sound = rig.post();
  ledger.poison(poisoned);
  rig.relay();
  rig.worker =
      std::make_unique<Worker>(rig.settings, Ports{rig.store, rig.store, rig.store, rig.queue, ledger, rig.sender, rig.lookup, rig.permits},
                               rig.log, rig.metrics, rig.clock);
  rig.worker->start();
  ASSERT_TRUE(rig.completes(sound));
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(10ms);
    return rig.status(poisoned) == AlertStatus::completed;
  }));
  const auto report = rig.report(poisoned);
  EXPECT_EQ(report.counts.deliveries.failed, 2);
  EXPECT_EQ(report.deliveries.items.front().visible.reason, "A defect.");
  EXPECT_EQ(rig.sender.dispatches().size(), 2U);
  EXPECT_GE(value_of(rig, "bizcomms_queue_poisoned_total"), 3);
}

TEST(Trouble, WhatOfAGroupCouldNotBeBegunIsBegunSoonAfter) {
  Rig rig;
  DefectiveLedger ledger(rig.store);
  rig.add_recipients(5);
  const auto id = rig.post();
  ledger.miss_one();
  rig.relay();
  rig.worker =
      std::make_unique<Worker>(rig.settings, Ports{rig.store, rig.store, rig.store, rig.queue, ledger, rig.sender, rig.lookup, rig.permits},
                               rig.log, rig.metrics, rig.clock);
  rig.worker->start();
  const auto started_at = rig.clock.steady();
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(2ms);
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_LT(rig.clock.steady() - started_at, rig.settings.queue.visibility) << "it did not wait for its message to come again";
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 5);
  EXPECT_EQ(rig.sender.dispatches().size(), 5U);
}

TEST(Trouble, AnOutcomeThatCannotBeRecordedTakesNoOtherWithIt) {
  Rig rig;
  DefectiveLedger ledger(rig.store);
  rig.add_recipients(1);
  const auto poisoned = rig.post();
  const auto sound = rig.post();
  rig.relay();
  rig.sender.hold();
  rig.worker =
      std::make_unique<Worker>(rig.settings, Ports{rig.store, rig.store, rig.store, rig.queue, ledger, rig.sender, rig.lookup, rig.permits},
                               rig.log, rig.metrics, rig.clock);
  rig.worker->start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(2, 20s));
  ledger.poison(poisoned);
  rig.sender.release();
  ASSERT_TRUE(rig.completes(sound));
  EXPECT_EQ(rig.only_delivery(poisoned), DeliveryStatus::sending);
  EXPECT_EQ(rig.waiting(alert::Lane::standard), 1) << "its message comes again when the lease has ended";
}

TEST(Trouble, AnAlertThatStalledIsPublishedAgain) {
  Rig rig;
  rig.add_recipients(3);
  const auto id = rig.post();
  ASSERT_TRUE(rig.store.relay(10, [](std::span<const alert::Event> events) {  // to a queue that lost it
    return Result<std::vector<bool>>(std::vector<bool>(events.size(), true));
  }));
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(10s);
    rig.relay();
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_EQ(rig.sender.dispatches().size(), 3U);
}

TEST(Trouble, WhatComesTooLateForAnybodyFailsAndItsAlertEnds) {
  Settings settings = quick_settings();
  settings.alert_age_max = 1h;
  Rig rig(settings);
  rig.add_recipients(2);
  const auto waits = rig.post();
  rig.relay();
  rig.sender.script(Rig::number(1), Error{.code = ErrorCode::rate_limited, .message = "Slower.", .retry_after = 1h});
  rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(2, 20s));
  ASSERT_TRUE(rig.queue_empties());
  const auto unread = rig.post();  // its event comes later than it should
  rig.clock.advance(2h);
  ASSERT_TRUE(rig.completes(waits));
  ASSERT_TRUE(rig.completes(unread));
  EXPECT_EQ(rig.report(waits).counts.deliveries, (alert::Counts{.sent = 1, .failed = 1}));
  EXPECT_EQ(rig.report(unread).counts.deliveries, (alert::Counts{.failed = 2}));
  EXPECT_EQ(rig.report(unread).deliveries.items.front().visible.reason, "Not delivered within 1 h of the alert.");
  EXPECT_EQ(rig.sender.dispatches().size(), 2U);
}

TEST(Trouble, ASecondEventOfAnAlertSendsNothingTwice) {
  Rig rig;
  rig.add_recipients(10);
  const auto id = rig.post();
  rig.relay();
  const alert::Event again{.kind = alert::EventKind::alert_created, .alert = id, .lane = alert::Lane::standard};
  for (int i = 0; i < 5; ++i) { ASSERT_TRUE(rig.queue.publish(std::span(&again, 1))); }
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    return rig.waiting(alert::Lane::standard) == 0;
  }));
  EXPECT_EQ(rig.sender.dispatches().size(), 10U);
}

TEST(Trouble, AnEventOfAnUnknownAlertIsAcked) {
  Rig rig;
  const alert::Event event{.kind = alert::EventKind::batch_ready, .alert = rig.ids.next<alert::AlertId>(), .batch = 7};
  ASSERT_TRUE(rig.queue.publish(std::span(&event, 1)));
  rig.start();
  EXPECT_TRUE(rig.queue_empties());
}

TEST(Trouble, AnEventOfAnUnknownKindBecomesADeadLetterAndFailsNoAlert) {
  Rig rig;
  const auto id = rig.post();
  const alert::Event event{.kind = static_cast<alert::EventKind>(256), .alert = id};  // its last byte is that of a kind we know
  ASSERT_TRUE(rig.queue.publish(std::span(&event, 1)));
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    return rig.queue.dead_letters(10, "")->size() == 1;
  }));
  const auto letter = rig.queue.dead_letters(10, "")->front();
  EXPECT_EQ(letter.event, event);
  EXPECT_EQ(letter.receives, 3);
  EXPECT_EQ(letter.reason, "Events of kind 256 are not known to this version.");
  EXPECT_EQ(rig.status(id), AlertStatus::queued);
}

TEST(Trouble, SendersKeepToTheirRate) {
  Rig rig(quick_settings(), {"+15550000001"}, {.segments_per_second = {{"+15550000001", 2}}});
  rig.add_recipients(6);
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(2, 20s));
  EXPECT_FALSE(rig.sender.wait_for_dispatches(3, 100ms));
  rig.clock.advance(1s);
  ASSERT_TRUE(rig.sender.wait_for_dispatches(4, 20s));
  rig.clock.advance(1s);
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.sender.dispatches().size(), 6U);
}

}  // namespace
}  // namespace bizcomms::worker

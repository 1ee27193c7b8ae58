#include "bizcomms/worker/worker.hpp"

#include <gtest/gtest.h>

#include <map>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

using alert::AlertStatus;
using alert::DeliveryStatus;
using alert::Lane;
using alert::Priority;

std::map<std::string, int> sends_by_number(const test::ScriptedSender& sender) {
  std::map<std::string, int> sends;
  for (const auto& dispatch : sender.dispatches()) { ++sends[dispatch.to]; }
  return sends;
}

TEST(Worker, SendsToEachRecipientOnceAndCompletesTheAlert) {
  Rig rig;
  rig.add_recipients(42);
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 42);
  EXPECT_EQ(sends_by_number(rig.sender).size(), 42U);
  EXPECT_EQ(rig.sender.dispatches().size(), 42U);
  EXPECT_TRUE(rig.queue_empties());
}

TEST(Worker, CutsALargeAlertIntoBatchesAndHoldsOnlyAFew) {
  Settings settings = quick_settings();
  settings.batch_size = 10;
  settings.rows_in_hand_max = 20;
  settings.receivers = 1;
  Rig rig(settings);
  rig.add_recipients(205);
  const auto id = rig.post();
  rig.relay();
  rig.sender.hold();
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.relay();
    return rig.sender.dispatches().size() >= 10;
  }));
  // What is in hand never grows beyond its bound and one batch more, however long the provider takes.
  ASSERT_FALSE(rig.sender.wait_for_dispatches(31, 100ms));
  rig.sender.release();
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 205);
  EXPECT_EQ(rig.sender.dispatches().size(), 205U);
}

TEST(Worker, ReachesARecipientOnBothChannels) {
  Rig rig;
  rig.add_recipients(1, {.sms_enabled = true, .voice_enabled = true});
  rig.add_recipients(1, {.sms_enabled = true, .voice_enabled = false});
  const auto id = rig.post(Priority::normal, alert::DeliveryMethod::both);
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.sender.dispatches_to(Rig::number(1)).size(), 2U);
  EXPECT_EQ(rig.sender.dispatches_to(Rig::number(2)).size(), 1U);
}

TEST(Worker, LetsUrgentAlertsPassALargeStandardOne) {
  Settings settings = quick_settings();
  settings.in_flight_max = 16;
  settings.batch_size = 50;
  settings.rows_in_hand_max = 100;
  Rig rig(settings);
  rig.add_recipients(200);
  rig.post(Priority::low);
  rig.relay();
  rig.sender.hold();
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.relay();
    return rig.sender.dispatches().size() >= 14;
  }));
  const auto urgent = rig.post(Priority::critical);
  rig.relay();
  // The standard alert holds all it may of the places in flight; some are kept for urgent ones.
  ASSERT_TRUE(eventually([&] {
    rig.relay();
    return rig.sender.dispatches().size() == 16;
  }));
  const auto sent = rig.sender.dispatches();
  EXPECT_EQ(sent.back().id.alert, urgent);
  rig.sender.release();
  ASSERT_TRUE(rig.completes(urgent));
}

TEST(Worker, KeepsToTheNumberARecipientKnows) {
  Rig rig(quick_settings(), {"+15550000001", "+15550000002", "+15550000003"});
  rig.add_recipients(60);
  const auto first = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.completes(first));
  const auto second = rig.post();
  rig.relay();
  ASSERT_TRUE(rig.completes(second));
  std::map<std::string, int> used;
  for (int i = 1; i <= 60; ++i) {
    const auto sent = rig.sender.dispatches_to(Rig::number(i));
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].sender, sent[1].sender);
    ++used[sent[0].sender];
  }
  EXPECT_EQ(used.size(), 3U);
}

TEST(Worker, RetriesWhatWasSurelyNotTaken) {
  Rig rig;
  rig.add_recipients(1);
  rig.sender.script(Rig::number(1), Error{.code = ErrorCode::unavailable, .message = "No connection."});
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(1, 20s));
  ASSERT_TRUE(rig.queue_empties());  // nothing waits inside a message
  EXPECT_EQ(rig.status(id), AlertStatus::sending);
  rig.clock.advance(5min);
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.sender.dispatches().size(), 2U);
  EXPECT_EQ(rig.report(id).deliveries.items.front().attempts, 1);  // nothing had left us
}

TEST(Worker, CountsRefusalsSoThatThePausesGrow) {
  Rig rig;
  rig.add_recipients(1);
  rig.sender.script_all([](const alert::Dispatch&) { return Error{.code = ErrorCode::rate_limited, .message = "Too many."}; });
  const auto id = rig.post();
  rig.relay();
  rig.start();
  for (int refusals = 1; refusals <= 5; ++refusals) {
    ASSERT_TRUE(eventually([&] {
      const auto rows = static_cast<alert::DeliveryLedger&>(rig.store).of_batch(id, 1);
      return rows && rows->size() == 1 && rows->front().attempt.state == alert::AttemptState::retry &&
             rows->front().attempt.looks == refusals;
    })) << refusals;
    rig.clock.advance(10min);
  }
}

TEST(Worker, ThrottlingUsesUpNoAttempt) {
  Rig rig;
  rig.add_recipients(1);
  for (int i = 0; i < 8; ++i) { rig.sender.script(Rig::number(1), Error{.code = ErrorCode::rate_limited, .message = "Too many."}); }
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(10s);
    return rig.sender.dispatches().size() == 9;
  }));
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.report(id).deliveries.items.front().attempts, 1);
}

TEST(Worker, KeepsAnOptOutThatTheProviderTellsOf) {
  Rig rig;
  rig.add_recipients(1);
  rig.sender.script(Rig::number(1), Error{.code = ErrorCode::rejected, .message = "Opted out.", .provider_code = 21610});
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  const auto delivery = rig.report(id).deliveries.items.front();
  EXPECT_EQ(delivery.visible.status, DeliveryStatus::failed);
  EXPECT_EQ(delivery.visible.error_code, 21610);
  const auto recipient = static_cast<alert::RecipientStore&>(rig.store).get(delivery.id.recipient);
  ASSERT_TRUE(recipient);
  ASSERT_TRUE(recipient->opted_out);
  EXPECT_EQ(recipient->opted_out->by, "21610");
}

TEST(Worker, SendsNothingMoreOfACancelledAlert) {
  Settings settings = quick_settings();
  settings.in_flight_max = 4;
  Rig rig(settings);
  rig.add_recipients(40);
  const auto id = rig.post();
  rig.relay();
  rig.sender.hold();
  rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(4, 20s));
  ASSERT_TRUE(rig.store.cancel(id));
  rig.sender.release();
  ASSERT_TRUE(rig.queue_empties());
  const auto counted = [&] { return rig.report(id).counts.deliveries; };
  ASSERT_TRUE(eventually([&] { return counted().cancelled == 36; }))
      << counted().sent << " sent, " << counted().pending << " pending, " << counted().failed << " failed, " << counted().cancelled
      << " cancelled";
  EXPECT_EQ(rig.sender.dispatches().size(), 4U);
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 4);
}

TEST(Worker, DrainsWhatIsInFlightAndGivesBackTheRest) {
  Settings settings = quick_settings();
  settings.in_flight_max = 8;
  settings.batch_size = 50;
  settings.rows_in_hand_max = 100;
  Rig rig(settings);
  rig.add_recipients(200);
  const auto id = rig.post();
  rig.relay();
  rig.sender.hold();
  Worker& worker = rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.relay();
    return rig.sender.dispatches().size() >= 7;
  }));
  std::jthread drainer([&] { EXPECT_TRUE(worker.drain(20s)); });
  ASSERT_TRUE(eventually([&] { return !worker.condition().receiving; }));
  rig.sender.release();
  drainer.join();
  const auto sent = rig.sender.dispatches().size();
  EXPECT_LE(sent, 8U);
  EXPECT_EQ(rig.store.report(id, {.limit = 200, .status = DeliveryStatus::sent})->deliveries.items.size(), sent);
  rig.worker.reset();
  // Given back, not left to their visibility timeout: they are there at once, and their receives start at nought.
  const auto left = rig.queue.receive(Lane::standard, 10, 0ms, {});
  ASSERT_TRUE(left);
  ASSERT_FALSE(left->empty());
  for (const auto& message : *left) {
    EXPECT_EQ(message.receives, 1);
    ASSERT_TRUE(rig.queue.release(message.receipt, 0ms, ""));
  }
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.sender.dispatches().size(), 200U);
}

TEST(Worker, SaysWhenTheDrainCouldNotFinish) {
  Rig rig;
  rig.add_recipients(1);
  rig.post();
  rig.relay();
  rig.sender.hold();
  Worker& worker = rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(1, 20s));
  EXPECT_FALSE(worker.drain(20ms));
  rig.crash();
}

TEST(Worker, WaitsForADatabaseThatIsDownAndLosesNothing) {
  Rig rig;
  rig.add_recipients(30);
  const auto id = rig.post();
  rig.relay();
  rig.store.set_down(true);
  Worker& worker = rig.start();
  ASSERT_TRUE(eventually([&] { return !worker.condition().database_up; }));
  EXPECT_TRUE(rig.sender.dispatches().empty());
  rig.store.set_down(false);
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(10ms);
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_EQ(rig.sender.dispatches().size(), 30U);
  EXPECT_TRUE(rig.queue.dead_letters(10, "")->empty());
  EXPECT_TRUE(worker.condition().database_up);
}

TEST(Worker, RecordsAnswersThatCameWhileTheDatabaseWasDown) {
  Rig rig;
  rig.add_recipients(5);
  const auto id = rig.post();
  rig.relay();
  rig.sender.hold();
  Worker& worker = rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(5, 20s));
  rig.store.set_down(true);
  rig.sender.release();
  ASSERT_TRUE(eventually([&] { return !worker.condition().database_up; }));
  rig.store.set_down(false);
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 5);
  EXPECT_EQ(rig.sender.dispatches().size(), 5U);
}

TEST(Worker, ExtendsTheVisibilityOfWhatItHasInHand) {
  Rig rig;
  rig.add_recipients(1);
  const auto id = rig.post();
  rig.relay();
  rig.sender.hold();
  rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(1, 20s));
  for (int i = 0; i < 3; ++i) {
    rig.clock.advance(16s);
    sleep_for({}, 30ms);  // several rounds of the extender; too few would show as a message that others can receive
    const auto others = rig.queue.receive(Lane::standard, 1, 0ms, {});
    ASSERT_TRUE(others);
    EXPECT_TRUE(others->empty());
  }
  rig.sender.release();
  ASSERT_TRUE(rig.completes(id));
}

TEST(Worker, CallsTheHandlerOfAFailpoint) {
  std::atomic<int> hits{0};
  Settings settings = quick_settings();
  settings.failpoints = "after_request:kill,before_ack:kill";
  settings.failpoint_act = [&](Failpoint) { ++hits; };
  Rig rig(settings);
  rig.add_recipients(1);
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  ASSERT_TRUE(rig.queue_empties());
  EXPECT_EQ(hits, 2);
}

TEST(Worker, LeavesNoOldFigureBehind) {
  Rig rig;
  const auto visible = [&]() -> Gauge& {
    return rig.metrics.gauge("bizcomms_queue_messages", "", {{"lane", "standard"}, {"state", "visible"}});
  };
  rig.start();
  visible().set(7);
  auto& breaker = rig.metrics.gauge("bizcomms_breaker_open", "");
  breaker.set(1);
  rig.worker.reset();
  EXPECT_EQ(visible().value(), 0);
  EXPECT_EQ(breaker.value(), 0);
}

}  // namespace
}  // namespace bizcomms::worker

// A worker dies at the worst moment; another one takes over. Each phone gets its message once.
#include <gtest/gtest.h>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

using alert::AlertStatus;
using alert::DeliveryStatus;

struct OnceOnly : testing::Test {
  Rig rig;
  alert::AlertId id{};

  // One message in flight, then the worker is gone. Whether the provider took it is the lookup's affair.
  void die_in_flight() {
    rig.add_recipients(1);
    id = rig.post();
    rig.relay();
    rig.sender.hold();
    rig.start();
    ASSERT_TRUE(rig.sender.wait_for_dispatches(1, 20s));
    rig.crash();
    ASSERT_EQ(rig.only_delivery(id), DeliveryStatus::sending);
  }
  alert::Candidate candidate(const std::string& sid, bool same_body) {
    return {.sid = sid, .same_body = same_body, .created_at = rig.clock.now()};
  }
  // Long enough for the lease, each look and the grace, bit by bit.
  void let_pass(Millis duration) {
    for (Millis passed{0}; passed < duration; passed += 10s) {
      rig.clock.advance(10s);
      sleep_for({}, 3ms);
    }
  }
};

TEST_F(OnceOnly, FindsTheMessageThatADeadWorkerSent) {
  ASSERT_NO_FATAL_FAILURE(die_in_flight());
  rig.lookup.find(Rig::number(1), {candidate("SM-dead", true)});
  rig.clock.advance(61s);
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  const auto delivery = rig.report(id).deliveries.items.front();
  EXPECT_EQ(delivery.visible.sid, "SM-dead");
  EXPECT_EQ(rig.sender.dispatches().size(), 1U);
}

TEST_F(OnceOnly, FindsItAlsoWhenTheListLags) {
  ASSERT_NO_FATAL_FAILURE(die_in_flight());
  const auto created = candidate("SM-late", true);
  rig.clock.advance(61s);
  rig.start();
  ASSERT_TRUE(eventually([&] { return !rig.lookup.questions().empty(); }));
  EXPECT_EQ(rig.only_delivery(id), DeliveryStatus::unknown);
  rig.lookup.find(Rig::number(1), {created});
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(10s);
    return rig.only_delivery(id) == DeliveryStatus::sent;
  }));
  EXPECT_EQ(rig.sender.dispatches().size(), 1U);
}

TEST_F(OnceOnly, SendsAgainOnlyWhenItWasSurelyNotTaken) {
  ASSERT_NO_FATAL_FAILURE(die_in_flight());
  const Time died = rig.clock.now();
  rig.clock.advance(61s);
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(5s);
    return rig.sender.dispatches().size() == 2;
  }));
  EXPECT_GT(rig.clock.now() - died, rig.settings.delivery.grace());
  EXPECT_GE(rig.lookup.questions().size(), 2U);
  ASSERT_TRUE(rig.completes(id));
}

TEST_F(OnceOnly, NeverSendsAgainWhenAForeignTextWentToThatNumber) {
  ASSERT_NO_FATAL_FAILURE(die_in_flight());
  rig.lookup.find(Rig::number(1), {candidate("SM-foreign", false)});
  rig.clock.advance(61s);
  rig.start();
  let_pass(20min);
  EXPECT_EQ(rig.only_delivery(id), DeliveryStatus::unknown);
  EXPECT_EQ(rig.sender.dispatches().size(), 1U);
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(30min);
    return rig.only_delivery(id) == DeliveryStatus::failed;
  }));
  EXPECT_EQ(rig.report(id).deliveries.items.front().visible.reason, "Outcome unknown, not sent again.");
  EXPECT_EQ(rig.sender.dispatches().size(), 1U);
}

TEST_F(OnceOnly, NeverSendsAgainWhileTheListsCannotTell) {
  ASSERT_NO_FATAL_FAILURE(die_in_flight());
  rig.lookup.cannot_tell(Rig::number(1), Error{.code = ErrorCode::misconfigured, .message = "Another account."});
  rig.clock.advance(61s);
  rig.start();
  let_pass(20min);
  EXPECT_EQ(rig.only_delivery(id), DeliveryStatus::unknown);
  EXPECT_EQ(rig.sender.dispatches().size(), 1U);
}

TEST_F(OnceOnly, LeavesToOthersWhatIsUnderTheirLease) {
  ASSERT_NO_FATAL_FAILURE(die_in_flight());
  rig.clock.advance(31s);  // the message is visible again, the lease still runs
  rig.start();
  ASSERT_TRUE(eventually([&] { return rig.metrics.counter("bizcomms_queue_given_back_total", "").value() > 0; }));
  EXPECT_EQ(rig.only_delivery(id), DeliveryStatus::sending);
  EXPECT_TRUE(rig.lookup.questions().empty());
  EXPECT_EQ(rig.waiting(alert::Lane::standard), 1);
}

TEST_F(OnceOnly, AReportThatCameMeanwhileSettlesIt) {
  ASSERT_NO_FATAL_FAILURE(die_in_flight());
  const auto dispatch = rig.sender.dispatches().front();
  const alert::Report report{.id = dispatch.id, .token = dispatch.token, .sid = "SM-told", .rank = 1, .at = rig.clock.now()};
  ASSERT_TRUE(rig.store.merge(std::span(&report, 1)));
  rig.clock.advance(61s);
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  EXPECT_TRUE(rig.lookup.questions().empty());
  EXPECT_EQ(rig.sender.dispatches().size(), 1U);
}

TEST_F(OnceOnly, LooksUpAnAnswerThatNeverCame) {
  rig.add_recipients(1);
  rig.sender.script(Rig::number(1), Error{.code = ErrorCode::outcome_unknown, .message = "No answer in time."});
  rig.lookup.find(Rig::number(1), {candidate("SM-silent", true)});
  id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_EQ(rig.report(id).deliveries.items.front().visible.sid, "SM-silent");
  EXPECT_EQ(rig.sender.dispatches().size(), 1U);
}

TEST_F(OnceOnly, TheProvidersAnswerOutranksAClaimByLookUp) {
  rig.add_recipients(2);
  rig.sender.script(Rig::number(1), Error{.code = ErrorCode::outcome_unknown, .message = "No answer in time."});
  rig.sender.script_all([](const alert::Dispatch&) { return alert::ProviderId("SM-one"); });
  rig.lookup.find(Rig::number(1), {candidate("SM-one", true)});
  id = rig.post();
  rig.relay();
  rig.settings.in_flight_max = 1;
  rig.start();
  // Both claim the one SID: it is the second's, whose request it answered; the first stays unknown.
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    return rig.store.report(id, {.status = DeliveryStatus::sent})->deliveries.items.size() == 1 &&
           rig.store.report(id, {.status = DeliveryStatus::unknown})->deliveries.items.size() == 1;
  }));
  EXPECT_EQ(rig.sender.dispatches().size(), 2U);
}

TEST_F(OnceOnly, FindsWhatADeadWorkerSentOfADueDeliveryThatNoMessageStandsFor) {
  rig.add_recipients(1);
  rig.sender.script(Rig::number(1), Error{.code = ErrorCode::unavailable, .message = "No connection."});
  id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(1, 20s));
  ASSERT_TRUE(rig.queue_empties());
  rig.sender.hold();
  rig.clock.advance(10s);
  ASSERT_TRUE(rig.sender.wait_for_dispatches(2, 20s));
  rig.crash();
  rig.lookup.find(Rig::number(1), {candidate("SM-second", true)});
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(5s);
    rig.relay();
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_EQ(rig.report(id).deliveries.items.front().visible.sid, "SM-second");
  EXPECT_EQ(rig.sender.dispatches().size(), 2U);
}

TEST_F(OnceOnly, FindsWhatTheCellBeforeSentOfAnAlertWithoutRows) {
  rig.add_recipients(1);
  id = rig.post();
  const Time created = rig.clock.now();
  rig.relay();
  rig.lookup.find(Rig::number(1), {candidate("SM-before", true)});
  rig.clock.advance(1h);
  rig.store.take_over();
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  EXPECT_EQ(rig.report(id).deliveries.items.front().visible.sid, "SM-before");
  EXPECT_TRUE(rig.sender.dispatches().empty());
  EXPECT_EQ(rig.lookup.questions().front().started_at, created);
}

TEST_F(OnceOnly, SendsWhatTheCellBeforeDidNotOnceThatIsSure) {
  rig.add_recipients(1);
  id = rig.post();
  rig.relay();
  rig.store.take_over();
  const Time taken_over = rig.clock.now();
  rig.start();
  ASSERT_TRUE(rig.queue_empties());  // it stands in the ledger: the message has done its part
  EXPECT_EQ(rig.only_delivery(id), DeliveryStatus::unknown);
  EXPECT_TRUE(rig.sender.dispatches().empty());
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(5s);
    return rig.sender.dispatches().size() == 1;
  }));
  EXPECT_GT(rig.clock.now() - taken_over, rig.settings.delivery.grace());
  EXPECT_GE(rig.lookup.questions().size(), 2U);
  EXPECT_EQ(rig.sender.dispatches().front().attempt, 1);
  ASSERT_TRUE(rig.completes(id));
}

TEST_F(OnceOnly, ManyDeathsInARowDoubleNothing) {
  rig.settings.batch_size = 20;
  rig.settings.rows_in_hand_max = 40;
  rig.settings.in_flight_max = 16;
  rig.add_recipients(100);
  std::map<std::string, std::vector<alert::Candidate>> taken;
  int serial = 0;
  // The provider takes every message, in the moment in which it is asked; its lists tell the truth at once.
  rig.sender.script_all([&](const alert::Dispatch& dispatch) {
    const std::string sid = fmt::format("SM{}", ++serial);
    taken[dispatch.to].push_back(candidate(sid, true));
    rig.lookup.find(dispatch.to, taken[dispatch.to]);
    return alert::ProviderId(sid);
  });
  id = rig.post();
  rig.relay();
  for (int death = 0; death < 6; ++death) {
    rig.start();
    const auto before = rig.sender.dispatches().size();
    eventually(
        [&] {
          rig.relay();
          return rig.sender.dispatches().size() > before;
        },
        200ms);
    rig.worker.reset();
    rig.clock.advance(61s);
  }
  rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.relay();
    rig.clock.advance(1s);
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 100);
  EXPECT_EQ(rig.sender.dispatches().size(), 100U);
}

}  // namespace
}  // namespace bizcomms::worker

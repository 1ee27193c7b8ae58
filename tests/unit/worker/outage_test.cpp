// The provider out: nothing is lost, nobody fails for it, and it is asked little.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

using alert::AlertStatus;

// For a provider that answers at once: all might have left before the breaker heard of the first.
void heard_of_it(Rig& rig) {
  EXPECT_TRUE(eventually([&] { return !rig.worker->condition().provider_up; }));
}

TEST(Outage, AnOutageOpensTheBreakerAndTheMessagesStayInTheQueue) {
  Settings settings = quick_settings();
  settings.in_flight_max = 20;
  settings.begin_group_max = 20;
  settings.receivers = 1;
  settings.batch_size = 100;
  Rig rig(settings);
  rig.add_recipients(200);
  std::atomic<bool> out{true};
  std::atomic<int> answered{0};
  rig.sender.script_all([&](const alert::Dispatch& dispatch) -> Result<alert::ProviderId> {
    if (out && ++answered == 41) { heard_of_it(rig); }
    if (out) { return Error{.code = ErrorCode::unavailable, .message = "No connection."}; }
    return rig.sender.fresh_sid(dispatch.id.channel);
  });
  const auto id = rig.post();
  rig.relay();
  Worker& worker = rig.start();
  ASSERT_TRUE(eventually([&] {
    rig.relay();
    return !worker.condition().provider_up;
  }));
  ASSERT_TRUE(eventually([&] { return worker.condition().in_flight == 0; }));
  const auto before = rig.sender.dispatches().size();
  EXPECT_LE(before, 60U);
  // One probe at a time while it lasts; no message is ever counted against.
  for (int minute = 0; minute < 10; ++minute) {
    rig.clock.advance(1min);
    ASSERT_TRUE(eventually([&] {
      rig.relay();
      return !worker.condition().provider_up || worker.condition().in_flight == 0;
    }));
    sleep_for({}, 30ms);
  }
  EXPECT_LE(rig.sender.dispatches().size(), before + 12);
  EXPECT_TRUE(rig.queue.dead_letters(10, "")->empty());
  out = false;
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    rig.relay();
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 200);
  EXPECT_EQ(rig.report(id).counts.deliveries.failed, 0);
}

TEST(Outage, TenMinutesOfOutageCostASingleMessageNothingAndTwilioLittle) {
  Rig rig;
  rig.add_recipients(1);
  std::atomic<bool> out{true};
  rig.sender.script_all([&](const alert::Dispatch& dispatch) -> Result<alert::ProviderId> {
    if (out) { return Error{.code = ErrorCode::unavailable, .message = "No connection."}; }
    return rig.sender.fresh_sid(dispatch.id.channel);
  });
  const auto id = rig.post();
  rig.relay();
  Worker& worker = rig.start();
  const auto one_second_passes = [&] {
    rig.clock.advance(1s);
    return eventually([&] {
      rig.relay();
      return worker.condition().in_flight == 0;
    });
  };
  for (int second = 0; second < 600; ++second) { ASSERT_TRUE(one_second_passes()); }
  EXPECT_EQ(rig.report(id).counts.deliveries.failed, 0);
  EXPECT_LE(rig.sender.dispatches().size(), 25U);
  out = false;
  ASSERT_TRUE(eventually([&] {
    EXPECT_TRUE(one_second_passes());
    return rig.status(id) == AlertStatus::completed;
  }));
  EXPECT_EQ(rig.report(id).counts.deliveries.sent, 1);
  EXPECT_EQ(rig.report(id).deliveries.items.front().attempts, 1);
}

// Given back, a batch looks as if nobody had ever had it. What it has begun leaves nobody a probe.
TEST(Outage, AfterAnOutageOfUnknownOutcomesTheRestOfTheBatchIsSent) {
  Settings settings = quick_settings();
  settings.in_flight_max = 10;
  settings.delivery.unknown_given_up_after = std::chrono::hours{100'000};
  Rig rig(settings);
  rig.add_recipients(40);
  std::atomic<bool> out{true};
  std::atomic<int> answered{0};
  rig.sender.script_all([&](const alert::Dispatch& dispatch) -> Result<alert::ProviderId> {
    if (out && ++answered == 21) { heard_of_it(rig); }
    if (out) { return Error{.code = ErrorCode::outcome_unknown, .message = "No answer in time."}; }
    return rig.sender.fresh_sid(dispatch.id.channel);
  });
  for (int i = 1; i <= 40; ++i) { rig.lookup.cannot_tell(Rig::number(i), Error{.code = ErrorCode::unavailable, .message = "Out."}); }
  const auto id = rig.post();
  rig.relay();
  Worker& worker = rig.start();
  ASSERT_TRUE(eventually([&] { return !worker.condition().provider_up && worker.condition().in_flight == 0; }));
  const auto unknown = static_cast<std::int64_t>(rig.sender.dispatches().size());
  ASSERT_LT(unknown, 40);
  out = false;
  EXPECT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    rig.relay();
    return rig.report(id).counts.deliveries.sent == 40 - unknown;
  }));
  EXPECT_EQ(static_cast<int>(rig.sender.dispatches().size()), 40);
}

// A provider whose lists answer nothing while the test says so.
class StuckLookup final : public alert::SentLookup {
public:
  std::vector<Result<std::vector<alert::Candidate>>> look_up(std::span<const alert::LookupQuestion> questions) override {
    std::unique_lock lock(m_mutex);
    m_freed.wait(lock, [&] { return m_free; });
    return {questions.size(), Error{.code = ErrorCode::unavailable, .message = "Out."}};
  }
  std::vector<Result<alert::ProviderStatus>> statuses(std::span<const alert::ProviderId> sids) override {
    return {sids.size(), Error{.code = ErrorCode::unavailable, .message = "Out."}};
  }
  Result<std::vector<alert::OptWord>> opt_words_since(Time /*since*/) override {
    return Error{.code = ErrorCode::unavailable, .message = "Out."};
  }
  void free() {
    const std::scoped_lock lock(m_mutex);
    m_free = true;
    m_freed.notify_all();
  }

private:
  std::mutex m_mutex;  // guards m_free
  std::condition_variable m_freed;
  bool m_free = false;
};

TEST(Outage, WhatIsToBeSentAgainDoesNotWaitForLookUps) {
  Settings settings = quick_settings();
  settings.due_max = 5;
  settings.breaker.requests_min = 1'000;
  Rig rig(settings);
  StuckLookup lookup;
  rig.add_recipients(41);
  for (int i = 1; i <= 40; ++i) {
    rig.sender.script(Rig::number(i), i % 4 == 0 ? rig.sender.fresh_sid(alert::Channel::sms)
                                                 : Result<alert::ProviderId>(Error{.code = ErrorCode::outcome_unknown, .message = "?"}));
  }
  rig.sender.script(Rig::number(41), Error{.code = ErrorCode::rate_limited, .message = "Slower.", .retry_after = 50s});
  const auto id = rig.post();
  rig.relay();
  Worker worker(settings, Ports{rig.store, rig.store, rig.store, rig.queue, rig.store, rig.sender, lookup, rig.permits}, rig.log,
                rig.metrics, rig.clock);
  worker.start();
  EXPECT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    return rig.sender.dispatches_to(Rig::number(41)).size() == 2;
  })) << rig.report(id).counts.deliveries.sent;
  lookup.free();
}

}  // namespace
}  // namespace bizcomms::worker

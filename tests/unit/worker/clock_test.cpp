// Clocks set forward and back by an hour in the middle of it all: the host's, which nothing on a delivery's way may follow, and the
// database's, whose leases and due times then end early or late. Each phone gets its message once.
#include <gtest/gtest.h>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

using alert::AlertStatus;

constexpr int k_people = 20;

// As the worker's host shows it, while the database's goes right.
class HostClock final : public Clock {
public:
  explicit HostClock(const Clock& truth) : m_truth(truth) {}
  [[nodiscard]] Time now() const override { return m_truth.now() + Millis{m_off_by}; }
  [[nodiscard]] SteadyTime steady() const override { return m_truth.steady(); }
  void jump(Millis by) { m_off_by += by.count(); }

private:
  const Clock& m_truth;
  std::atomic<std::int64_t> m_off_by{0};
};

class ClockJump : public testing::TestWithParam<Millis> {
protected:
  void start() {
    worker.reset();
    worker = std::make_unique<Worker>(rig.settings,
                                      Ports{rig.store, rig.store, rig.store, rig.queue, rig.store, rig.sender, rig.lookup, rig.permits},
                                      rig.log, rig.metrics, host);
    worker->start();
  }
  void post() {
    rig.add_recipients(k_people);
    id = rig.post();
    rig.relay();
  }
  void jump_of_host() { host.jump(GetParam()); }
  void jump_of_database() { rig.clock.jump(GetParam()); }
  bool completes(Millis step = 1s) {
    return eventually([&] {
      rig.relay();
      rig.clock.advance(step);
      return rig.status(id) == AlertStatus::completed;
    });
  }
  void expect_each_taken_once(std::size_t requests_each = 1) {
    EXPECT_EQ(rig.report(id).counts.deliveries.sent, k_people);
    for (int i = 1; i <= k_people; ++i) { EXPECT_EQ(rig.sender.dispatches_to(Rig::number(i)).size(), requests_each) << Rig::number(i); }
    EXPECT_TRUE(rig.queue_empties());
  }
  // Nobody hears anything of the first request to each; the provider took it under that id.
  void answer_nothing(const std::function<void(const std::string& to, const std::string& sid)>& taken) {
    rig.sender.script_all([this, taken](const alert::Dispatch& dispatch) -> Result<alert::ProviderId> {
      taken(dispatch.to, rig.sender.fresh_sid(alert::Channel::sms));
      return Error{.code = ErrorCode::outcome_unknown, .message = "No answer in time."};
    });
  }
  void find(const std::string& to, const std::string& sid) {
    rig.lookup.find(to, {{.sid = sid, .same_body = true, .created_at = rig.clock.now()}});
  }

  Rig rig;
  HostClock host{rig.clock};
  std::unique_ptr<Worker> worker;
  alert::AlertId id{};
};

TEST_P(ClockJump, OfTheHostWhileRequestsAreInFlight) {
  rig.sender.hold();
  post();
  start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(k_people, 20s));
  jump_of_host();
  rig.sender.release();
  ASSERT_TRUE(completes());
  expect_each_taken_once();
}

TEST_P(ClockJump, OfTheHostWhileRetriesWait) {
  for (int i = 1; i <= k_people; ++i) { rig.sender.script(Rig::number(i), Error{.code = ErrorCode::rate_limited, .message = "Slower."}); }
  post();
  start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(k_people, 20s));
  jump_of_host();
  ASSERT_TRUE(completes());
  expect_each_taken_once(2);
}

TEST_P(ClockJump, OfTheHostWhileOutcomesAreLookedUp) {
  std::mutex mutex;
  std::map<std::string, std::string> taken;  // which the lists show later
  answer_nothing([&](const std::string& to, const std::string& sid) {
    const std::scoped_lock lock(mutex);
    taken[to] = sid;
  });
  rig.settings.breaker.requests_min = 1'000;
  post();
  start();
  const auto all_asked = [&] {
    rig.relay();
    rig.clock.advance(1s);
    const std::scoped_lock lock(mutex);
    return taken.size() == k_people && !rig.lookup.questions().empty();
  };
  ASSERT_TRUE(eventually(all_asked));
  jump_of_host();
  for (const auto& [to, sid] : taken) { find(to, sid); }
  ASSERT_TRUE(completes());
  expect_each_taken_once();
}

TEST_P(ClockJump, OfTheHostNeitherEndsNorLengthensADeadWorkersLease) {
  rig.sender.hold();
  post();
  start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(k_people, 20s));
  worker.reset();
  for (int i = 1; i <= k_people; ++i) { find(Rig::number(i), "SM-dead-" + std::to_string(i)); }
  jump_of_host();
  rig.clock.advance(rig.settings.queue.visibility + 1s);  // the message is visible again, the lease still runs
  start();
  ASSERT_TRUE(eventually([&] { return rig.metrics.counter("bizcomms_queue_given_back_total", "").value() > 0; }));
  EXPECT_TRUE(rig.lookup.questions().empty());
  rig.clock.advance(rig.settings.delivery.lease);
  ASSERT_TRUE(completes());
  expect_each_taken_once();
}

TEST_P(ClockJump, OfTheDatabaseWhileRequestsAreInFlight) {
  rig.sender.hold();
  post();
  start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(k_people, 20s));
  jump_of_database();
  // Set forward, leases and visibility have ended: the worker takes its own requests for a dead one's, and looks them up.
  if (GetParam() > Millis{0}) {
    ASSERT_TRUE(eventually([&] { return !rig.lookup.questions().empty(); }));
  }
  rig.sender.release();
  ASSERT_TRUE(completes(10s));
  expect_each_taken_once();
}

TEST_P(ClockJump, OfTheDatabaseWhileRetriesWait) {
  for (int i = 1; i <= k_people; ++i) { rig.sender.script(Rig::number(i), Error{.code = ErrorCode::rate_limited, .message = "Slower."}); }
  post();
  start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(k_people, 20s));
  jump_of_database();
  ASSERT_TRUE(completes(10s));  // set back, it is an hour until they are due
  expect_each_taken_once(2);
}

// Set forward, the lease of a dead worker ends at once and any grace has passed: only the second look, half an hour on, could call the
// message absent, and the lists show it long before.
TEST_P(ClockJump, OfTheDatabaseAfterAWorkersDeathIsNoProofThatNothingWasTaken) {
  rig.sender.hold();
  post();
  start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(k_people, 20s));
  worker.reset();
  jump_of_database();
  start();
  const auto asked = [&] {
    rig.relay();
    rig.clock.advance(10s);
    return !rig.lookup.questions().empty();
  };
  ASSERT_TRUE(eventually(asked));
  rig.clock.advance(rig.settings.delivery.list_lag);
  EXPECT_EQ(rig.sender.dispatches().size(), static_cast<std::size_t>(k_people));
  for (int i = 1; i <= k_people; ++i) { find(Rig::number(i), "SM-dead-" + std::to_string(i)); }
  ASSERT_TRUE(completes(10s));
  expect_each_taken_once();
}

INSTANTIATE_TEST_SUITE_P(ByAnHour, ClockJump, testing::Values(Millis{1h}, Millis{-1h}),
                         [](const auto& by) { return by.param > Millis{0} ? "Forward" : "Back"; });

}  // namespace
}  // namespace bizcomms::worker

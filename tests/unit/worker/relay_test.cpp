#include "bizcomms/worker/relay.hpp"

#include <gtest/gtest.h>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

const RelaySettings k_quick{.group_max = 10, .sweep_interval = 5ms, .port_backoff = {1ms, 20ms}, .seed = 7};

const auto k_always = [] { return true; };

TEST(Relay, CarriesEachEventOnce) {
  Rig rig;
  const Relay relay(k_quick, rig.store, rig.queue, k_always, rig.log, rig.metrics);
  for (int i = 0; i < 35; ++i) { rig.post(); }
  ASSERT_TRUE(eventually([&] { return rig.waiting(alert::Lane::standard) == 35; }));
  EXPECT_EQ(rig.metrics.counter("bizcomms_outbox_relayed_total", "").value(), 35);
}

TEST(Relay, KeepsInTheOutboxWhatTheQueueDoesNotTake) {
  Rig rig;
  rig.queue.set_down(true);
  const Relay relay(k_quick, rig.store, rig.queue, k_always, rig.log, rig.metrics);
  rig.post();
  ASSERT_TRUE(eventually([&] { return rig.metrics.counter("bizcomms_outbox_relay_failures_total", "").value() > 1; }));
  rig.queue.set_down(false);
  ASSERT_TRUE(eventually([&] { return rig.waiting(alert::Lane::standard) == 1; }));
}

TEST(Relay, KeepsAllInTheOutboxOnStandby) {
  Rig rig;
  rig.post();
  std::atomic<bool> is_active{false};
  std::atomic<int> asked{0};
  const Relay relay(
      k_quick, rig.store, rig.queue,
      [&] {
        ++asked;
        return is_active.load();
      },
      rig.log, rig.metrics);
  ASSERT_TRUE(eventually([&] { return asked > 2; }));
  EXPECT_EQ(rig.waiting(alert::Lane::standard), 0);
  is_active = true;
  ASSERT_TRUE(eventually([&] { return rig.waiting(alert::Lane::standard) == 1; }));
}

TEST(Relay, WaitsForADatabaseThatIsDown) {
  Rig rig;
  rig.post();
  rig.store.set_down(true);
  const Relay relay(k_quick, rig.store, rig.queue, k_always, rig.log, rig.metrics);
  ASSERT_TRUE(eventually([&] { return rig.metrics.counter("bizcomms_outbox_relay_failures_total", "").value() > 0; }));
  rig.store.set_down(false);
  ASSERT_TRUE(eventually([&] { return rig.waiting(alert::Lane::standard) == 1; }));
}

}  // namespace
}  // namespace bizcomms::worker

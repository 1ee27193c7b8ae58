#include <gtest/gtest.h>

#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

using alert::DeliveryStatus;
using alert::ProviderStatus;
using alert::ReportKind;

const ProviderStatus k_delivered{.rank = 4, .kind = ReportKind::delivered, .error_code = {}, .reason = {}, .resending = {}};

struct StateCheckerTest : testing::Test {
  Rig rig;

  alert::AlertId send_to_one() {
    rig.add_recipients(1);
    const auto id = rig.post();
    rig.relay();
    rig.start();
    EXPECT_TRUE(rig.completes(id));
    return id;
  }
  std::string sid_of(alert::AlertId id) { return *rig.report(id).deliveries.items.at(0).visible.sid; }
  bool becomes(alert::AlertId id, DeliveryStatus status) {
    return eventually([&] { return rig.only_delivery(id) == status; });
  }
};

TEST_F(StateCheckerTest, LearnsTenMinutesAfterTheSendingWhatNoCallbackTold) {
  const auto id = send_to_one();
  rig.lookup.became(sid_of(id), k_delivered);
  rig.clock.advance(10min - 1s);
  EXPECT_EQ(rig.only_delivery(id), DeliveryStatus::sent);
  EXPECT_EQ(rig.lookup.statuses_asked(), 0U);
  rig.clock.advance(2s);
  EXPECT_TRUE(becomes(id, DeliveryStatus::delivered));
  rig.clock.advance(48h);
  sleep_for({}, 50ms);  // several sweeps
  EXPECT_EQ(rig.lookup.statuses_asked(), 1U);
}

TEST_F(StateCheckerTest, AsksLessAndLessOftenAndThenNoMore) {
  const auto id = send_to_one();
  std::size_t asked = 0;
  for (const Millis pause : std::initializer_list<Millis>{10min, 50min, 5h, 18h}) {
    rig.clock.advance(pause + 1s);
    ++asked;
    ASSERT_TRUE(eventually([&] { return rig.lookup.statuses_asked() == asked; })) << asked;
  }
  rig.clock.advance(200h);
  sleep_for({}, 50ms);
  EXPECT_EQ(rig.lookup.statuses_asked(), 4U);
  EXPECT_EQ(rig.only_delivery(id), DeliveryStatus::sent);
}

TEST_F(StateCheckerTest, SendsAgainWhatACarrierLost) {
  const auto id = send_to_one();
  rig.lookup.became(sid_of(id), {.rank = 4, .kind = ReportKind::failed, .error_code = 30008, .reason = "Lost.", .resending = {{1, 15min}}});
  rig.clock.advance(11min);
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    return rig.sender.dispatches().size() == 2;
  }));
  EXPECT_TRUE(becomes(id, DeliveryStatus::sent));
}

}  // namespace
}  // namespace bizcomms::worker

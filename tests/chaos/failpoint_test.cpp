// Every step of the delivery protocol at which a worker can die, or freeze for longer than its lease, by its name.
#include <gtest/gtest.h>

#include <csignal>
#include <ostream>

#include "chaos/scene.hpp"

namespace bizcomms::chaos {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t k_people = 6;
constexpr std::size_t k_group = 2;  // deliveries begun together

struct Place {
  std::string name;
  int passing = 1;
  std::size_t taken_min = 0;  // by then
  std::size_t taken_max = k_people;
};

std::ostream& operator<<(std::ostream& out, const Place& place) { return out << place.name; }

class EveryFailpoint : public testing::TestWithParam<Place> {
protected:
  // A worker that ends or freezes itself there.
  test::Running start_victim(const std::string& act) {
    const auto failpoint = GetParam().name + ":" + act + ":" + std::to_string(GetParam().passing);
    return scene.start_worker({{"BIZCOMMS_FAILPOINTS", failpoint}});
  }
  void expect_taken_so_far() {
    EXPECT_GE(scene.taken(), GetParam().taken_min);
    EXPECT_LE(scene.taken(), GetParam().taken_max);
  }
  Scene scene{k_people, {{"BIZCOMMS_WORKER_BEGIN_GROUP_MAX", std::to_string(k_group)}}};
};

TEST_P(EveryFailpoint, KilledThereEachPhoneIsTextedOnce) {
  const auto victim = start_victim("kill");  // first, or it may be dead before it was seen to be ready
  scene.post();
  ASSERT_EQ(victim.process->wait(30s), 128 + SIGKILL) << victim.process->output();
  expect_taken_so_far();
  const auto heir = scene.start_worker();
  scene.expect_each_once();
}

// The zombie: another worker takes its work over, and then it goes on as if nothing had been.
TEST_P(EveryFailpoint, FrozenThereForLongerThanItsLeaseEachPhoneIsTextedOnce) {
  const auto zombie = start_victim("freeze");
  scene.post();
  ASSERT_TRUE(test::eventually([&] { return is_stopped(*zombie.process); }, 30s)) << zombie.process->output();
  const auto frozen_at = std::chrono::steady_clock::now();
  expect_taken_so_far();
  const auto heir = scene.start_worker();
  scene.expect_each_once();
  ASSERT_TRUE(test::eventually([&] { return std::chrono::steady_clock::now() - frozen_at > scene.times().lease * 3 / 2; }));
  zombie.process->signal(SIGCONT);
  zombie.process->signal(SIGTERM);  // it ends once what it had in hand is finished
  EXPECT_EQ(zombie.process->wait(60s), 0) << zombie.process->output();
  scene.expect_each_once();
}

INSTANTIATE_TEST_SUITE_P(Protocol, EveryFailpoint,
                         testing::Values(Place{.name = "before_begin", .taken_max = 0}, Place{.name = "after_begin", .taken_max = 0},
                                         Place{.name = "before_request", .passing = 2, .taken_max = 1},
                                         Place{.name = "after_request", .taken_min = 1}, Place{.name = "before_record", .taken_min = 1},
                                         Place{.name = "after_record", .taken_min = 1}, Place{.name = "before_ack", .taken_min = k_people}),
                         [](const auto& place) { return place.param.name; });

}  // namespace
}  // namespace bizcomms::chaos

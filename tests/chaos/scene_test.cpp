// Disasters of one kind each: a zombie in the middle of its requests, a network that breaks off, lists that lag longer than allowed for,
// Twilio out.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "chaos/cutting_proxy.hpp"
#include "chaos/scene.hpp"

namespace bizcomms::chaos {
namespace {

using namespace std::chrono_literals;

TEST(Zombie, StoppedWithRequestsInFlightAndThawedAfterItsLeaseDoublesNothing) {
  Scene scene(40, {{"BIZCOMMS_WORKER_IN_FLIGHT_MAX", "4"}});
  scene.cell().faults(R"({"latency_min_ms":150,"latency_max_ms":200})");
  scene.post();
  const auto zombie = scene.start_worker();
  ASSERT_TRUE(test::eventually([&] { return scene.taken() > 0 && scene.in_flight(zombie) > 0; }));
  zombie.process->signal(SIGSTOP);
  ASSERT_TRUE(test::eventually([&] { return is_stopped(*zombie.process); }));
  EXPECT_LT(scene.taken(), 40U);
  const auto frozen_at = std::chrono::steady_clock::now();
  const auto heir = scene.start_worker();
  scene.expect_each_once();
  ASSERT_TRUE(test::eventually([&] { return std::chrono::steady_clock::now() - frozen_at > scene.times().lease * 3 / 2; }));
  zombie.process->signal(SIGCONT);
  zombie.process->signal(SIGTERM);
  EXPECT_EQ(zombie.process->wait(60s), 0) << zombie.process->output();
  scene.expect_each_once();
}

// A dead worker's message is not in the lists yet when they are asked for the last time before it counts as never taken.
class ListLag : public testing::Test {
protected:
  Verdict after_a_death_with_a_lag_of(Millis lag) {
    const auto text = std::to_string(lag.count());
    scene.cell().faults(R"({"list_lag_min_ms":)" + text + R"(,"list_lag_max_ms":)" + text + "}");
    const auto victim = scene.start_worker({{"BIZCOMMS_FAILPOINTS", "after_request:kill"}});
    scene.post();
    EXPECT_EQ(victim.process->wait(30s), 128 + SIGKILL) << victim.process->output();
    EXPECT_EQ(scene.taken(), 1U);
    const auto heir = scene.start_worker();
    EXPECT_TRUE(test::eventually([&] { return scene.verdict().unfinished == 0; }, 60s));
    return scene.verdict();
  }
  Scene scene{1};
};

TEST_F(ListLag, WithinWhatIsAllowedForDoublesNothing) {
  const auto verdict = after_a_death_with_a_lag_of(scene.times().list_lag * 4 / 5);
  EXPECT_TRUE(verdict.clean()) << (verdict.findings.empty() ? "" : verdict.findings.front());
  EXPECT_EQ(scene.taken(), 1U);
}

TEST_F(ListLag, BeyondWhatIsAllowedForShowsTheDuplicate) {
  const auto verdict = after_a_death_with_a_lag_of(std::chrono::hours{1});
  EXPECT_EQ(verdict.doubled, 1);
  EXPECT_EQ(verdict.lost, 0);
  EXPECT_EQ(scene.taken(), 2U);
}

TEST(Network, AnswersCutOffInTheirMiddleDoubleNothing) {
  Scene scene(24);
  CuttingProxy proxy(scene.cell().simulator_address());
  // Before its first byte, in its first line, its fields, and its body of some 900 bytes; each with a reset and with a plain end.
  proxy.cut_answers_after({0, 0, 1, 1, 12, 12, 60, 60, 150, 150, 400, 400, 600, 600});
  scene.post();
  const auto worker = scene.start_worker({{"BIZCOMMS_TWILIO_BASE_URL", proxy.url()}});
  scene.expect_each_once();
  EXPECT_EQ(proxy.cuts_left(), 0U);
}

TEST(Network, LostAltogetherWithRequestsInFlightDoublesNothing) {
  Scene scene(40, {{"BIZCOMMS_WORKER_IN_FLIGHT_MAX", "8"}});
  scene.cell().faults(R"({"latency_min_ms":150,"latency_max_ms":200})");
  CuttingProxy proxy(scene.cell().simulator_address());
  scene.post();
  const auto worker = scene.start_worker({{"BIZCOMMS_TWILIO_BASE_URL", proxy.url()}});
  ASSERT_TRUE(test::eventually([&] { return proxy.posts() > 8 && scene.in_flight(worker) > 0; }));
  proxy.set_down(true);
  ASSERT_TRUE(test::eventually([&] { return scene.in_flight(worker) == 0; }));
  EXPECT_GT(proxy.resets(), 0);
  EXPECT_LT(scene.taken(), 40U);
  proxy.set_down(false);
  scene.expect_each_once();
  if (HasFailure()) { std::fprintf(stderr, "%s", worker.process->output().c_str()); }
}

// Ten minutes at this factor: 12 s.
TEST(Outage, OfTenMinutesCostsNoMessageAndTwilioFewRequests) {
  constexpr int k_crowd = 1'000;
  Scene scene(k_crowd, {{"BIZCOMMS_WORKER_IN_FLIGHT_MAX", "16"}});
  const auto worker = scene.start_worker();
  scene.post();
  ASSERT_TRUE(test::eventually([&] { return scene.taken() > 50; }));
  scene.cell().faults(R"({"error_before":0.5,"hang_before":0.2,"reset_before":0.3,"read_error":1})");
  const auto until = std::chrono::steady_clock::now() + scene.times().of_minutes(10);
  const int before = scene.requests_ended(worker);
  ASSERT_TRUE(test::eventually([&] { return std::chrono::steady_clock::now() >= until; }, 60s));
  const auto during = scene.requests_ended(worker) - before;
  const auto reached = scene.taken();
  scene.cell().faults("{}");
  ASSERT_LT(reached, k_crowd - 100U) << "it came too late";
  std::printf("In ten minutes without Twilio, %d requests were made for %zu messages.\n", during, k_crowd - reached);
  EXPECT_GT(during, 0);
  EXPECT_LT(during, 300) << "some 16 were in flight, each of which is looked up again and again; then it is probes";
  scene.expect_each_once();
  const auto letters = scene.cell().command({"dlq", "list"}).output;
  EXPECT_EQ(std::count(letters.begin(), letters.end(), '\n'), 1) << "more than the heading: " << letters;
}

}  // namespace
}  // namespace bizcomms::chaos

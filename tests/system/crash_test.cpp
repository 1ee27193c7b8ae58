// What must hold when processes die and networks fail: every phone gets its message, and only once.
#include <gtest/gtest.h>

#include <csignal>

#include "system/on_ground.hpp"
#include "system/once_each.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

class Crash : public OnGround {};
class Faults : public OnGround {};
class Drain : public OnGround {};
INSTANTIATE_TEST_SUITE_P(On, Crash, k_both_grounds, name_of_ground);
INSTANTIATE_TEST_SUITE_P(On, Faults, k_both_grounds, name_of_ground);
INSTANTIATE_TEST_SUITE_P(On, Drain, k_both_grounds, name_of_ground);

TEST_P(Crash, WorkerKilledBetweenAcceptanceAndRecordTextsEachPhoneOnce) {
  Cell cell(on_ground(fast()));
  cell.start_simulator();
  cell.start_serve();
  make_recipients(cell, 10);
  cell.start_work({{"BIZCOMMS_FAILPOINTS", "after_request:kill"}});  // first, or it may be dead before it was seen to be ready
  const auto id = cell.post_alert(k_to_all);
  ASSERT_EQ(cell.work().wait(20s), 128 + SIGKILL) << cell.work().output();
  EXPECT_FALSE(taken_by_phone(cell).empty());  // something had been accepted that nobody recorded
  cell.start_work();
  ASSERT_TRUE(cell.completes(id)) << cell.call("GET", "/v1/alerts/" + id + "/status").body;
  expect_each_once(cell, 10);
}

TEST_P(Crash, WithoutCallbacksTheLookUpFindsWhatTheDeadWorkerSent) {
  auto options = on_ground(fast());
  options["BIZCOMMS_PUBLIC_URL"] = "";   // no callbacks at all
  options["BIZCOMMS_LIST_LAG"] = "10s";  // the list may lag longer than the lease
  Cell cell(options);
  cell.start_simulator();
  cell.start_serve();
  cell.faults(R"({"list_lag_min_ms":8000,"list_lag_max_ms":9000})");
  make_recipients(cell, 5);
  cell.start_work({{"BIZCOMMS_FAILPOINTS", "after_request:kill"}});  // first, or it may be dead before it was seen to be ready
  const auto id = cell.post_alert(k_to_all);
  ASSERT_EQ(cell.work().wait(20s), 128 + SIGKILL) << cell.work().output();
  cell.start_work();
  ASSERT_TRUE(cell.completes(id, 90s)) << cell.call("GET", "/v1/alerts/" + id + "/status").body;
  expect_each_once(cell, 5);
}

TEST_P(Crash, ServeKilledRightAfterItsAnswerLosesNothing) {
  Cell cell(on_ground(fast()));
  cell.start_simulator();
  cell.start_serve();
  make_recipients(cell, 3);
  std::vector<std::string> ids;
  for (int round = 0; round < 5; ++round) {
    ids.push_back(cell.post_alert(k_to_all));
    cell.serve().kill();
    cell.start_serve();
  }
  cell.start_work();
  for (const auto& id : ids) { EXPECT_TRUE(cell.completes(id)) << id; }
  for (const auto& [phone, messages] : taken_by_phone(cell)) { EXPECT_EQ(messages, 5) << phone; }
}

TEST_P(Crash, PostgresStoppedAndStartedAgainLosesAndDoublesNothing) {
  Cell cell(on_ground(fast()));
  cell.start_simulator();
  cell.faults(R"({"latency_min_ms":50,"latency_max_ms":200})");
  cell.start_serve();
  cell.start_work({{"BIZCOMMS_WORKER_IN_FLIGHT_MAX", "4"}});
  make_recipients(cell, 60);
  const auto id = cell.post_alert(k_to_all);
  ASSERT_TRUE(eventually([&] { return cell.taken().size() >= 5; }));
  cell.postgres().cluster().stop();
  EXPECT_TRUE(eventually([&] { return cell.call("GET", "/health").status == 503; }));
  const auto refused = cell.call("POST", "/v1/alerts", k_to_all);
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.find("Retry-After")) << refused.body;
  ASSERT_TRUE(cell.postgres().cluster().restart());
  EXPECT_TRUE(eventually([&] { return cell.call("GET", "/health").status == 200; }));
  ASSERT_TRUE(cell.completes(id)) << cell.call("GET", "/v1/alerts/" + id + "/status").body;
  expect_each_once(cell, 60);
}

TEST_P(Faults, ThirtyPercentOfRequestsFailingInEveryWayStillTextsEachPhoneOnce) {
  const int people = on_aws() ? 80 : 200;  // a campaign of tests/chaos has more of them there
  Cell cell(on_ground(fast()));
  cell.start_simulator();
  cell.start_serve();
  make_recipients(cell, people);
  cell.faults(R"({"throttle":0.04,"error_before":0.04,"error_after":0.04,"hang_before":0.04,"hang_after":0.03,"reset_before":0.04,
                  "reset_after":0.04,"garbled_after":0.03,"read_throttle":0.1,"read_error":0.1,"read_reset":0.05,
                  "list_lag_min_ms":0,"list_lag_max_ms":500})");
  cell.start_work();
  const auto id = cell.post_alert(k_to_all);
  ASSERT_TRUE(cell.completes(id, 240s)) << cell.call("GET", "/v1/alerts/" + id + "/status").body;
  expect_each_once(cell, people);
  EXPECT_TRUE(eventually([&] { return cell.counts(id)["delivered"] == people; })) << cell.call("GET", "/v1/alerts/" + id + "/status").body;
}

TEST_P(Drain, AWorkerAskedToStopFinishesWhatIsInFlightAndGivesBackTheRest) {
  Cell cell(on_ground(fast()));
  cell.start_simulator();
  cell.faults(R"({"latency_min_ms":50,"latency_max_ms":100})");
  cell.start_serve();
  make_recipients(cell, 80);
  cell.start_work({{"BIZCOMMS_WORKER_IN_FLIGHT_MAX", "4"}});
  const auto id = cell.post_alert(k_to_all);
  ASSERT_TRUE(eventually([&] { return cell.taken().size() >= 5; }));
  cell.work().signal(SIGTERM);
  EXPECT_EQ(cell.work().wait(20s), 0) << cell.work().output();
  EXPECT_LT(cell.taken().size(), 80U);
  cell.start_work();
  ASSERT_TRUE(cell.completes(id)) << cell.call("GET", "/v1/alerts/" + id + "/status").body;
  expect_each_once(cell, 80);
}

}  // namespace
}  // namespace bizcomms::test

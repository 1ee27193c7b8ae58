// Trouble with PostgreSQL, or with the queue elsewhere, while messages are on their way: nobody is forgotten and nobody gets one twice.
#include <gtest/gtest.h>

#include <csignal>
#include <utility>

#include "support/aws/elasticmq.hpp"
#include "system/on_ground.hpp"
#include "system/once_each.hpp"
#include "system/small_volume.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

constexpr int k_recipients = 150;
constexpr const char* k_in_flight = "bizcomms_deliveries_in_flight";

// Committed is written, as in production; only the disk itself is trusted, since the machine does not go down here.
std::unique_ptr<Postgres> careful_postgres(std::map<std::string, std::string> parameters = {}, const std::filesystem::path& volume = {}) {
  parameters.insert({"synchronous_commit", "on"});
  return std::make_unique<Postgres>(std::move(parameters), volume);
}

Environment slow_enough() {
  auto options = fast();
  options["BIZCOMMS_WORKER_IN_FLIGHT_MAX"] = "8";
  options["BIZCOMMS_WORKER_BATCH_SIZE"] = "10";
  options["BIZCOMMS_WORKER_ROWS_IN_HAND_MAX"] = "20";
  return options;
}

class Trouble : public OnGround {
protected:
  // Requests to Twilio take 200 to 400 ms, so that there are some in flight at any time.
  void begin(std::unique_ptr<Postgres> postgres, bool by_two = false) {
    cell = std::make_unique<Cell>(on_ground(slow_enough()), std::move(postgres));
    cell->start_simulator();
    cell->faults(R"({"latency_min_ms":200,"latency_max_ms":400})");
    cell->start_serve();
    make_recipients(*cell, k_recipients);
    cell->start_work();
    if (by_two) { second = cell->start("work", {}); }
    alert = cell->post_alert(k_to_all);
  }
  [[nodiscard]] bool reaches(std::size_t count) {
    return eventually([&] { return cell->taken().size() >= count && (second.process || cell->work_metric(k_in_flight) >= 4); }, 60s);
  }
  void expect_all_done() {
    ASSERT_TRUE(cell->completes(alert, 120s)) << cell->call("GET", "/v1/alerts/" + alert + "/status").body;
    expect_each_once(*cell, k_recipients);
    EXPECT_EQ(cell->counts(alert)["failed"], 0);
    EXPECT_TRUE(eventually([&] { return cell->counts(alert)["sent"] == k_recipients; }));
    EXPECT_TRUE(cell->work().running());
    EXPECT_TRUE(cell->serve().running());
  }
  [[nodiscard]] int cut_connections() {
    const auto cut = Postgres::ask(cell->database(), R"(SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
                                                        WHERE datname = current_database() AND pid <> pg_backend_pid())");
    return std::stoi(cut);
  }
  void lock_queue_for_5_seconds() {
    Postgres::run(cell->database(), "BEGIN; LOCK TABLE queue_messages IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(5); COMMIT");
  }
  // Nobody gets an answer of the queue, and nothing in it is lost.
  void hold_up_queue_for_5_seconds() {
    if (!on_aws()) { return lock_queue_for_5_seconds(); }
    auto& elasticmq = ElasticMq::shared().process();
    elasticmq.signal(SIGSTOP);
    Postgres::run(cell->database(), "SELECT pg_sleep(5)");
    elasticmq.signal(SIGCONT);
  }
  void expect_full_disk_to_stop_the_sending(bool log);

  std::unique_ptr<SmallVolume> volume;
  std::unique_ptr<Cell> cell;
  Running second;
  std::string alert;
};

class TroubleOfPostgres : public Trouble {};

INSTANTIATE_TEST_SUITE_P(On, Trouble, k_both_grounds, name_of_ground);
INSTANTIATE_TEST_SUITE_P(On, TroubleOfPostgres, testing::Values(Ground::postgres), name_of_ground);

TEST_P(Trouble, PostgresKilledWithAllItsProcessesLosesAndDoublesNothing) {
  begin(careful_postgres());
  for (const std::size_t progress : {10U, 50U, 90U}) {
    ASSERT_TRUE(reaches(progress));
    cell->postgres().kill_all();
    const auto restarted = cell->postgres().cluster().restart();
    ASSERT_TRUE(restarted) << restarted.error().message << cell->postgres().log();
  }
  expect_all_done();
}

TEST_P(Trouble, ConnectionsCutAgainAndAgainLoseAndDoubleNothing) {
  begin(careful_postgres());
  for (int round = 1; round <= 20; ++round) {
    EXPECT_TRUE(eventually([&] { return cut_connections() > 0; }));
    ASSERT_TRUE(reaches(static_cast<std::size_t>(5 * round))) << round;
  }
  expect_all_done();
}

TEST_P(Trouble, AHeldUpQueueForLongerThanTheVisibilityTimeoutDoublesNothing) {
  begin(careful_postgres(), true);
  ASSERT_TRUE(reaches(20));
  hold_up_queue_for_5_seconds();  // visibility: 2 s
  expect_all_done();
}

TEST_P(TroubleOfPostgres, ALockedQueueForLongerThanAStatementMayTakeDoublesNothing) {
  begin(careful_postgres());
  cell->start_work({{"BIZCOMMS_DATABASE_STATEMENT_TIMEOUT", "1s"}});
  ASSERT_TRUE(reaches(20));
  lock_queue_for_5_seconds();
  expect_all_done();
}

// A server whose write-ahead log lies on that volume, with no room kept in advance.
std::unique_ptr<Postgres> postgres_with_log_on(const std::filesystem::path& volume) {
  auto postgres = careful_postgres({{"wal_init_zero", "off"}, {"wal_recycle", "off"}});
  const std::filesystem::path data = Postgres::ask(postgres->cluster().url("postgres"), "SELECT current_setting('data_directory')");
  postgres->cluster().stop();
  const auto moved = ::bizcomms::test::run({"bash", "-c", "cp -a --sparse=always " + (data / "pg_wal").string() + " " + volume.string()});
  if (moved.code != 0) { throw std::runtime_error(moved.output); }
  std::filesystem::remove_all(data / "pg_wal");
  std::filesystem::create_directory_symlink(volume / "pg_wal", data / "pg_wal");
  if (!postgres->cluster().restart()) { throw std::runtime_error(postgres->log()); }
  return postgres;
}

void Trouble::expect_full_disk_to_stop_the_sending(bool log) {
  volume = SmallVolume::mount(192);
  if (!volume) { GTEST_SKIP() << "NOT TESTED: only root may mount a small volume for PostgreSQL"; }
  begin(log ? postgres_with_log_on(volume->folder()) : careful_postgres({}, volume->folder()));
  ASSERT_TRUE(reaches(20));
  volume->fill();
  const auto to_nobody = R"({"title":"Nobody","message":")" + std::string(600, 'x') + R"(","recipient_filters":{"tags":["nobody"]}})";
  EXPECT_TRUE(eventually([&] { return cell->call("POST", "/v1/alerts", to_nobody).status == 503; }, 60s));
  EXPECT_TRUE(eventually([&] { return cell->work_metric(k_in_flight) == 0; }, 60s)) << "nothing leaves that cannot be noted";
  EXPECT_LT(cell->taken().size(), static_cast<std::size_t>(k_recipients));
  const auto complaints = cell->postgres().log();
  EXPECT_NE(complaints.find("No space left on device"), std::string::npos) << complaints;
  EXPECT_EQ(complaints.find("PANIC") != std::string::npos, log) << complaints;
  volume->free();
  if (log) { ASSERT_TRUE(cell->postgres().cluster().restart()) << "it ends itself when it cannot write its log"; }
  expect_all_done();
}

TEST_P(TroubleOfPostgres, AFullDiskOfTablesStopsTheSendingAndLosesAndDoublesNothing) { expect_full_disk_to_stop_the_sending(false); }
TEST_P(TroubleOfPostgres, AFullDiskOfTheLogStopsTheSendingAndLosesAndDoublesNothing) { expect_full_disk_to_stop_the_sending(true); }

}  // namespace
}  // namespace bizcomms::test

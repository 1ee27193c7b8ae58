// Connections, the pool and the private cluster, on a real server.
#include <atomic>
#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bizcomms/db/listener.hpp"
#include "bizcomms/store/store.hpp"
#include "support/postgres.hpp"
#include "support/process.hpp"

namespace bizcomms {
namespace {

using namespace std::chrono_literals;

constexpr db::Statement k_one{.sql = "SELECT 1::int4"};
constexpr db::Statement k_insert{.sql = "INSERT INTO t (x) VALUES ($1::int4)", .effect = db::Effect::writes};
constexpr db::Statement k_count{.sql = "SELECT count(*) FROM t"};
constexpr db::Statement k_sleep{.sql = "SELECT pg_sleep(30)", .effect = db::Effect::writes};

class Pooled : public testing::Test {
protected:
  static db::PoolSettings settings(int size) {
    auto made = test::pool_settings(test::Postgres::shared().empty_database(), size);
    test::Postgres::run(made.connection.url.reveal(), "CREATE TABLE t (x int UNIQUE)");
    return made;
  }
  Metrics m_metrics;
};

TEST_F(Pooled, AnswersEachTypeAsItWas) {
  db::Pool pool(settings(1), Log::silent(), m_metrics);
  constexpr db::Statement k_echo{
      .sql = "SELECT $1::int2, $2::int4, $3::int8, $4::bool, $5::text, $6::uuid, $7::bytea, $8::timestamptz, $9::text[], $10::int4"};
  const auto uuid = *Uuid::from_hex("0190b3c8-0000-7000-8000-0123456789ab");
  const db::Hash hash{1, 2, 0, 255};
  const Time time{Millis{1'767'268'800'123}};
  const std::vector<std::string> texts{"a", "", "ü\"\\,"};
  db::Params params;
  params.add(std::int16_t{-7}).add(std::int32_t{1 << 30}).add(std::int64_t{-5'000'000'000}).add(true).add("it's ü").add(uuid).add(hash);
  params.add(time).add(std::span<const std::string>(texts)).add_null();
  const auto rows = pool.run(k_echo, params);
  ASSERT_TRUE(rows);
  db::Row row = (*rows)[0];
  EXPECT_EQ(row.take<std::int16_t>(), -7);
  EXPECT_EQ(row.take<std::int32_t>(), 1 << 30);
  EXPECT_EQ(row.take<std::int64_t>(), -5'000'000'000);
  EXPECT_TRUE(row.take<bool>());
  EXPECT_EQ(row.take<std::string>(), "it's ü");
  EXPECT_EQ(row.take<Uuid>(), uuid);
  EXPECT_EQ(row.take<db::Hash>(), hash);
  EXPECT_EQ(row.take<Time>(), time);
  EXPECT_EQ(row.take<std::vector<std::string>>(), texts);
  EXPECT_EQ(row.take_optional<std::int32_t>(), std::nullopt);
}

TEST_F(Pooled, AFailedStepOfAPipelineUndoesTheOthersAndLeavesTheConnectionWell) {
  db::Pool pool(settings(1), Log::silent(), m_metrics);
  const std::array steps{db::Step{.statement = k_insert, .params = db::Params().add(std::int32_t{1})},
                         db::Step{.statement = k_insert, .params = db::Params().add(std::int32_t{1})}, db::Step{.statement = k_one}};
  for (int i = 0; i < 2; ++i) {  // once while preparing, once prepared
    const auto failed = pool.run_all(steps);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::conflict);
    EXPECT_EQ((*pool.run(k_count))[0].take<std::int64_t>(), 0);
  }
}

TEST_F(Pooled, AnUnfinishedTransactionRollsBack) {
  db::Pool pool(settings(1), Log::silent(), m_metrics);
  {
    auto connection = pool.take();
    db::Transaction transaction(**connection);
    ASSERT_TRUE(transaction.run(k_insert, db::Params().add(std::int32_t{1})));
  }
  EXPECT_EQ((*pool.run(k_count))[0].take<std::int64_t>(), 0);
  {
    auto connection = pool.take();
    db::Transaction transaction(**connection);
    ASSERT_TRUE(transaction.run(k_insert, db::Params().add(std::int32_t{1})));
    ASSERT_TRUE(transaction.finish());
  }
  EXPECT_EQ((*pool.run(k_count))[0].take<std::int64_t>(), 1);
}

TEST_F(Pooled, NobodyWaitsForEverForAConnection) {
  auto small = settings(1);
  small.wait = 20ms;
  db::Pool pool(small, Log::silent(), m_metrics);
  const auto held = pool.take();
  ASSERT_TRUE(held);
  const auto refused = pool.take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(refused.error().retry_after);
}

TEST_F(Pooled, TheServerEndsWhatTakesTooLong) {
  auto hasty = settings(1);
  hasty.connection.statement_timeout = 50ms;
  db::Pool pool(hasty, Log::silent(), m_metrics);
  const auto ended = pool.run(k_sleep);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(pool.run(k_one));
}

TEST_F(Pooled, ManyThreadsShareFewConnections) {
  db::Pool pool(settings(3), Log::silent(), m_metrics);
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 50; ++i) { failed += pool.run(k_insert, db::Params().add(std::int32_t{thread * 1000 + i})) ? 0 : 1; }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ((*pool.run(k_count))[0].take<std::int64_t>(), 400);
}

TEST(PostgresRestarted, ThePoolHealsByItself) {
  test::Postgres postgres(std::map<std::string, std::string>{{"synchronous_commit", "on"}});
  Metrics metrics;
  db::Pool pool(test::pool_settings(postgres.fresh_database()), Log::silent(), metrics);
  SystemClock clock;
  store::Store store(pool, {}, Log::silent(), metrics, clock);
  IdSource ids(clock, 1);
  ASSERT_TRUE(store.alerts().create(ids.next<alert::AlertId>(), {.title = "t", .message = "m"}, std::nullopt, ""));
  postgres.cluster().kill();
  const auto refused = store.alerts().create(ids.next<alert::AlertId>(), {.title = "t", .message = "m"}, std::nullopt, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(pool.check().error().code, ErrorCode::unavailable);
  ASSERT_TRUE(postgres.cluster().restart());
  EXPECT_TRUE(store.alerts().create(ids.next<alert::AlertId>(), {.title = "t", .message = "m"}, std::nullopt, ""));
  EXPECT_TRUE(pool.check()->writable);
  EXPECT_EQ(store.alerts().list({})->items.size(), 2U);
}

TEST(PostgresRestarted, AWritingStatementCutOffHasAnUnknownOutcome) {
  test::Postgres postgres;
  Metrics metrics;
  db::Pool pool(test::pool_settings(postgres.empty_database()), Log::silent(), metrics);
  Result<db::Rows> answer = Error{};
  {
    const std::jthread caller([&] { answer = pool.run(k_sleep); });
    constexpr db::Statement k_asleep{.sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"};
    ASSERT_TRUE(test::eventually([&] { return (*pool.run(k_asleep))[0].take<std::int64_t>() == 1; }));
    postgres.cluster().kill();
  }
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().code == ErrorCode::outcome_unknown || answer.error().code == ErrorCode::unavailable);
}

// It waits for a lock when its server process is killed. Nobody may be told that it was surely not accepted.
TEST(PostgresRestarted, AnAlertWhoseInsertWasCutOffMayHaveBeenAccepted) {
  test::Postgres postgres;
  const std::string url = postgres.fresh_database();
  Metrics metrics;
  db::Pool pool(test::pool_settings(url), Log::silent(), metrics);
  db::Pool other(test::pool_settings(url, 2), Log::silent(), metrics);
  SystemClock clock;
  store::Store store(pool, {}, Log::silent(), metrics, clock);
  IdSource ids(clock, 1);
  constexpr db::Statement k_lock{.sql = "LOCK TABLE alerts IN EXCLUSIVE MODE", .effect = db::Effect::writes};
  constexpr db::Statement k_waits{.sql = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"};
  auto connection = other.take();
  ASSERT_TRUE(connection);
  db::Transaction transaction(**connection);
  ASSERT_TRUE(transaction.run(k_lock));
  Result<alert::Alert> answer = Error{};
  {
    const std::jthread caller(
        [&] { answer = store.alerts().create(ids.next<alert::AlertId>(), {.title = "t", .message = "m"}, std::nullopt, ""); });
    std::int32_t server_process = 0;
    ASSERT_TRUE(test::eventually([&] {
      const auto waiting = other.run(k_waits);
      if (waiting && waiting->size() == 1) { server_process = (*waiting)[0].take<std::int32_t>(); }
      return server_process != 0;
    }));
    kill(server_process, SIGKILL);
  }
  EXPECT_TRUE(answer || answer.error().code == ErrorCode::outcome_unknown) << answer.error().message;
}

TEST(Listener, HearsAndHearsAgainAfterARestart) {
  test::Postgres postgres;
  const std::string url = postgres.empty_database();
  db::Listener listener({.url = Secret(url)}, {"first", "second"}, Log::silent());
  const std::vector<std::string> both{"first", "second"};
  EXPECT_EQ(listener.wait(1s, {}), both);  // connected: something may have been missed
  test::Postgres::run(url, "NOTIFY second; NOTIFY second; NOTIFY elsewhere");
  EXPECT_EQ(listener.wait(10s, {}), std::vector<std::string>{"second"});
  EXPECT_TRUE(listener.wait(1ms, {}).empty());
  ASSERT_TRUE(postgres.cluster().restart());
  EXPECT_TRUE(test::eventually([&] { return listener.wait(10ms, {}) == both; }));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(listener.wait(1h, stop.get_token()).empty());
}

}  // namespace
}  // namespace bizcomms

// What belongs to PostgreSQL alone: keys, authority, upkeep, erasure, and a standby that refuses writes.
#include <atomic>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bizcomms/store/api_keys.hpp"
#include "bizcomms/store/authority.hpp"
#include "bizcomms/store/maintenance.hpp"
#include "bizcomms/store/store.hpp"
#include "support/postgres.hpp"
#include "support/process.hpp"

namespace bizcomms {
namespace {

using namespace alert;

class Keeping : public testing::Test {
protected:
  std::int64_t number(const std::string& sql) {
    const db::Statement statement{.sql = sql, .effect = db::Effect::reads, .plan = db::Plan::fresh};
    const auto rows = m_pool.run(statement);
    EXPECT_TRUE(rows) << rows.error().cause;
    return rows ? (*rows)[0].take<std::int64_t>() : -1;
  }
  void run(const std::string& sql) { test::Postgres::run(m_url, sql); }

  std::string m_url = test::Postgres::shared().fresh_database();
  SystemClock m_clock;
  Metrics m_metrics;
  db::Pool m_pool{test::pool_settings(m_url), Log::silent(), m_metrics};
  IdSource m_ids{m_clock, 1};
};

TEST_F(Keeping, KeysHaveOneActiveHolderOfEachName) {
  store::ApiKeys keys(m_pool);
  const db::Hash first{1};
  const db::Hash second{2};
  ASSERT_TRUE(keys.add("caller", first));
  EXPECT_EQ(keys.add("caller", second).error().code, ErrorCode::conflict);
  EXPECT_EQ(keys.active()->size(), 1U);
  EXPECT_FALSE(keys.active()->at(0).last_used_at);
  ASSERT_TRUE(keys.note_use(std::span(&first, 1)));
  EXPECT_TRUE(keys.active()->at(0).last_used_at);
  ASSERT_TRUE(keys.revoke("caller"));
  EXPECT_EQ(keys.revoke("caller").error().code, ErrorCode::not_found);
  EXPECT_TRUE(keys.active()->empty());
  ASSERT_TRUE(keys.add("caller", second));
  const auto all = keys.list();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).hash, second);
  EXPECT_TRUE(all->at(1).revoked_at);
}

TEST_F(Keeping, OneCellTakesTheAuthority) {
  store::Authority authority(m_pool);
  EXPECT_EQ(authority.current()->cell, "");
  const auto east = authority.take_if_unset("east");
  ASSERT_TRUE(east);
  EXPECT_EQ(east->cell, "east");
  EXPECT_EQ(east->epoch, 1);
  EXPECT_TRUE(east->writable);
  EXPECT_EQ(authority.take_if_unset("west")->cell, "east");
  EXPECT_EQ(authority.take("west", 1)->epoch, 2);
  EXPECT_EQ(authority.take("east", 1).error().code, ErrorCode::conflict);
  store::Store store(m_pool, {}, Log::silent(), m_metrics, m_clock);
  EXPECT_EQ(store.alerts().create(m_ids.next<AlertId>(), {.title = "t", .message = "m"}, std::nullopt, "")->epoch, 2);
}

TEST_F(Keeping, APromotedCellOutbidsTheHighestEpochThatItKnows) {
  store::Authority authority(m_pool);
  ASSERT_TRUE(authority.take_if_unset("east"));
  EXPECT_EQ(authority.take("west", 1, 6)->epoch, 7);
  EXPECT_EQ(authority.current()->epoch, 7);
}

TEST_F(Keeping, AnOperatorsWordIsKeptForItsEpoch) {
  store::Authority authority(m_pool);
  ASSERT_TRUE(authority.take_if_unset("east"));
  EXPECT_FALSE(authority.current()->told);
  const auto same = authority.tell("east", 1, 1);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->epoch, 1) << "unfinished alerts stay of this epoch";
  EXPECT_TRUE(authority.current()->told);
  EXPECT_EQ(authority.tell("east", 1, 3)->epoch, 4);
  EXPECT_TRUE(authority.current()->told);
  EXPECT_EQ(authority.tell("east", 1, 9).error().code, ErrorCode::conflict);
  ASSERT_TRUE(authority.forget_word());
  EXPECT_FALSE(authority.current()->told);
  EXPECT_FALSE(authority.take("west", 4)->told);
  EXPECT_EQ(authority.tell("east", 5, 0)->cell, "east");
  EXPECT_EQ(authority.current()->epoch, 6);
  ASSERT_TRUE(authority.note_seen(9));
  ASSERT_TRUE(authority.note_seen(8));
  EXPECT_EQ(authority.tell("east", 6, 0)->epoch, 10);
}

TEST_F(Keeping, ACellsSignOfLifeIsItsOwn) {
  store::Authority authority(m_pool);
  ASSERT_TRUE(authority.take_if_unset("east"));
  run("UPDATE authority SET active_at = now() - interval '1 hour'");
  ASSERT_TRUE(authority.note_active("west", 1));
  ASSERT_TRUE(authority.note_active("east", 2));
  EXPECT_GE(authority.current()->silent_for, std::chrono::minutes{59});
  ASSERT_TRUE(authority.note_active("east", 1));
  EXPECT_LT(authority.current()->silent_for, std::chrono::minutes{1});
}

// The replica that its commits wait for follows another by now.
TEST(LeftBehind, ADatabaseWithoutItsReplicaNotesAHigherEpochAtOnce) {
  test::Postgres postgres(std::map<std::string, std::string>{{"synchronous_commit", "on"}});
  Metrics metrics;
  db::Pool pool(test::pool_settings(postgres.fresh_database()), Log::silent(), metrics);
  store::Authority authority(pool);
  ASSERT_TRUE(authority.take_if_unset("east"));
  const auto wait_for = [&](const std::string& names) {
    test::Postgres::run(postgres.cluster().url("postgres"), "ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
    test::Postgres::run(postgres.cluster().url("postgres"), "SELECT pg_reload_conf()");
    const auto shown = [&] { return test::Postgres::ask(postgres.cluster().url("postgres"), "SHOW synchronous_standby_names") == names; };
    EXPECT_TRUE(test::eventually(shown));
  };
  wait_for("gone");
  std::atomic<bool> noted = false;
  {
    const std::jthread noting([&] { noted = authority.note_seen(2).has_value(); });
    EXPECT_TRUE(test::eventually([&] { return noted.load(); }, std::chrono::seconds{5}));
    wait_for("");
  }
  EXPECT_EQ(authority.take("east", 1)->epoch, 3);
}

TEST_F(Keeping, PartitionsAreMadeAheadAndDroppedWhenOld) {
  store::Maintenance maintenance(m_pool, {.weeks_ahead = 4}, Log::silent());
  const auto first = maintenance.run({});
  ASSERT_TRUE(first) << first.error().cause;
  EXPECT_EQ(first->partitions_made, 2);  // two are there from the first migration
  EXPECT_EQ(first->partitions_dropped, 0);
  run("CREATE TABLE deliveries_20200106 PARTITION OF deliveries FOR VALUES FROM (id_at('2020-01-06')) TO (id_at('2020-01-13'))");
  const auto second = maintenance.run({});
  ASSERT_TRUE(second) << second.error().cause;
  EXPECT_EQ(second->partitions_made, 0);
  EXPECT_EQ(second->partitions_dropped, 1);
  EXPECT_EQ(number("SELECT count(*) FROM pg_class WHERE relname = 'deliveries_20200106'"), 0);
}

TEST_F(Keeping, OldThingsAreForgottenInSmallSteps) {
  run(R"(
    INSERT INTO claims SELECT 'SM' || i, gen_random_uuid(), 1, gen_random_uuid(), 0, false,
      now() - CASE WHEN i <= 25 THEN interval '31 days' ELSE interval '29 days' END FROM generate_series(1, 30) i;
    INSERT INTO idempotency_keys SELECT 'k', i::text, '', gen_random_uuid(), 0,
      now() - CASE WHEN i <= 25 THEN interval '25 hours' ELSE interval '23 hours' END FROM generate_series(1, 30) i;
    INSERT INTO dead_letters SELECT i, 0, 0, gen_random_uuid(), 0, 0, '', 3, '', now() - interval '15 days' FROM generate_series(1, 3) i)");
  store::Maintenance maintenance(m_pool, {.step = 10}, Log::silent());
  const auto report = maintenance.run({});
  ASSERT_TRUE(report) << report.error().cause;
  EXPECT_EQ(report->rows_deleted, 53);
  EXPECT_EQ(number("SELECT count(*) FROM claims"), 5);
  EXPECT_EQ(number("SELECT count(*) FROM idempotency_keys"), 5);
}

TEST_F(Keeping, ForgettingPausesBetweenStepsAndEndsWhenAsked) {
  run("INSERT INTO idempotency_keys SELECT 'k', i::text, '', gen_random_uuid(), 0, now() - interval '25 hours' FROM generate_series(1, 30) "
      "i");
  store::Maintenance maintenance(m_pool, {.step = 10, .pause = std::chrono::hours{1}}, Log::silent());
  std::optional<Result<store::MaintenanceReport>> report;
  std::jthread housekeeper([&](const std::stop_token& stop) { report = maintenance.run(stop); });
  EXPECT_TRUE(test::eventually([&] { return number("SELECT count(*) FROM idempotency_keys") == 20; }));
  housekeeper.request_stop();
  housekeeper.join();
  ASSERT_TRUE(report && *report);
  EXPECT_EQ((*report)->rows_deleted, 10);
}

TEST_F(Keeping, AnErasedNumberIsNowhereInTheDatabase) {
  store::Store store(m_pool, {}, Log::silent(), m_metrics, m_clock);
  const std::string former = "+15550001111";
  const std::string present = "+15550002222";
  const auto person = store.recipients().create(m_ids.next<RecipientId>(), {.name = "Ada Lovelace", .phone_number = former, .tags = {"a"}});
  ASSERT_TRUE(person);
  const auto alert = store.alerts().create(m_ids.next<AlertId>(), {.title = "t", .message = "m"}, std::nullopt, "");
  ASSERT_TRUE(store.batches().expand(alert->id, 10));
  const Intent intent{
      .id = {.alert = alert->id, .batch = 1, .recipient = person->id}, .token = {m_ids.next_uuid()}, .lease = Millis{60'000}};
  ASSERT_EQ(store.ledger().begin(std::span(&intent, 1))->at(0).phone_number, former);
  ASSERT_TRUE(store.recipients().change(person->id, {.phone_number = present}));
  EXPECT_EQ(store.ledger().of_batch(alert->id, 1)->at(0).phone_number, former);  // where it went
  ASSERT_TRUE(store.recipients().opt_out(present, "STOP", m_clock.now(), {}));
  ASSERT_TRUE(store.recipients().erase(person->id));
  run(R"(
    CREATE FUNCTION holds(what text) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
      name regclass;
      found bigint;
      total bigint := 0;
    BEGIN
      FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('SELECT count(*) FROM %s t WHERE t::text LIKE %L', name, '%' || what || '%') INTO found;
        total := total + found;
      END LOOP;
      RETURN total;
    END $$)");
  EXPECT_EQ(number("SELECT holds('5550001111')"), 0);
  EXPECT_EQ(number("SELECT holds('5550002222')"), 0);
  EXPECT_EQ(number("SELECT holds('Lovelace')"), 0);
}

TEST_F(Keeping, AStandbyReadsAndRefusesWrites) {
  store::Store store(m_pool, {}, Log::silent(), m_metrics, m_clock);
  const auto alert = store.alerts().create(m_ids.next<AlertId>(), {.title = "t", .message = "m"}, std::nullopt, "");
  ASSERT_TRUE(alert);
  auto settings = test::pool_settings(m_url);
  settings.connection.session.emplace_back("SET default_transaction_read_only = on");
  db::Pool pool(settings, Log::silent(), m_metrics);
  store::Store standby(pool, {}, Log::silent(), m_metrics, m_clock);
  EXPECT_TRUE(standby.alerts().get(alert->id));
  const auto refused = standby.alerts().create(m_ids.next<AlertId>(), {.title = "t", .message = "m"}, std::nullopt, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().message, "The database is read-only here: this is a standby.");
  EXPECT_FALSE(pool.check()->writable);
  EXPECT_FALSE(store::Authority(pool).take_if_unset("east")->writable);
}

// One that PostgreSQL refuses by its own fault does not take those with it that shared its commit.
TEST_F(Keeping, EachNewAlertFailsByItsOwnFaultAlone) {
  store::Store store(m_pool, {.committers = 1}, Log::silent(), m_metrics, m_clock);
  std::atomic<int> created = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 20; ++i) {
          const std::string title = thread == 0 ? std::string("\xff not UTF-8") : "fine";
          const auto answer = store.alerts().create(m_ids.next<AlertId>(), {.title = title, .message = "m"}, std::nullopt, "");
          (answer ? created : refused) += 1;
        }
      });
    }
  }
  EXPECT_EQ(created, 140);
  EXPECT_EQ(refused, 20);
  EXPECT_EQ(number("SELECT count(*) FROM outbox"), 140);
}

TEST_F(Keeping, ReportsOfManyThreadsAreAllMerged) {
  store::Store store(m_pool, {}, Log::silent(), m_metrics, m_clock);
  run(R"(INSERT INTO recipients SELECT id_at(now() - interval '1 hour' + i * interval '1 ms'), 'n', '+1555000' || (1000 + i),
         sha256(i::text::bytea), 1, true, false, true, '{}', NULL, now() FROM generate_series(1, 100) i)");
  const auto alert = store.alerts().create(m_ids.next<AlertId>(), {.title = "t", .message = "m"}, std::nullopt, "");
  ASSERT_TRUE(store.batches().expand(alert->id, 50));
  std::vector<Intent> intents;
  for (const int batch : {1, 2}) {
    const auto loaded = store.batches().load(alert->id, batch);
    ASSERT_TRUE(loaded);
    for (const BatchMember& member : loaded->members) {
      intents.push_back({.id = {.alert = alert->id, .batch = batch, .recipient = member.recipient},
                         .token = {m_ids.next_uuid()},
                         .lease = Millis{60'000}});
    }
  }
  ASSERT_EQ(intents.size(), 100U);
  ASSERT_TRUE(store.ledger().begin(intents));
  {
    // Callbacks race the record of the answer, as they do.
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = thread; i < intents.size(); i += 4) {
          for (const auto kind : {ReportKind::sent, ReportKind::delivered}) {
            const Report report{.id = intents[i].id,
                                .token = intents[i].token,
                                .sid = fmt::format("SM{}", i),
                                .rank = 1 + static_cast<int>(kind),
                                .kind = kind,
                                .at = m_clock.now()};
            EXPECT_TRUE(store.ledger().merge(std::span(&report, 1))->at(0));
          }
        }
      });
    }
    threads.emplace_back([&] {
      for (std::size_t begin = 0; begin < intents.size(); begin += 10) {
        std::vector<Outcome> outcomes;
        for (std::size_t i = begin; i < begin + 10; ++i) {
          outcomes.push_back({.id = intents[i].id, .token = intents[i].token, .kind = Outcome::Kind::sent, .sid = fmt::format("SM{}", i)});
        }
        const auto verdicts = store.ledger().record(outcomes);
        ASSERT_TRUE(verdicts);
        for (const RecordVerdict verdict : *verdicts) { EXPECT_EQ(verdict, RecordVerdict::recorded); }
      }
    });
  }
  EXPECT_EQ(*store.batches().recount_dirty(10), 2);
  const auto report = store.alerts().report(alert->id, {});
  EXPECT_EQ(report->alert.status, AlertStatus::completed);
  EXPECT_EQ(report->counts.deliveries, (Counts{.sent = 100, .delivered = 100}));
}

}  // namespace
}  // namespace bizcomms

// The same on 200,000 analysed rows of each table, with the planner's settings untouched, and with the product's: no query of the API reads
// a table from end to end, nor more rows than its page needs. What PostgreSQL counts is what ran, with the plans it kept.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "contract/postgres_subject.hpp"

namespace bizcomms {
namespace {

using namespace alert;

constexpr int k_scale = 200'000;
constexpr int k_runs = 7;  // the server keeps a plan after five
constexpr int k_tagged = 100;

// Recipients: all `all`, half `odd` and half `even`, the last third `late`, every 2,000th `rare` and inactive. The newest tenth of the
// alerts waits in the queue; of those before, few failed, and they are old. The newest of all was sent to everybody: three failed.
constexpr const char* k_data = R"(
  UPDATE authority SET cell = 'here', epoch = 1, taken_at = now() - interval '2 hours';
  INSERT INTO recipients SELECT id_at(now() - interval '1 hour' + i * interval '1 ms'), 'n', '+1555' || (1000000 + i), sha256(i::text::bytea), 2,
    true, false, i % 2000 <> 0, array_remove(ARRAY['all', CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END, CASE WHEN i % 2000 = 0 THEN 'rare' END,
    CASE WHEN i > {0} * 2 / 3 THEN 'late' END], NULL), NULL, now() FROM generate_series(1, {0}) i;
  INSERT INTO former_phone_numbers SELECT recipient_id, 1, '+1444' FROM recipients;
  INSERT INTO opt_outs SELECT sha256((i + 5)::text::bytea), now(), 'STOP' FROM generate_series(1, {0}) i;
  INSERT INTO alerts (alert_id, title, message, priority, method, tags, match_all_tags, active_only, status, estimated_recipients, epoch, trace,
                      updated_at)
    SELECT id_at(now() - interval '1 hour' + i * interval '1 ms'), 't', 'm', CASE WHEN i % 2000 = 0 THEN 3 ELSE 1 END, 0, ARRAY[]::text[],
      false, true, CASE WHEN i > {0} * 9 / 10 THEN 0 WHEN i < 40 THEN 4 ELSE 2 END, 1, 1, '', now() FROM generate_series(1, {0}) i;
  UPDATE alerts SET status = 2 WHERE alert_id = (SELECT alert_id FROM alerts ORDER BY alert_id DESC LIMIT 1);
  INSERT INTO idempotency_keys SELECT 'bench', 'key ' || alert_id, sha256('body'), alert_id, 1, now() FROM alerts;
  INSERT INTO deliveries (alert_id, batch, recipient_id, channel, token, state, attempts, phone_version, visible, settled, started_at, sid)
    SELECT (SELECT alert_id FROM alerts ORDER BY alert_id DESC LIMIT 1), 1 + i / 500, recipient_id, 0, gen_random_uuid(), 2, 1, 1,
      CASE WHEN i % 80000 = 40000 THEN 4 ELSE 2 END, true, now(), 'SM' || i
    FROM (SELECT recipient_id, (row_number() OVER (ORDER BY recipient_id) - 1)::int AS i FROM recipients) numbered;
  INSERT INTO claims SELECT sid, alert_id, batch, recipient_id, channel, false FROM deliveries;
  INSERT INTO alert_batches (alert_id, batch, first_recipient, last_recipient, recipients, state, sent, failed)
    SELECT alert_id, batch, alert_id, alert_id, count(*), 1, count(*) FILTER (WHERE visible = 2), count(*) FILTER (WHERE visible = 4)
    FROM deliveries GROUP BY alert_id, batch;
  INSERT INTO alert_batches (alert_id, batch, first_recipient, last_recipient, recipients, state)
    SELECT alert_id, 1, alert_id, alert_id, 1, 1 FROM alerts ON CONFLICT DO NOTHING)";

std::string large_database() {
  std::string url = test::Postgres::shared().fresh_database();
  test::Postgres::run(url, fmt::format(k_data, k_scale));
  test::Postgres::run(url, "VACUUM ANALYZE");
  return url;
}

enum class Planner : std::uint8_t { untouched, ours };

db::PoolSettings pool_settings(Planner planner) {
  static const std::string k_database = large_database();
  auto settings = test::pool_settings(k_database, 1);
  if (planner == Planner::untouched) { settings.connection.session.clear(); }
  return settings;
}

class Scale : public testing::TestWithParam<Planner> {
protected:
  Scale()
      : m_pool(pool_settings(GetParam()), Log::silent(), m_metrics),
        m_store(m_pool, {.estimate_age = Millis{0}}, Log::silent(), m_metrics, clock) {}

  struct Reads {
    std::int64_t whole_tables = 0;
    std::int64_t rows = 0;
  };
  Reads reads() {
    constexpr db::Statement k_flush{.sql = "SELECT pg_stat_force_next_flush()"};
    constexpr db::Statement k_reads{.sql = R"(
      SELECT sum(seq_scan)::int8, sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::int8 FROM pg_stat_user_tables
      WHERE relname IN ('alerts', 'recipients', 'alert_batches', 'opt_outs', 'idempotency_keys', 'claims', 'former_phone_numbers')
        OR relname LIKE 'deliveries%')"};
    EXPECT_TRUE(m_pool.run(k_flush));
    const auto rows = m_pool.run(k_reads);
    db::Row row = (*rows)[0];
    const auto whole = row.take<std::int64_t>();
    return {.whole_tables = whole, .rows = row.take<std::int64_t>()};
  }
  // `rows_at_most` for each run, on average.
  template <class Query>
  void expect_by_index(const std::string& what, std::int64_t rows_at_most, const Query& query) {
    const Reads before = reads();
    for (int i = 0; i < k_runs; ++i) { EXPECT_TRUE(query()) << what; }
    const Reads after = reads();
    EXPECT_EQ(after.whole_tables - before.whole_tables, 0) << what;
    EXPECT_LE((after.rows - before.rows) / k_runs, rows_at_most) << what;
  }
  AlertStore& alerts() { return m_store.alerts(); }
  RecipientStore& recipients() { return m_store.recipients(); }
  store::Store& store() { return m_store; }
  db::Pool& pool() { return m_pool; }
  AlertId large_alert() {
    const auto page = alerts().list({.limit = 1, .status = AlertStatus::completed});
    return page->items.at(0).id;
  }
  Result<Alert> create(const Filter& filter, std::optional<Idempotency> idempotency = std::nullopt) {
    return alerts().create(ids.next<AlertId>(), {.title = "t", .message = "m", .filter = filter}, std::move(idempotency), "");
  }

  const SystemClock clock;
  IdSource ids{clock, static_cast<std::uint64_t>(GetParam()) + 1};

private:
  Metrics m_metrics;
  db::Pool m_pool;
  store::Store m_store;
};

TEST_P(Scale, ThePlannerIsAsItSays) {
  constexpr db::Statement k_touched{
      .sql = "SELECT count(*) FROM pg_settings WHERE (category LIKE 'Query Tuning%' OR name = 'jit') AND setting <> boot_val"};
  const auto rows = pool().run(k_touched);
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[0].take<std::int64_t>() == 0, GetParam() == Planner::untouched);
}

TEST_P(Scale, EveryListOfAlertsReadsItsPageAlone) {
  const Time newest = large_alert().uuid.time();
  const Time middle = newest - Millis{k_scale / 2};
  const std::vector<std::optional<AlertStatus>> statuses{std::nullopt,           AlertStatus::queued,    AlertStatus::sending,
                                                         AlertStatus::completed, AlertStatus::cancelled, AlertStatus::failed};
  const std::vector<std::optional<Priority>> priorities{std::nullopt, Priority::low, Priority::normal, Priority::high, Priority::critical};
  for (const auto& status : statuses) {
    for (const auto& priority : priorities) {
      const std::string what = fmt::format("{} {}", status ? to_string(*status) : "-", priority ? to_string(*priority) : "-");
      const AlertQuery all{.status = status, .priority = priority};
      expect_by_index(what, 260, [&] { return alerts().list(all); });
      AlertQuery some = all;
      some.after = AlertId{Uuid::at(middle)};
      expect_by_index(what + ", next page", 260, [&] { return alerts().list(some); });
      some = all;
      some.created_before = newest - Millis{k_scale - 100};
      some.created_after = newest - Millis{k_scale + 100};
      expect_by_index(what + ", long ago", 260, [&] { return alerts().list(some); });
    }
  }
}

TEST_P(Scale, AReportReadsItsPageAndItsBatches) {
  const AlertId id = large_alert();
  const auto middle = alerts().report(id, {.limit = 1, .after = DeliveryId{.alert = id, .batch = 200}})->deliveries.items.at(0).id;
  const int batches = k_scale / 500;
  expect_by_index("get", 2, [&] { return alerts().get(id); });
  expect_by_index("report", batches + 400, [&] { return alerts().report(id, {}); });
  expect_by_index("report, deep page", batches + 400, [&] { return alerts().report(id, {.after = middle}); });
  for (int status = 0; status <= static_cast<int>(DeliveryStatus::unknown); ++status) {
    const StatusQuery first{.status = static_cast<DeliveryStatus>(status)};
    StatusQuery deep = first;
    deep.after = middle;
    const std::string what(to_string(*first.status));
    expect_by_index(what, batches * 2 + 2000, [&] { return alerts().report(id, first); });
    expect_by_index(what + ", deep page", batches * 2 + 2000, [&] { return alerts().report(id, deep); });
  }
}

TEST_P(Scale, TheRareDeliveriesOfAMillionAreFound) {
  const AlertId id = large_alert();
  const auto failed = alerts().report(id, {.limit = 2, .status = DeliveryStatus::failed});
  ASSERT_TRUE(failed);
  ASSERT_EQ(failed->deliveries.items.size(), 2U);
  EXPECT_EQ(failed->deliveries.items[0].id.batch, 81);
  EXPECT_EQ(failed->deliveries.items[1].id.batch, 241);
  EXPECT_FALSE(failed->deliveries.next);
  const auto sent = alerts().report(id, {.limit = 3, .after = failed->deliveries.items[0].id, .status = DeliveryStatus::sent});
  ASSERT_EQ(sent->deliveries.items.size(), 3U);
  EXPECT_EQ(sent->deliveries.items[0].id.batch, 81);
  EXPECT_TRUE(sent->deliveries.next);
}

TEST_P(Scale, RecipientsAreReadByIndex) {
  const RecipientId first = recipients().list({.limit = 1})->items.at(0).id;
  const RecipientId middle{Uuid::at(first.uuid.time() + Millis{k_scale / 2})};
  expect_by_index("get", 4, [&] { return recipients().get(first); });
  for (const auto& after : {std::optional<RecipientId>(), std::optional(middle)}) {
    expect_by_index("list", 110, [&] { return recipients().list({.after = after}); });
    expect_by_index("active", 110, [&] { return recipients().list({.after = after, .active = true}); });
    expect_by_index("inactive", 210, [&] { return recipients().list({.after = after, .active = false}); });
    expect_by_index("common tag", 300, [&] { return recipients().list({.after = after, .tag = "odd"}); });
    expect_by_index("rare tag", 400, [&] { return recipients().list({.after = after, .tag = "rare"}); });
    expect_by_index("no such tag", 10, [&] { return recipients().list({.after = after, .tag = "none"}); });
    expect_by_index("common tag, active", 300, [&] { return recipients().list({.after = after, .tag = "odd", .active = true}); });
    expect_by_index("common tag, inactive", 400, [&] { return recipients().list({.after = after, .tag = "odd", .active = false}); });
    expect_by_index("rare tag, inactive", 400, [&] { return recipients().list({.after = after, .tag = "rare", .active = false}); });
    expect_by_index("no such tag, inactive", 210, [&] { return recipients().list({.after = after, .tag = "none", .active = false}); });
  }
}

TEST_P(Scale, ChangesFindTheirRecipientByIndex) {
  const auto page = recipients().list({.limit = 2 * k_runs})->items;
  std::size_t next = 0;
  expect_by_index("rename", 20, [&] { return recipients().change(page.at(next++ % k_runs).id, {.name = "Another"}); });
  const int base = GetParam() == Planner::untouched ? 7'000'000 : 8'000'000;
  const auto number = [&] { return fmt::format("+1666{}", base + static_cast<int>(next)); };
  expect_by_index("renumber", 20, [&] { return recipients().change(page.at(next++ % k_runs).id, {.phone_number = number()}); });
  expect_by_index("create", 10, [&] {
    ++next;
    return recipients().create(ids.next<RecipientId>(), {.name = "n", .phone_number = number()});
  });
  expect_by_index("taken number", 10,
                  [&] { return !recipients().create(ids.next<RecipientId>(), {.name = "n", .phone_number = number()}); });
  next = k_runs;
  expect_by_index("erase", 20, [&] { return recipients().erase(page.at(next++).id); });
  expect_by_index("stop", 10, [&] { return recipients().opt_out("+15559999999", "STOP", clock.now(), "SM1"); });
  expect_by_index("start", 10, [&] { return recipients().opt_in("+15559999999", clock.now(), "SM2"); });
}

TEST_P(Scale, AlertsAreWrittenByIndex) {
  Idempotency key{.key_name = "bench", .key = "first"};
  int next = 0;
  expect_by_index("create", 20, [&] {
    key.key = fmt::format("{} {}", static_cast<int>(GetParam()), ++next);
    return create({.tags = {"none"}}, key);
  });
  expect_by_index("repeat", 20, [&] { return create({.tags = {"none"}}, key); });
  std::vector<Alert> made;
  for (int i = 0; i < k_runs; ++i) { made.push_back(*create({.tags = {"none"}})); }
  next = 0;
  expect_by_index("replace", 20, [&] {
    const Alert& before = made.at(static_cast<std::size_t>(next++));
    return alerts().replace(before.id, {.title = "other", .message = "m", .filter = {.tags = {"none"}}}, before.updated_at);
  });
  next = 0;
  expect_by_index("cancel", 20, [&] { return alerts().cancel(made.at(static_cast<std::size_t>(next++)).id); });
}

TEST_P(Scale, EstimatesReadFewRowsWhateverIsAsked) {
  expect_by_index("nobody", 10, [&] { return create({.tags = {"none"}}); });
  expect_by_index("rare tag", 10 + 2 * k_tagged, [&] { return create({.tags = {"rare"}}); });
  expect_by_index("everybody", 10, [&] { return create({}); });
  expect_by_index("the inactive too", 10, [&] { return create({.active_only = false}); });
  expect_by_index("common tag", 30'000, [&] { return create({.tags = {"all"}}); });
  expect_by_index("any of two", 30'000, [&] { return create({.tags = {"odd", "late"}}); });
  expect_by_index("two that never meet", 30'000, [&] { return create({.tags = {"even", "odd"}, .match_all_tags = true}); });
}

TEST_P(Scale, EstimatesAreNearTheTruth) {
  const auto estimate = [&](const Filter& filter) { return create(filter)->estimated_recipients; };
  EXPECT_EQ(estimate({.tags = {"none"}}), 0);
  EXPECT_NEAR(static_cast<double>(estimate({.tags = {"rare"}, .active_only = false})), k_tagged, 1);
  EXPECT_NEAR(static_cast<double>(estimate({})), k_scale, k_scale / 20.0);
  EXPECT_NEAR(static_cast<double>(estimate({.tags = {"all"}})), k_scale, k_scale / 10.0);
  EXPECT_NEAR(static_cast<double>(estimate({.tags = {"odd"}})), k_scale / 2.0, k_scale / 10.0);
  EXPECT_LT(estimate({.tags = {"even", "odd"}, .match_all_tags = true}), 100);
}

TEST_P(Scale, CallbacksFindTheirDeliveriesByIndex) {
  const AlertId id = large_alert();
  const auto page = alerts().report(id, {.limit = 200, .status = DeliveryStatus::sent})->deliveries.items;
  std::size_t next = GetParam() == Planner::untouched ? 0 : 100;
  const auto report_of = [&](const ListedDelivery& delivery) {
    return Report{.id = delivery.id, .sid = fmt::format("SM report {}", next), .rank = 4, .kind = ReportKind::delivered, .at = clock.now()};
  };
  expect_by_index("one", 40, [&] { return store().ledger().merge(std::vector{report_of(page.at(next++))}); });
  expect_by_index("several", 400, [&] {
    std::vector<Report> reports;
    for (int i = 0; i < 10; ++i) { reports.push_back(report_of(page.at(next++))); }
    return store().ledger().merge(reports);
  });
}

TEST_P(Scale, WhoseACallMayBeIsAskedByIndex) {
  if (GetParam() == Planner::untouched) { return; }  // no query of the API, and the planner would rather read an empty partition whole
  const AlertId id = large_alert();
  std::vector<std::pair<DeliveryId, Time>> calls;
  const auto page = alerts().report(id, {.limit = 50});
  ASSERT_TRUE(page);
  for (const ListedDelivery& delivery : page->deliveries.items) { calls.emplace_back(delivery.id, clock.now() - std::chrono::hours{1}); }
  expect_by_index("contested", 2, [&] { return store().ledger().contested(calls); });
}

TEST_P(Scale, ALedgerElsewhereIsAnsweredByIndex) {
  const AlertId id = large_alert();
  const auto page = alerts().report(id, {.limit = 100});
  ASSERT_TRUE(page);
  std::vector<Intent> intents;
  std::vector<std::pair<RecipientId, std::int16_t>> went_to;
  std::vector<RecipientId> callees;
  std::vector<TouchedBatch> touched;
  for (const ListedDelivery& delivery : page->deliveries.items) {
    intents.push_back({.id = delivery.id, .sender = "+15550000001"});
    went_to.emplace_back(delivery.id.recipient, static_cast<std::int16_t>(1 + went_to.size() % 2));
    callees.push_back(delivery.id.recipient);
    touched.push_back({.alert = id, .batch = static_cast<std::int32_t>(touched.size()) + 1});
  }
  LedgerGround& ground = store().ledger_ground();
  expect_by_index("clear", 310, [&] { return ground.clear(intents); });
  expect_by_index("numbers", 200, [&] { return ground.numbers(went_to); });
  expect_by_index("inherited", 10, [&] { return ground.inherited_calls(callees); });
  expect_by_index("touch", 300, [&] { return ground.touch(touched); });
}

TEST_P(Scale, ABatchWhoseDeliveriesAreElsewhereIsCountedByIndex) {
  Metrics metrics;
  store::Store remote(pool(), {}, Log::silent(), metrics, clock, contract::make_table_ledger);
  const AlertId id = create({.tags = {"late"}})->id;
  ASSERT_TRUE(remote.batches().expand(id, 500));
  const std::pair first{id, std::int32_t{1}};
  expect_by_index("nothing begun", 1'100, [&] { return remote.batches().recount(std::span(&first, 1)); });
  ASSERT_TRUE(remote.batches().give_up(id, 1, "Too late."));
  expect_by_index("all begun", 1'100, [&] { return remote.batches().recount(std::span(&first, 1)); });
  EXPECT_EQ(remote.alerts().report(id, {})->counts.deliveries.failed, 500);
}

INSTANTIATE_TEST_SUITE_P(On200000, Scale, testing::Values(Planner::untouched, Planner::ours),
                         [](const auto& tested) { return tested.param == Planner::untouched ? "PlannerUntouched" : "PlannerOurs"; });

}  // namespace
}  // namespace bizcomms

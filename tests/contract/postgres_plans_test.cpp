// Every query of the API finds its rows by an index: PostgreSQL counts how often each table was read from end to end, and how many rows
// its indexes gave.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bizcomms/store/store.hpp"
#include "support/postgres.hpp"

namespace bizcomms {
namespace {

using namespace alert;

constexpr int k_rows = 20'000;

// 20,000 recipients, 1 % of them tagged `rare` and inactive; as many alerts, all completed but a few; one alert sent to 2,000.
std::string full_database() {
  std::string url = test::Postgres::shared().fresh_database();
  test::Postgres::run(url, fmt::format(R"(
    INSERT INTO recipients SELECT id_at(now() - interval '1 hour' + i * interval '1 ms'), 'n', '+1555' || (1000000 + i), sha256(i::text::bytea), 1,
      true, false, i % 100 <> 0, CASE WHEN i % 100 = 1 THEN ARRAY['common', 'rare'] ELSE ARRAY['common'] END, NULL, now()
      FROM generate_series(1, {0}) i;
    INSERT INTO alerts (alert_id, title, message, priority, method, tags, match_all_tags, active_only, status, estimated_recipients, epoch, trace,
                        updated_at)
      SELECT id_at(now() - interval '1 hour' + i * interval '1 ms'), 't', 'm', CASE WHEN i % 100 = 0 THEN 3 ELSE 1 END, 0, ARRAY[]::text[], false,
        true, CASE WHEN i % 100 = 0 THEN 0 ELSE 2 END, 1, 1, '', now() FROM generate_series(1, {0}) i;
    INSERT INTO alert_batches (alert_id, batch, first_recipient, last_recipient, recipients)
      SELECT alert_id, 1, alert_id, alert_id, 1 FROM alerts;
    INSERT INTO deliveries (alert_id, batch, recipient_id, channel, token, state, attempts, phone_version, visible, settled, started_at)
      SELECT (SELECT max(alert_id::text)::uuid FROM alerts), 1, recipient_id, 0, gen_random_uuid(), 2, 1, 1, 2, true, now()
      FROM recipients ORDER BY recipient_id LIMIT 2000)",
                                       k_rows));
  test::Postgres::run(url, "VACUUM ANALYZE");
  return url;
}

class Plans : public testing::Test {
protected:
  explicit Plans(const std::string& database = full_database())
      : m_pool(test::pool_settings(database, 1), Log::silent(), m_metrics), m_store(m_pool, {}, Log::silent(), m_metrics, m_clock) {}

  struct Reads {
    std::int64_t whole_tables = 0;
    std::int64_t rows = 0;
  };
  // What the statement made the server read.
  template <class Query>
  Reads reads_of(const Query& query) {
    const Reads before = reads();
    EXPECT_TRUE(query());
    const Reads after = reads();
    return {.whole_tables = after.whole_tables - before.whole_tables, .rows = after.rows - before.rows};
  }
  template <class Query>
  void expect_found_by_index(const char* what, std::int64_t rows_at_most, const Query& query) {
    const Reads made = reads_of(query);
    EXPECT_EQ(made.whole_tables, 0) << what;
    EXPECT_LE(made.rows, rows_at_most) << what;
  }
  AlertStore& alerts() { return m_store.alerts(); }
  RecipientStore& recipients() { return m_store.recipients(); }
  store::Store& store() { return m_store; }
  db::Pool& pool() { return m_pool; }

private:
  Reads reads() {
    constexpr db::Statement k_flush{.sql = "SELECT pg_stat_force_next_flush()"};
    constexpr db::Statement k_reads{.sql = R"(
      SELECT sum(seq_scan)::int8, sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::int8 FROM pg_stat_user_tables
      WHERE relname IN ('alerts', 'recipients', 'alert_batches', 'opt_outs', 'idempotency_keys', 'claims') OR relname LIKE 'deliveries%')"};
    EXPECT_TRUE(m_pool.run(k_flush));
    const auto rows = m_pool.run(k_reads);
    db::Row row = (*rows)[0];
    const auto whole = row.take<std::int64_t>();
    return {.whole_tables = whole, .rows = row.take<std::int64_t>()};
  }

  SystemClock m_clock;
  Metrics m_metrics;
  db::Pool m_pool;
  store::Store m_store;
};

TEST_F(Plans, AlertsAreReadByIndex) {
  const AlertId newest = alerts().list({.limit = 1})->items.at(0).id;
  const AlertId oldest{Uuid::at(newest.uuid.time() - Millis{k_rows})};
  const Time middle = newest.uuid.time() - Millis{k_rows / 2};
  expect_found_by_index("get", 10, [&] { return alerts().get(newest); });
  expect_found_by_index("list", 100, [&] { return alerts().list({}); });
  expect_found_by_index("next page", 100, [&] { return alerts().list({.after = AlertId{Uuid::at(middle)}}); });
  expect_found_by_index("list by time", 100,
                        [&] { return alerts().list({.created_after = oldest.uuid.time(), .created_before = middle}); });
  expect_found_by_index("queued", 100, [&] { return alerts().list({.status = AlertStatus::queued}); });
  expect_found_by_index("failed", 100, [&] { return alerts().list({.status = AlertStatus::failed}); });
  expect_found_by_index("completed", 200, [&] { return alerts().list({.status = AlertStatus::completed}); });
  expect_found_by_index("critical", 100, [&] { return alerts().list({.priority = Priority::critical}); });
  expect_found_by_index("low", 100, [&] { return alerts().list({.priority = Priority::low}); });
  expect_found_by_index("report", 300, [&] { return alerts().report(newest, {}); });
  expect_found_by_index("report's page", 300, [&] {
    return alerts().report(newest,
                           {.after = DeliveryId{.alert = newest, .batch = 1, .recipient = {Uuid::at(middle - std::chrono::hours{2})}}});
  });
}

TEST_F(Plans, RecipientsAreReadByIndex) {
  const RecipientId first = recipients().list({.limit = 1})->items.at(0).id;
  expect_found_by_index("get", 10, [&] { return recipients().get(first); });
  expect_found_by_index("list", 100, [&] { return recipients().list({}); });
  expect_found_by_index("next page", 100, [&] { return recipients().list({.after = first}); });
  expect_found_by_index("common tag", 200, [&] { return recipients().list({.tag = "common"}); });
  expect_found_by_index("rare tag", 500, [&] { return recipients().list({.tag = "rare"}); });
  expect_found_by_index("no such tag", 10, [&] { return recipients().list({.tag = "none"}); });
  expect_found_by_index("inactive", 100, [&] { return recipients().list({.active = false}); });
}

TEST_F(Plans, CreatingCountsARareTagWithoutReadingAll) {
  const SystemClock clock;
  IdSource ids(clock, 1);
  const AlertDraft draft{.title = "t", .message = "m", .filter = {.tags = {"rare"}}};
  expect_found_by_index("create", 500, [&] { return alerts().create(ids.next<AlertId>(), draft, std::nullopt, ""); });
}

TEST_F(Plans, ExpandingARareTagReadsItsRecipientsAlone) {
  const SystemClock clock;
  IdSource ids(clock, 1);
  const AlertDraft draft{.title = "t", .message = "m", .filter = {.tags = {"rare"}}};
  const auto alert = alerts().create(ids.next<AlertId>(), draft, std::nullopt, "");
  ASSERT_TRUE(alert);
  expect_found_by_index("expand", 500, [&] { return store().batches().expand(alert->id, 50); });
}

// The first alert ever goes out before PostgreSQL knows anything of its deliveries, and plans made then are kept.
class PlansOfAnEmptyDatabase : public Plans {
protected:
  PlansOfAnEmptyDatabase() : Plans(empty_database()) {}

  static std::string empty_database() {
    std::string url = test::Postgres::shared().fresh_database();
    test::Postgres::run(url, "VACUUM ANALYZE");
    return url;
  }

  // Deliveries that have left, of an alert that is now.
  void begin(int count) {
    static constexpr db::Statement k_begin{.sql = R"(
      INSERT INTO deliveries (alert_id, batch, recipient_id, channel, token, state, attempts, phone_version, visible, settled, started_at)
      SELECT $1::uuid, 1, id_at(now() + ($2::int4 + i) * interval '1 ms'), 0, gen_random_uuid(), 1, 1, 1, 1, false, now()
      FROM generate_series(1, $3::int4) i)",
                                           .effect = db::Effect::writes};
    ASSERT_TRUE(pool().run(k_begin, db::Params().add(alert.uuid).add(begun).add(count)));
    begun += count;
  }
  std::vector<Outcome> outcomes(int count) {
    static constexpr db::Statement k_begun{
        .sql = "SELECT recipient_id, token FROM deliveries WHERE alert_id = $1::uuid AND state = 1 LIMIT $2::int8"};
    const auto rows = pool().run(k_begun, db::Params().add(alert.uuid).add(std::int64_t{count}));
    std::vector<Outcome> made;
    for (int i = 0; i < rows->size(); ++i) {
      db::Row row = (*rows)[i];
      const RecipientId recipient{row.take<Uuid>()};
      made.push_back({.id = {.alert = alert, .batch = 1, .recipient = recipient},
                      .token = {row.take<Uuid>()},
                      .kind = Outcome::Kind::sent,
                      .sid = ProviderId("SM" + recipient.uuid.to_base32())});
    }
    return made;
  }

  std::vector<Report> reports_of(const std::vector<Outcome>& sent) const {
    std::vector<Report> made;
    for (const auto& each : sent) {
      made.push_back({.id = each.id, .token = each.token, .sid = *each.sid, .rank = 4, .kind = ReportKind::delivered, .at = clock.now()});
    }
    return made;
  }

  const SystemClock clock;
  IdSource ids{clock, 1};
  const AlertId alert = ids.next<AlertId>();
  std::int32_t begun = 0;
};

TEST_F(PlansOfAnEmptyDatabase, OutcomesAndReportsFindTheirDeliveriesByIndex) {
  static constexpr db::Statement k_forget{.sql = "TRUNCATE deliveries, claims", .effect = db::Effect::writes};
  static constexpr db::Statement k_plan_anew{.sql = "DISCARD PLANS", .effect = db::Effect::writes};
  for (const int rows_when_planned : {1, 20, 250, 1000}) {
    SCOPED_TRACE(rows_when_planned);
    begin(rows_when_planned);
    ASSERT_TRUE(pool().run(k_plan_anew));
    const auto first = outcomes(1);
    ASSERT_TRUE(store().ledger().record(first));
    ASSERT_TRUE(store().ledger().merge(reports_of(first)));
    begin(k_rows);
    const auto many = outcomes(50);
    expect_found_by_index("record", 300, [&] { return store().ledger().record(many); });
    expect_found_by_index("merge", 300, [&] { return store().ledger().merge(reports_of(many)); });
    ASSERT_TRUE(pool().run(k_forget));
  }
}

}  // namespace
}  // namespace bizcomms

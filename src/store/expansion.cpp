// Cutting an alert's recipients into batches: one pass of a cursor, in one transaction.
#include <algorithm>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/batch_store.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::Alert;
using alert::AlertId;
using alert::AlertStatus;
using alert::Expansion;
using db::Effect;

constexpr std::size_t k_written_at_once = 500;  // batches

const std::string k_lock_alert_sql = fmt::format("SELECT {} FROM alerts a WHERE a.alert_id = $1::uuid FOR NO KEY UPDATE", k_alert_columns);
const db::Statement k_lock_alert{.sql = k_lock_alert_sql, .effect = Effect::writes};

constexpr db::Statement k_done{.sql = "SELECT count(*), coalesce(sum(recipients), 0)::int8 FROM alert_batches WHERE alert_id = $1::uuid"};

// All rows are wanted: the plan need not hurry for the first.
constexpr db::Statement k_want_all{.sql = "SELECT set_config('cursor_tuple_fraction', '1', true)"};

constexpr db::Statement k_write_batches{.sql = R"(
  WITH made AS (
    INSERT INTO alert_batches (alert_id, batch, first_recipient, last_recipient, recipients, pending)
    SELECT $1::uuid, * FROM unnest($2::int4[], $3::uuid[], $4::uuid[], $5::int8[], $6::int8[])),
  event AS (
    INSERT INTO outbox (kind, alert_id, batch, lane, epoch, trace)
    SELECT 1, a.alert_id, b.batch, CASE WHEN a.priority >= 2 THEN 1 ELSE 0 END, a.epoch, a.trace
    FROM unnest($2::int4[]) AS b(batch), alerts a WHERE a.alert_id = $1::uuid AND $7::bool)
  SELECT)",
                                        .effect = Effect::writes};

const std::string k_start_sending_sql = fmt::format(R"(
  UPDATE alerts SET status = $2::int2, sending_at = now(), progressed_at = now(), updated_at = {},
    ended_at = CASE WHEN $2::int2 = 2 THEN now() END
  WHERE alert_id = $1::uuid)",
                                                    k_next_update);
const db::Statement k_start_sending{.sql = k_start_sending_sql, .effect = Effect::writes};

std::string cursor_text(const Alert& alert) {
  const bool sms = uses(alert.content.method, alert::Channel::sms);
  const bool voice = uses(alert.content.method, alert::Channel::voice);
  return fmt::format(
      "DECLARE matches NO SCROLL CURSOR FOR SELECT r.recipient_id, ({} AND r.sms_enabled)::int + ({} AND r.voice_enabled)::int"
      " FROM recipients r WHERE r.recipient_id < $1::uuid{} ORDER BY r.recipient_id",
      sms, voice, filter_condition(alert.content.filter, 2));
}

// Batches on their way into the table.
struct Cut {
  db::Column<std::int32_t> numbers;
  db::Column<Uuid> firsts, lasts;
  db::Column<std::int64_t> recipients, deliveries;

  void push(std::int32_t number, const db::Rows& members) {
    std::int64_t expected = 0;
    Uuid first;
    Uuid last;
    for (int i = 0; i < members.size(); ++i) {
      db::Row row = members[i];
      last = row.take<Uuid>();
      if (i == 0) { first = last; }
      expected += row.take<std::int32_t>();
    }
    numbers.push(number);
    firsts.push(first);
    lasts.push(last);
    recipients.push(std::int64_t{members.size()});
    deliveries.push(expected);
  }
  [[nodiscard]] db::Params params(AlertId id, bool with_events) const {
    db::Params all;
    all.add(id.uuid).add(numbers).add(firsts).add(lasts).add(recipients).add(deliveries).add(with_events);
    return all;
  }
};

Status open_cursor(db::Transaction& transaction, const Alert& alert) {
  const std::string sql = cursor_text(alert);
  db::Params params;
  params.add(Uuid::at(alert.created_at + Millis{1}));  // created no later than the alert
  if (!alert.content.filter.tags.empty()) { params.add(std::span<const std::string>(alert.content.filter.tags)); }
  const auto opened =
      transaction.run_all({{.statement = k_want_all},
                           {.statement = {.sql = sql, .effect = Effect::reads, .plan = db::Plan::fresh}, .params = std::move(params)}});
  if (!opened) { return opened.error(); }
  return {};
}

Result<Expansion> cut(db::Transaction& transaction, const Alert& alert, int batch_size) {
  if (const auto opened = open_cursor(transaction, alert); !opened) { return opened.error(); }
  const std::string fetch_text = fmt::format("FETCH FORWARD {} FROM matches", batch_size);
  const db::Statement fetch{.sql = fetch_text, .effect = Effect::reads, .plan = db::Plan::fresh};
  Expansion expansion;
  Cut waiting;
  for (;;) {
    const auto members = transaction.run(fetch);
    if (!members) { return members.error(); }
    if (!members->empty()) {
      waiting.push(++expansion.batches, *members);
      expansion.recipients += members->size();
    }
    const bool over = members->size() < batch_size;
    if (waiting.numbers.size() == k_written_at_once || (over && waiting.numbers.size() > 0)) {
      const auto written = transaction.run(k_write_batches, waiting.params(alert.id, expansion.batches > 1));
      if (!written) { return written.error(); }
      waiting = {};
    }
    if (over) { return expansion; }
  }
}

// `conflict` means cancelled to our caller; rows that are in each other's way are no such thing.
Error as_damage(Error error) {
  if (error.code == ErrorCode::conflict) { error.code = ErrorCode::internal; }
  return error;
}

Result<Expansion> expand_in(db::Connection& connection, AlertId id, int batch_size) {
  db::Transaction transaction(connection);
  const auto locked = transaction.run_all(
      {{.statement = k_lock_alert, .params = db::Params().add(id.uuid)}, {.statement = k_done, .params = db::Params().add(id.uuid)}});
  if (!locked) { return locked.error(); }
  if ((*locked)[0].empty()) { return no_alert(); }
  db::Row first = (*locked)[0][0];
  const Alert alert = read_alert(first);
  if (alert.status == AlertStatus::cancelled) { return Error{.code = ErrorCode::conflict, .message = "The alert was cancelled."}; }
  if (alert.status != AlertStatus::queued) {
    db::Row done = (*locked)[1][0];
    const auto batches = done.take<std::int64_t>();
    return Expansion{.batches = static_cast<int>(batches), .recipients = done.take<std::int64_t>(), .already_done = true};
  }
  auto expansion = cut(transaction, alert, batch_size);
  if (!expansion) { return as_damage(expansion.error()); }
  const AlertStatus next = expansion->batches == 0 ? AlertStatus::completed : AlertStatus::sending;
  const auto finished = transaction.finish({{.statement = k_start_sending, .params = db::Params().add(id.uuid).add(number_of(next))}});
  if (!finished) { return finished.error(); }
  return expansion;
}

}  // namespace

Result<Expansion> PostgresBatchStore::expand(AlertId id, int batch_size) {
  check(batch_size > 0, "a batch has room for a recipient");
  auto expansion = repeating([&]() -> Result<Expansion> {
    auto connection = m_pool.take();
    if (!connection) { return connection.error(); }
    return expand_in(**connection, id, batch_size);
  });
  if (expansion && expansion->batches > 1) { m_bell.ring(); }
  return expansion;
}

}  // namespace bizcomms::store

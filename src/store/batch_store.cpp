#include "store/batch_store.hpp"

#include <array>
#include <map>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::AlertId;
using db::Effect;

constexpr std::int16_t k_blames_max = 3;

constexpr db::Statement k_state{.sql = "SELECT state FROM alert_batches WHERE alert_id = $1::uuid AND batch = $2::int4"};
const std::string k_members_sql = fmt::format(R"(
  SELECT r.recipient_id, r.sms_enabled, r.voice_enabled, r.sender_number
  FROM alert_batches b JOIN alerts a ON a.alert_id = b.alert_id
    JOIN recipients r ON r.recipient_id BETWEEN b.first_recipient AND b.last_recipient
  WHERE b.alert_id = $1::uuid AND b.batch = $2::int4 AND b.state = 0{}
  ORDER BY r.recipient_id)",
                                              k_filter_of_alert);
const db::Statement k_members{.sql = k_members_sql};

constexpr db::Statement k_lock_batches{.sql = R"(
  SELECT FROM unnest($1::uuid[], $2::int4[]) AS i(alert_id, batch)
    JOIN alert_batches b ON b.alert_id = i.alert_id AND b.batch = i.batch
  WHERE i.batch - i.batch = 0
  ORDER BY b.alert_id, b.batch FOR NO KEY UPDATE OF b)",
                                       .effect = Effect::writes};

// Deliveries that a batch `b` of an alert `a` should have and that were not begun. OFFSET keeps the planner from making a join of it, or
// from writing a part out more than once: it is a look at the key for each member, whatever the statistics say.
const std::string k_not_begun = fmt::format(R"(
  FROM recipients r CROSS JOIN (VALUES (0::int2), (1::int2)) AS c(channel)
  WHERE r.recipient_id BETWEEN b.first_recipient AND b.last_recipient{}
    AND (a.method = 2 OR a.method = c.channel) AND CASE c.channel WHEN 0 THEN r.sms_enabled ELSE r.voice_enabled END
    AND NOT EXISTS (SELECT FROM deliveries d WHERE d.alert_id = b.alert_id AND d.batch = b.batch AND d.recipient_id = r.recipient_id
                    AND d.channel = c.channel OFFSET 0))",
                                            k_filter_of_alert);

// The rows are locked by the statement before, and this one sees what was committed until then: a report that marks a batch dirty either is
// counted here or marks it afterwards. A worker may withdraw what a settled batch had counted as never begun: their sum stays.
const std::string k_recount_sql = fmt::format(R"(
  UPDATE alert_batches u SET dirty = false, state = n.state, settled_at = CASE WHEN n.state = 1 THEN coalesce(u.settled_at, now()) END,
    never_begun = n.never_begun, sent = n.sent, delivered = n.delivered, failed = n.failed, pending = n.pending, cancelled = n.shown_cancelled + n.never_begun
  FROM (
    SELECT b.alert_id, b.batch, d.sent, d.delivered, d.failed, d.shown_cancelled,
      CASE WHEN b.state = 1 OR (d.all_settled AND (a.status = 3 OR m.missing = 0)) THEN 1 ELSE 0 END AS state,
      CASE WHEN b.state = 1 THEN least(b.never_begun, greatest(0, b.sent + b.failed + b.pending + b.cancelled - d.rows))
        WHEN a.status = 3 THEN m.missing ELSE 0 END AS never_begun,
      d.pending + CASE WHEN a.status = 3 THEN 0 ELSE m.missing END AS pending
    FROM unnest($1::uuid[], $2::int4[]) AS i(alert_id, batch)
      JOIN alert_batches b ON b.alert_id = i.alert_id AND b.batch = i.batch
      JOIN alerts a ON a.alert_id = b.alert_id
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE d.visible IN (2, 3)) AS sent, count(*) FILTER (WHERE d.visible = 3) AS delivered,
          count(*) FILTER (WHERE d.visible = 4) AS failed, count(*) FILTER (WHERE d.visible IN (0, 1, 6)) AS pending,
          count(*) FILTER (WHERE d.visible = 5) AS shown_cancelled, count(*) AS rows, coalesce(bool_and(d.settled), true) AS all_settled
        FROM deliveries d WHERE d.alert_id = b.alert_id AND d.batch = b.batch OFFSET 0) d
      CROSS JOIN LATERAL (SELECT CASE WHEN b.state = 1 THEN 0 ELSE (SELECT count(*) {}) END AS missing OFFSET 0) m
    WHERE i.batch - i.batch = 0 OFFSET 0) n
  WHERE u.alert_id = n.alert_id AND u.batch = n.batch
  RETURNING u.alert_id, u.batch, u.state = 1)",
                                              k_not_begun);
const db::Statement k_recount{.sql = k_recount_sql, .effect = Effect::writes};

const std::string k_complete_sql = fmt::format(R"(
  UPDATE alerts SET status = 2, ended_at = now(), updated_at = {}
  WHERE alert_id = ANY($1::uuid[]) AND status = 1
    AND NOT EXISTS (SELECT FROM alert_batches b WHERE b.alert_id = alerts.alert_id AND b.state = 0))",
                                               k_next_update);
const db::Statement k_complete{.sql = k_complete_sql, .effect = Effect::writes};

constexpr db::Statement k_dirty{.sql = "SELECT alert_id, batch FROM alert_batches WHERE dirty ORDER BY alert_id, batch LIMIT $1::int8"};

// `place`: how many entries of the schedule came before.
constexpr db::Statement k_take_unfinished{.sql = R"(
  WITH due AS MATERIALIZED (
    SELECT b.alert_id, b.batch FROM unnest($1::int8[]) WITH ORDINALITY AS s(after_ms, place)
      JOIN alert_batches b ON b.checks = s.place - 1 AND b.settled_at <= now() - s.after_ms * interval '1 millisecond'
    WHERE b.state = 1 AND b.sent > b.delivered
    LIMIT $2::int8 FOR NO KEY UPDATE OF b SKIP LOCKED)
  UPDATE alert_batches u
  SET checks = (SELECT count(*) FROM unnest($1::int8[]) AS s(after_ms) WHERE u.settled_at <= now() - s.after_ms * interval '1 millisecond')
  FROM due WHERE u.alert_id = due.alert_id AND u.batch = due.batch
  RETURNING u.alert_id, u.batch)",
                                          .effect = Effect::writes};

constexpr db::Statement k_blame{
    .sql = "UPDATE alert_batches SET blamed = blamed + 1 WHERE alert_id = $1::uuid AND batch = $2::int4 RETURNING blamed",
    .effect = Effect::writes};
// What is `sending` or `unknown` may have been taken: only a look-up can settle it.
constexpr db::Statement k_fail_open{.sql = R"(
  UPDATE deliveries SET state = 5, due_at = NULL, wake_at = NULL, reason = $3::text, visible = 4, settled = true
  WHERE alert_id = $1::uuid AND batch = $2::int4 AND state = 3 AND NOT settled)",
                                    .effect = Effect::writes};
const std::string k_fail_missing_sql = fmt::format(R"(
  INSERT INTO deliveries (alert_id, batch, recipient_id, channel, token, state, attempts, started_at, reason, visible, settled)
  SELECT b.alert_id, b.batch, n.recipient_id, n.channel, gen_random_uuid(), 5, 0, now(), $3::text, 4, true
  FROM alert_batches b JOIN alerts a ON a.alert_id = b.alert_id CROSS JOIN LATERAL (SELECT r.recipient_id, c.channel {}) n
  WHERE b.alert_id = $1::uuid AND b.batch = $2::int4 AND b.state = 0
  ORDER BY n.recipient_id, n.channel ON CONFLICT DO NOTHING)",
                                                   k_not_begun);
const db::Statement k_fail_missing{.sql = k_fail_missing_sql, .effect = Effect::writes};
constexpr db::Statement k_mark_dirty{.sql = "UPDATE alert_batches SET dirty = true WHERE alert_id = $1::uuid AND batch = $2::int4",
                                     .effect = Effect::writes};

constexpr db::Statement k_note_held{.sql = R"(
  WITH held AS MATERIALIZED (
    SELECT b.alert_id, b.batch FROM unnest($1::uuid[], $2::int4[]) AS i(alert_id, batch)
      JOIN alert_batches b ON b.alert_id = i.alert_id AND b.batch = i.batch
    WHERE i.batch - i.batch = 0 ORDER BY b.alert_id, b.batch FOR NO KEY UPDATE OF b)
  UPDATE alert_batches b SET progressed_at = now() FROM held h WHERE b.alert_id = h.alert_id AND b.batch = h.batch)",
                                    .effect = Effect::writes};

const std::string k_fail_sql = fmt::format(R"(
  UPDATE alerts SET status = 4, reason = $2::text, ended_at = now(), updated_at = {}
  WHERE alert_id = $1::uuid
    AND (status = 0 OR (status = 1 AND NOT EXISTS (SELECT FROM alert_batches b WHERE b.alert_id = alerts.alert_id))))",
                                           k_next_update);
const db::Statement k_fail{.sql = k_fail_sql, .effect = Effect::writes};
constexpr db::Statement k_status{.sql = "SELECT status FROM alerts WHERE alert_id = $1::uuid"};

Error no_batch() { return {.code = ErrorCode::not_found, .message = "There is no such batch."}; }

db::Params keys_of(std::span<const std::pair<AlertId, std::int32_t>> batches) {
  db::Column<Uuid> ids;
  db::Column<std::int32_t> numbers;
  for (const auto& batch : batches) {
    ids.push(batch.first.uuid);
    numbers.push(batch.second);
  }
  db::Params params;
  params.add(ids).add(numbers);
  return params;
}

std::vector<std::pair<AlertId, std::int32_t>> keys_in(const db::Rows& rows) {
  std::vector<std::pair<AlertId, std::int32_t>> batches;
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    const AlertId id{row.take<Uuid>()};
    batches.emplace_back(id, row.take<std::int32_t>());
  }
  return batches;
}

}  // namespace

Result<alert::Batch> PostgresBatchStore::load(AlertId id, std::int32_t number) {
  const db::Params key = db::Params().add(id.uuid).add(number);
  const std::array steps{db::Step{.statement = k_state, .params = key}, db::Step{.statement = k_members, .params = key}};
  const auto answers = m_pool.run_all(steps);
  if (!answers) { return answers.error(); }
  if ((*answers)[0].empty()) { return no_batch(); }
  alert::Batch batch{.alert = id, .number = number};
  batch.state = static_cast<alert::BatchState>((*answers)[0][0].take<std::int16_t>());
  const db::Rows& members = (*answers)[1];
  batch.members.reserve(static_cast<std::size_t>(members.size()));
  for (int i = 0; i < members.size(); ++i) {
    db::Row row = members[i];
    alert::BatchMember& member = batch.members.emplace_back();
    member.recipient.uuid = row.take<Uuid>();
    member.preferences.sms_enabled = row.take<bool>();
    member.preferences.voice_enabled = row.take<bool>();
    member.sender = row.take_optional<std::string>();
  }
  return batch;
}

Result<std::vector<bool>> PostgresBatchStore::recount(std::span<const std::pair<AlertId, std::int32_t>> batches) {
  if (batches.empty()) { return std::vector<bool>{}; }
  const db::Params keys = keys_of(batches);
  const std::array steps{db::Step{.statement = k_lock_batches, .params = keys}, db::Step{.statement = k_recount, .params = keys}};
  const auto answers = repeating([&] { return m_pool.run_all(steps); });  // a pipeline is a transaction
  if (!answers) { return answers.error(); }
  std::map<std::pair<AlertId, std::int32_t>, bool> settled;
  const db::Rows& rows = (*answers)[1];
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    const AlertId id{row.take<Uuid>()};
    const auto number = row.take<std::int32_t>();
    settled[{id, number}] = row.take<bool>();
  }
  if (const auto completed = complete_those_over(batches); !completed) { return completed.error(); }
  std::vector<bool> verdicts;
  for (const auto& batch : batches) {
    const auto found = settled.find(batch);
    verdicts.push_back(found != settled.end() && found->second);
  }
  return verdicts;
}

// In a transaction of its own, after the batches' commit: of two last batches one sees the other.
Status PostgresBatchStore::complete_those_over(std::span<const std::pair<AlertId, std::int32_t>> batches) {
  db::Column<Uuid> ids;
  for (const auto& batch : batches) { ids.push(batch.first.uuid); }
  const auto done = repeating([&] { return m_pool.run(k_complete, db::Params().add(ids)); });
  if (!done) { return done.error(); }
  return {};
}

Result<int> PostgresBatchStore::recount_dirty(int limit) {
  const auto rows = m_pool.run(k_dirty, db::Params().add(std::int64_t{limit}));
  if (!rows) { return rows.error(); }
  const auto batches = keys_in(*rows);
  const auto counted = recount(batches);
  if (!counted) { return counted.error(); }
  return static_cast<int>(batches.size());
}

Result<std::vector<std::pair<AlertId, std::int32_t>>> PostgresBatchStore::take_unfinished(std::span<const Millis> schedule, int limit) {
  db::Column<std::int64_t> after;
  for (const Millis each : schedule) { after.push(std::int64_t{each.count()}); }
  const auto rows = m_pool.run(k_take_unfinished, db::Params().add(after).add(std::int64_t{limit}));
  if (!rows) { return rows.error(); }
  return keys_in(*rows);
}

Status PostgresBatchStore::blame(AlertId id, std::int32_t number, const std::string& reason) {
  const db::Params key = db::Params().add(id.uuid).add(number);
  const auto blamed = m_pool.run(k_blame, key);
  if (!blamed) { return blamed.error(); }
  if (blamed->empty()) { return no_batch(); }
  return (*blamed)[0].take<std::int16_t>() < k_blames_max ? Status{} : give_up(id, number, reason);
}

Status PostgresBatchStore::give_up(AlertId id, std::int32_t number, const std::string& reason) {
  const db::Params key = db::Params().add(id.uuid).add(number);
  const db::Params with_reason = db::Params(key).add(reason);
  const std::array steps{db::Step{.statement = k_fail_open, .params = with_reason},
                         db::Step{.statement = k_fail_missing, .params = with_reason}, db::Step{.statement = k_mark_dirty, .params = key}};
  const auto failed = repeating([&] { return m_pool.run_all(steps); });
  if (!failed) { return failed.error(); }
  return {};
}

Status PostgresBatchStore::note_held(std::span<const std::pair<AlertId, std::int32_t>> batches) {
  if (batches.empty()) { return {}; }
  return db::status_of(repeating([&] { return m_pool.run(k_note_held, keys_of(batches)); }));
}

Status PostgresBatchStore::fail(AlertId id, const std::string& reason) {
  const auto failed = m_pool.run(k_fail, db::Params().add(id.uuid).add(reason));
  if (!failed) { return failed.error(); }
  if (failed->affected() == 1) { return {}; }
  const auto status = m_pool.run(k_status, db::Params().add(id.uuid));
  if (!status) { return status.error(); }
  if (status->empty()) { return no_alert(); }
  const auto is = static_cast<alert::AlertStatus>((*status)[0].take<std::int16_t>());
  return Error{.code = ErrorCode::conflict, .message = fmt::format("The alert is {} already.", to_string(is))};
}

}  // namespace bizcomms::store

#include "store/batch_store.hpp"

#include <array>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/batch_rows.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::AlertId;
using db::Effect;

constexpr db::Statement k_state{.sql = "SELECT state FROM alert_batches WHERE alert_id = $1::uuid AND batch = $2::int4"};
const std::string k_members_sql = fmt::format(R"(
  SELECT r.recipient_id, r.sms_enabled, r.voice_enabled, r.sender_number
  FROM alert_batches b JOIN alerts a ON a.alert_id = b.alert_id
    JOIN recipients r ON r.recipient_id BETWEEN b.first_recipient AND b.last_recipient
  WHERE b.alert_id = $1::uuid AND b.batch = $2::int4 AND b.state = 0{}
  ORDER BY r.recipient_id)",
                                              k_filter_of_alert);
const db::Statement k_members{.sql = k_members_sql};

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

Result<std::vector<std::pair<AlertId, std::int32_t>>> PostgresBatchStore::take_unfinished(std::span<const Millis> schedule, int limit) {
  db::Column<std::int64_t> after;
  for (const Millis each : schedule) { after.push(std::int64_t{each.count()}); }
  const auto rows = m_pool.run(k_take_unfinished, db::Params().add(after).add(std::int64_t{limit}));
  if (!rows) { return rows.error(); }
  return keys_in(*rows);
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

#include "store/ledger.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::AlertId;
using alert::AttemptToken;
using alert::DeliveryId;
using alert::Outcome;
using alert::RecordVerdict;
using db::Effect;

// Kinds in the statement below.
static_assert(number_of(Outcome::Kind::sent) == 0 && number_of(Outcome::Kind::retry) == 1 && number_of(Outcome::Kind::unknown) == 2 &&
              number_of(Outcome::Kind::failed) == 3);

// The usual end of an attempt: it is `sending`, its token is current, nothing was reported, its SID is free. All else is left out, and for
// record_other.
// SIDs are claimed before the first delivery is locked (see LedgerTransaction). The alert comes with each row: were it one for all, the
// planner would read all of its deliveries where it has no statistics yet. A delivery is looked up once, and found again by its place in
// the table (`ctid`, within the partition of its alert); one that was changed in between is left to record_other. `place - place =
// 0`, here and elsewhere, makes the planner expect few rows, each to be found by its key: without statistics, or with those of a smaller
// past, it would rather read the whole table.
constexpr db::Statement k_record{.sql = R"(
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::int4[], $3::uuid[], $4::int2[], $5::uuid[], $6::int2[], $7::text[], $8::int8[], $9::bool[], $10::int4[],
                         $11::text[]) WITH ORDINALITY
      AS t(alert_id, batch, recipient_id, channel, token, kind, sid, due_ms, looked, error_code, reason, place)
    WHERE place - place = 0),
  current AS MATERIALIZED (
    SELECT i.*, d.ctid AS found_at
    FROM input i JOIN deliveries d
      ON d.alert_id = i.alert_id AND d.batch = i.batch AND d.recipient_id = i.recipient_id AND d.channel = i.channel
    WHERE d.token = i.token AND d.state = 1 AND d.report_rank IS NULL),
  claimed AS (
    INSERT INTO claims (sid, alert_id, batch, recipient_id, channel, by_look_up)
    SELECT sid, alert_id, batch, recipient_id, channel, false FROM current WHERE kind = 0 ORDER BY sid, place
    ON CONFLICT (sid) DO NOTHING RETURNING sid, alert_id, batch, recipient_id, channel),
  updated AS (
    UPDATE deliveries d SET
      state = CASE i.kind WHEN 0 THEN 2 WHEN 1 THEN 3 WHEN 2 THEN 4 ELSE 5 END,
      visible = CASE i.kind WHEN 0 THEN 2 WHEN 1 THEN 0 WHEN 2 THEN 6 ELSE 4 END,
      settled = i.kind IN (0, 3),
      attempts = d.attempts - CASE i.kind WHEN 1 THEN 1 ELSE 0 END,
      looks = CASE i.kind WHEN 1 THEN d.looks + 1 WHEN 2 THEN i.looked::int ELSE d.looks END,
      lease_until = NULL,
      due_at = CASE WHEN i.kind IN (1, 2) THEN now() + i.due_ms * interval '1 millisecond' END,
      wake_at = CASE WHEN i.kind IN (1, 2) THEN now() + i.due_ms * interval '1 millisecond' END,
      sid = CASE i.kind WHEN 0 THEN i.sid ELSE d.sid END,
      sent_at = CASE i.kind WHEN 0 THEN now() ELSE d.sent_at END,
      error_code = CASE i.kind WHEN 0 THEN NULL ELSE i.error_code END,
      reason = CASE i.kind WHEN 0 THEN '' ELSE i.reason END
    FROM current i
    WHERE (SELECT count(*) FROM claimed) >= 0 AND d.ctid = i.found_at AND d.alert_id = i.alert_id
      AND d.token = i.token AND d.state = 1 AND d.report_rank IS NULL
      AND (i.kind <> 0 OR (i.sid, i.alert_id, i.batch, i.recipient_id, i.channel) IN (SELECT * FROM claimed))
    RETURNING i.place),
  touched AS (
    UPDATE alert_batches b SET progressed_at = now(), dirty = b.dirty OR b.state = 1 FROM (SELECT DISTINCT alert_id, batch FROM input) i
    WHERE b.alert_id = i.alert_id AND b.batch = i.batch
      AND (b.progressed_at < now() - interval '100 milliseconds' OR (b.state = 1 AND NOT b.dirty)))
  SELECT place FROM updated)",
                                 .effect = Effect::writes};

const std::string k_of_batch_sql = fmt::format(R"(
  SELECT {}, {} FROM deliveries d LEFT JOIN recipients r ON r.recipient_id = d.recipient_id
  WHERE d.alert_id = $1::uuid AND d.batch = $2::int4 ORDER BY d.recipient_id, d.channel)",
                                               k_delivery_columns, k_delivery_number);
const db::Statement k_of_batch{.sql = k_of_batch_sql};

constexpr db::Statement k_expire{.sql = R"(
  UPDATE deliveries SET state = 4, looks = 0, lease_until = NULL, due_at = now(), wake_at = CASE WHEN settled THEN NULL ELSE now() END,
    visible = CASE WHEN visible = 1 THEN 6 ELSE visible END
  WHERE alert_id = $1::uuid AND batch = $2::int4 AND state = 1 AND lease_until <= now())",
                                 .effect = Effect::writes};
constexpr db::Statement k_next_lease{.sql = R"(
  SELECT ceil(extract(epoch FROM min(lease_until) - now()) * 1000)::int8 FROM deliveries
  WHERE alert_id = $1::uuid AND batch = $2::int4 AND state = 1)"};

// What is `sending` among them is sent again, and its lease has ended: it becomes unknown.
const std::string k_due_sql = fmt::format(R"(
  WITH picked AS MATERIALIZED (
    SELECT alert_id, batch, recipient_id, channel FROM deliveries WHERE wake_at <= now() ORDER BY wake_at LIMIT $1::int8
    FOR NO KEY UPDATE SKIP LOCKED),
  d AS (
    UPDATE deliveries u SET wake_at = now() + $2::int8 * interval '1 millisecond',
      state = CASE u.state WHEN 1 THEN 4 ELSE u.state END, looks = CASE u.state WHEN 1 THEN 0 ELSE u.looks END,
      due_at = CASE u.state WHEN 1 THEN now() ELSE u.due_at END, lease_until = NULL, visible = CASE u.visible WHEN 1 THEN 6 ELSE u.visible END
    FROM picked p
    WHERE u.alert_id = p.alert_id AND u.batch = p.batch AND u.recipient_id = p.recipient_id AND u.channel = p.channel RETURNING u.*)
  SELECT {}, {}, now() FROM d LEFT JOIN recipients r ON r.recipient_id = d.recipient_id ORDER BY d.due_at)",
                                          k_delivery_columns, k_delivery_number);
const db::Statement k_due{.sql = k_due_sql, .effect = Effect::writes};

constexpr db::Statement k_claimed{.sql = "SELECT sid FROM claims WHERE sid = ANY($1::text[])"};

// By the index of calls: a recipient has few. States: alert::is_unaccounted(), and what a cell before this one may have begun
// again.
const std::string k_contested_sql = fmt::format(R"(
  WITH inherited AS MATERIALIZED ({})
  SELECT EXISTS (
      SELECT FROM deliveries d WHERE d.recipient_id = i.recipient_id AND d.channel = 1 AND d.alert_id <> i.alert_id
        AND (d.state IN (1, 4) OR (d.state = 3 AND d.started_at < t.taken_at) OR (d.state = 5 AND d.sid IS NULL AND d.error_code IS NULL))
        AND (d.started_at >= i.since OR (d.started_at < t.taken_at AND (d.state <> 5 OR i.since < t.taken_at))))
    OR EXISTS (
      SELECT FROM inherited a JOIN recipients r ON r.recipient_id = i.recipient_id
      WHERE a.alert_id <> i.alert_id{}
        AND NOT EXISTS (SELECT FROM deliveries d WHERE d.recipient_id = i.recipient_id AND d.channel = 1 AND d.alert_id = a.alert_id))
  FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS i(alert_id, recipient_id, since, place), authority t
  ORDER BY i.place)",
                                                k_inherited_alerts, k_filter_of_alert);
const db::Statement k_contested{.sql = k_contested_sql};

constexpr db::Statement k_absolve{.sql = R"(
  UPDATE deliveries d SET state = 3, looks = 0, due_at = now(), wake_at = CASE WHEN d.settled THEN NULL ELSE now() END,
    visible = CASE WHEN d.visible = 6 THEN 0 ELSE d.visible END
  FROM unnest($1::uuid[], $2::int4[], $3::uuid[], $4::int2[], $5::uuid[], $6::int4[])
    AS i(alert_id, batch, recipient_id, channel, token, place)
  WHERE d.alert_id = i.alert_id AND d.batch = i.batch AND d.recipient_id = i.recipient_id AND d.channel = i.channel
    AND d.token = i.token AND d.state = 4 AND i.place - i.place = 0
  RETURNING i.place)",
                                  .effect = Effect::writes};

// Places in the order of their keys. None of the usual: a second outcome of the same attempt, one sent without a SID, one looked up.
std::vector<std::size_t> usual_ones(std::span<const Outcome> outcomes) {
  std::vector<std::size_t> places;
  std::unordered_set<Uuid> tokens;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const bool odd = outcomes[i].kind == Outcome::Kind::sent && (!outcomes[i].sid || outcomes[i].looked_up);
    if (!odd && tokens.insert(outcomes[i].token.uuid).second) { places.push_back(i); }
  }
  std::sort(places.begin(), places.end(), [&](auto a, auto b) { return outcomes[a].id < outcomes[b].id; });
  return places;
}

alert::Delivery take_delivery(db::Row& row) {
  alert::Delivery delivery = read_delivery(row).delivery;
  delivery.phone_number = row.take_optional<std::string>();
  return delivery;
}

}  // namespace

PostgresLedger::PostgresLedger(db::Pool& pool, const Settings& settings)
    : m_pool(pool),
      m_merging(settings.mergers, settings.group_max, Merging::Pace::lingers, [this](auto& calls) { merge_gathered(calls); }) {}

Result<std::vector<RecordVerdict>> PostgresLedger::record(std::span<const Outcome> outcomes) {
  std::vector<bool> recorded(outcomes.size());
  const Places usual = usual_ones(outcomes);
  if (!usual.empty()) {
    const auto done = repeating([&] { return record_usual(outcomes, usual, recorded); });
    if (!done) { return done.error(); }
  }
  std::vector<RecordVerdict> verdicts(outcomes.size(), RecordVerdict::recorded);
  Places others;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!recorded[i]) { others.push_back(i); }
  }
  if (others.empty()) { return verdicts; }
  const auto done = repeating([&] { return record_other(outcomes, others, verdicts); });
  if (!done) { return done.error(); }
  return verdicts;
}

Status PostgresLedger::record_usual(std::span<const Outcome> outcomes, const Places& places, std::vector<bool>& recorded) {
  KeyColumns keys;
  db::Column<Uuid> tokens;
  db::Column<std::int16_t> kinds;
  db::Column<std::string_view> sids, reasons;
  db::Column<std::int64_t> due_ms;
  db::Column<bool> looked;
  db::Column<std::int32_t> error_codes;
  for (const std::size_t place : places) {
    const Outcome& outcome = outcomes[place];
    keys.push(outcome.id);
    tokens.push(outcome.token.uuid);
    kinds.push(number_of(outcome.kind));
    outcome.sid ? sids.push(std::string_view(*outcome.sid)) : sids.push_null();
    due_ms.push(std::int64_t{outcome.due_in.count()});
    looked.push(outcome.looked);
    error_codes.push(std::optional<std::int32_t>(outcome.error_code));
    reasons.push(std::string_view(outcome.reason));
  }
  db::Params params;
  params.add(keys.alert).add(keys.batch).add(keys.recipient).add(keys.channel).add(tokens).add(kinds);
  params.add(sids).add(due_ms).add(looked).add(error_codes).add(reasons);
  const auto rows = m_pool.run(k_record, params);
  if (!rows) { return rows.error(); }
  for (int i = 0; i < rows->size(); ++i) { recorded[places.at(static_cast<std::size_t>((*rows)[i].take<std::int64_t>() - 1))] = true; }
  return {};
}

Result<std::vector<alert::Delivery>> PostgresLedger::of_batch(AlertId alert, std::int32_t batch) {
  const auto rows = m_pool.run(k_of_batch, db::Params().add(alert.uuid).add(batch));
  if (!rows) { return rows.error(); }
  std::vector<alert::Delivery> deliveries;
  deliveries.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    deliveries.push_back(take_delivery(row));
  }
  return deliveries;
}

Result<alert::DeliveryLedger::Expiry> PostgresLedger::expire_leases(AlertId alert, std::int32_t batch) {
  const db::Params key = db::Params().add(alert.uuid).add(batch);
  const std::array steps{db::Step{.statement = k_expire, .params = key}, db::Step{.statement = k_next_lease, .params = key}};
  const auto answers = repeating([&] { return m_pool.run_all(steps); });
  if (!answers) { return answers.error(); }
  Expiry expiry{.expired = static_cast<int>((*answers)[0].affected()), .next_in = {}};
  if (const auto left = (*answers)[1][0].take_optional<std::int64_t>()) { expiry.next_in = Millis{*left}; }
  return expiry;
}

Result<std::vector<alert::DueDelivery>> PostgresLedger::due(int limit, Millis hidden_for) {
  const auto rows =
      repeating([&] { return m_pool.run(k_due, db::Params().add(std::int64_t{limit}).add(std::int64_t{hidden_for.count()})); });
  if (!rows) { return rows.error(); }
  std::vector<alert::DueDelivery> due;
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    alert::DueDelivery& one = due.emplace_back();
    one.delivery = take_delivery(row);
    one.now = row.take<Time>();
  }
  return due;
}

Result<std::vector<bool>> PostgresLedger::claimed(std::span<const alert::ProviderId> sids) {
  const auto rows = m_pool.run(k_claimed, db::Params().add(sids));
  if (!rows) { return rows.error(); }
  std::unordered_set<std::string> held;
  for (int i = 0; i < rows->size(); ++i) { held.insert((*rows)[i].take<std::string>()); }
  std::vector<bool> answers;
  for (const alert::ProviderId& sid : sids) { answers.push_back(held.contains(sid)); }
  return answers;
}

Result<std::vector<bool>> PostgresLedger::contested(std::span<const std::pair<DeliveryId, Time>> calls) {
  KeyColumns keys;
  db::Column<Time> since;
  for (const auto& call : calls) {
    keys.push(call.first);
    since.push(call.second);
  }
  const auto rows = m_pool.run(k_contested, db::Params().add(keys.alert).add(keys.recipient).add(since));
  if (!rows) { return rows.error(); }
  std::vector<bool> answers;
  for (int i = 0; i < rows->size(); ++i) { answers.push_back((*rows)[i].take<bool>()); }
  return answers;
}

Result<std::vector<bool>> PostgresLedger::absolve(std::span<const std::pair<DeliveryId, AttemptToken>> absent) {
  Places places(absent.size());
  for (std::size_t i = 0; i < places.size(); ++i) { places[i] = i; }
  std::sort(places.begin(), places.end(), [&](auto a, auto b) { return absent[a].first < absent[b].first; });
  KeyColumns keys;
  db::Column<Uuid> tokens;
  db::Column<std::int32_t> numbers;
  for (const std::size_t place : places) {
    keys.push(absent[place].first);
    tokens.push(absent[place].second.uuid);
    numbers.push(static_cast<std::int32_t>(place));
  }
  db::Params params;
  params.add(keys.alert).add(keys.batch).add(keys.recipient).add(keys.channel).add(tokens).add(numbers);
  const auto rows = repeating([&] { return m_pool.run(k_absolve, params); });
  if (!rows) { return rows.error(); }
  std::vector<bool> answers(absent.size());
  for (int i = 0; i < rows->size(); ++i) { answers[static_cast<std::size_t>((*rows)[i].take<std::int32_t>())] = true; }
  return answers;
}

}  // namespace bizcomms::store

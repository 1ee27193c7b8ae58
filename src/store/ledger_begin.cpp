// The ledger's begin: first attempts of an alert in one statement; further ones in the thorough way.
#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/begin_checks.hpp"
#include "store/ledger.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::AlertId;
using alert::BeginAnswer;
using alert::BeginVerdict;
using alert::DeliveryId;
using alert::Intent;
using db::Effect;

// The alert's row is locked in share: a cancellation either is seen here, or waits until this is committed.
const std::string k_locked_alert = fmt::format("{} FOR SHARE", k_state_of_alert);

const std::string k_begin_sql = fmt::format(R"(
  WITH a AS MATERIALIZED ({}),
  input AS MATERIALIZED (
    SELECT * FROM unnest($2::int4[], $3::uuid[], $4::int2[], $5::uuid[], $6::text[], $7::text[], $8::bytea[], $9::int8[])
      AS t(batch, recipient_id, channel, token, account, sender, body_hash, lease_ms)
    WHERE batch - batch = 0),
  checked AS MATERIALIZED ({}),
  inserted AS (
    INSERT INTO deliveries (alert_id, batch, recipient_id, channel, token, state, attempts, phone_version, visible, settled, started_at,
                            lease_until, due_at, wake_at, account, sender, body_hash, reason)
    SELECT $1::uuid, batch, recipient_id, channel, token, CASE why WHEN 0 THEN 1 WHEN -1 THEN 4 WHEN 3 THEN 5 ELSE 6 END,
      CASE why WHEN 0 THEN 1 ELSE 0 END, CASE WHEN why <= 0 THEN phone_version END,
      CASE why WHEN 0 THEN 1 WHEN -1 THEN 6 WHEN 3 THEN 4 ELSE 5 END, why > 0, now(),
      CASE why WHEN 0 THEN now() + lease_ms * interval '1 millisecond' END, CASE why WHEN -1 THEN now() END,
      CASE why WHEN -1 THEN now() END, account, coalesce(sender_number, sender), body_hash,
      coalesce(($10::text[])[why], '')
    FROM checked ORDER BY batch, recipient_id, channel
    ON CONFLICT DO NOTHING RETURNING token, started_at),
  senders AS ({}),
  touched AS (
    UPDATE alert_batches b SET progressed_at = now(), dirty = b.dirty OR EXISTS (SELECT FROM checked WHERE why > 0)
    WHERE b.alert_id = $1::uuid AND b.batch = ANY($2::int4[])
      AND (b.progressed_at < now() - interval '100 milliseconds' OR EXISTS (SELECT FROM checked WHERE why > 0)))
  SELECT token, NULL::text, NULL::text, NULL::int2, started_at FROM inserted
  UNION ALL SELECT token, phone_number, sender_number, why, NULL FROM checked)",
                                            k_locked_alert, k_checked, k_keep_senders);
const db::Statement k_begin{.sql = k_begin_sql, .effect = Effect::writes};

// The same check for rows that are there: of one alert.
const std::string k_check_sql = fmt::format(R"(
  WITH a AS MATERIALIZED ({}),
  input AS MATERIALIZED (SELECT * FROM unnest($2::int4[], $3::uuid[], $4::int2[]) AS t(place, recipient_id, channel)
    WHERE place - place = 0),
  checked AS MATERIALIZED ({})
  SELECT {} FROM checked)",
                                            k_locked_alert, k_checked, k_checked_columns);
const db::Statement k_check{.sql = k_check_sql, .effect = Effect::writes};

struct IntentColumns {
  KeyColumns keys;
  db::Column<Uuid> token;
  db::Column<std::string_view> account, sender;
  db::Column<db::Bytes> body_hash;
  db::Column<std::int64_t> lease_ms;

  void push(const Intent& intent) {
    keys.push(intent.id);
    token.push(intent.token.uuid);
    account.push(std::string_view(intent.account));
    sender.push(std::string_view(intent.sender));
    body_hash.push(db::Bytes(intent.body_hash));
    lease_ms.push(std::int64_t{intent.lease.count()});
  }
};

std::vector<std::string> reasons() {
  std::vector<std::string> texts;
  for (const Withdrawal& withdrawal : k_withdrawals) { texts.emplace_back(withdrawal.reason); }
  return texts;
}

const std::vector<std::string> k_reasons = reasons();

// Places in the order of their keys, apart for each alert.
std::map<AlertId, std::vector<std::size_t>> by_alert(std::span<const Intent> intents, bool first_attempts) {
  std::map<AlertId, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    if (intents[i].previous.has_value() != first_attempts) { groups[intents[i].id.alert].push_back(i); }
  }
  for (auto& group : groups) {
    std::stable_sort(group.second.begin(), group.second.end(), [&](auto a, auto b) { return intents[a].id < intents[b].id; });
  }
  return groups;
}

}  // namespace

Result<std::vector<BeginAnswer>> PostgresLedger::begin(std::span<const Intent> intents) {
  std::vector<BeginAnswer> answers(intents.size());
  for (const bool first : {true, false}) {
    for (const auto& group : by_alert(intents, first)) {
      const auto done =
          repeating([&] { return first ? begin_first(intents, group.second, answers) : begin_again(intents, group.second, answers); });
      if (!done) { return done.error(); }
    }
  }
  return answers;
}

Status PostgresLedger::begin_first(std::span<const Intent> intents, const Places& places, std::vector<BeginAnswer>& answers) {
  IntentColumns columns;
  std::unordered_map<Uuid, std::size_t> place_of;
  place_of.reserve(places.size());
  for (const std::size_t place : places) {
    columns.push(intents[place]);
    place_of.emplace(intents[place].token.uuid, place);
  }
  db::Params params;
  params.add(intents[places.front()].id.alert.uuid).add(columns.keys.batch).add(columns.keys.recipient).add(columns.keys.channel);
  params.add(columns.token).add(columns.account).add(columns.sender).add(columns.body_hash).add(columns.lease_ms);
  params.add(std::span<const std::string>(k_reasons));
  const auto rows = m_pool.run(k_begin, params);
  if (!rows) { return rows.error(); }
  // First the rows that came in, then what was checked of all: only the former are ours.
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    BeginAnswer& answer = answers[place_of.at(row.take<Uuid>())];
    auto phone_number = row.take_optional<std::string>();
    auto sender = row.take_optional<std::string>();
    const auto why = row.take_optional<std::int16_t>();
    if (!why) {
      answer.verdict = BeginVerdict::begun;
      answer.started_at = row.take<Time>();
      continue;
    }
    if (answer.verdict != BeginVerdict::begun) { continue; }
    if (*why != 0) {
      answer.verdict = *why == k_inherited ? BeginVerdict::doubtful : BeginVerdict::withdrawn;
      continue;
    }
    answer.attempt = 1;
    answer.phone_number = std::move(phone_number).value_or("");
    answer.sender = std::move(sender).value_or("");
  }
  return {};
}

Status PostgresLedger::begin_again(std::span<const Intent> intents, const Places& places, std::vector<BeginAnswer>& answers) {
  auto connection = m_pool.take();
  if (!connection) { return connection.error(); }
  db::Column<std::int32_t> numbers;
  KeyColumns keys;
  std::vector<DeliveryId> ids;
  for (const std::size_t place : places) {
    numbers.push(static_cast<std::int32_t>(place));
    keys.push(intents[place].id);
    ids.push_back(intents[place].id);
  }
  LedgerTransaction transaction(**connection);
  db::Params params;
  params.add(ids.front().alert.uuid).add(numbers).add(keys.recipient).add(keys.channel);
  if (const auto opened = transaction.open(ids, {}, {{.statement = k_check, .params = std::move(params)}}); !opened) {
    return opened.error();
  }
  const auto clearances = read_clearances(transaction.before().front());
  for (const std::size_t place : places) {
    const auto found = clearances.find(place);
    if (found != clearances.end()) { answers[place] = transaction.draft().begin(intents[place], found->second); }
  }
  return transaction.commit();
}

}  // namespace bizcomms::store

#include "store/ledger_ground.hpp"

#include <map>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/begin_checks.hpp"
#include "store/ledger_rows.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::AlertId;
using alert::Clearance;
using alert::Intent;
using alert::RecipientId;
using db::Effect;

// Of one alert. Its row is not locked: the ledger writes after this is committed, so a cancellation comes between them all the same.
const std::string k_clear_sql = fmt::format(R"(
  WITH a AS MATERIALIZED ({}),
  input AS MATERIALIZED (
    SELECT * FROM unnest($2::int4[], $3::uuid[], $4::int2[], $5::text[]) AS t(place, recipient_id, channel, sender) WHERE place - place = 0),
  checked AS MATERIALIZED ({}),
  senders AS ({})
  SELECT {} FROM checked)",
                                            k_state_of_alert, k_checked, k_keep_senders, k_checked_columns);
const db::Statement k_clear{.sql = k_clear_sql, .effect = Effect::writes};

// As LedgerTransaction's; and each is told apart, for who counts meanwhile (recount.cpp).
constexpr db::Statement k_touch_changed{.sql = R"(
  WITH touched AS MATERIALIZED (
    SELECT b.alert_id, b.batch, i.dirty FROM unnest($1::uuid[], $2::int4[], $3::bool[]) AS i(alert_id, batch, dirty)
      JOIN alert_batches b ON b.alert_id = i.alert_id AND b.batch = i.batch
    WHERE i.batch - i.batch = 0 ORDER BY b.alert_id, b.batch FOR NO KEY UPDATE OF b)
  UPDATE alert_batches b SET progressed_at = now(), dirty = b.dirty OR t.dirty OR b.state = 1, changes = b.changes + 1
  FROM touched t WHERE b.alert_id = t.alert_id AND b.batch = t.batch)",
                                        .effect = Effect::writes};

const std::string k_numbers_sql = fmt::format(R"(
  SELECT {} FROM unnest($1::uuid[], $2::int2[]) WITH ORDINALITY AS d(recipient_id, phone_version, place)
    LEFT JOIN recipients r ON r.recipient_id = d.recipient_id AND d.place - d.place = 0
  ORDER BY d.place)",
                                              k_delivery_number);
const db::Statement k_numbers{.sql = k_numbers_sql};

const std::string k_inherited_calls_sql = fmt::format(R"(
  WITH inherited AS MATERIALIZED ({})
  SELECT i.place, t.taken_at, c.alert_id
  FROM unnest($1::uuid[]) WITH ORDINALITY AS i(recipient_id, place) CROSS JOIN authority t
    LEFT JOIN LATERAL (SELECT a.alert_id FROM inherited a JOIN recipients r ON r.recipient_id = i.recipient_id{}) c ON true)",
                                                      k_inherited_alerts, k_filter_of_alert);
const db::Statement k_inherited_calls{.sql = k_inherited_calls_sql};

using Places = std::vector<std::size_t>;

db::Step clear_of(AlertId id, std::span<const Intent> intents, const Places& places) {
  db::Column<std::int32_t> numbers;
  db::Column<Uuid> recipients;
  db::Column<std::int16_t> channels;
  db::Column<std::string_view> senders;
  for (const std::size_t place : places) {
    const Intent& intent = intents[place];
    numbers.push(static_cast<std::int32_t>(place));
    recipients.push(intent.id.recipient.uuid);
    channels.push(number_of(intent.id.channel));
    senders.push(std::string_view(intent.sender));
  }
  return {.statement = k_clear, .params = db::Params().add(id.uuid).add(numbers).add(recipients).add(channels).add(senders)};
}

}  // namespace

// A step for each alert, all in one round trip.
Result<std::vector<Clearance>> PostgresLedgerGround::clear(std::span<const Intent> intents) {
  std::vector<Clearance> clearances(intents.size());
  if (intents.empty()) { return clearances; }
  std::map<AlertId, Places> groups;
  for (std::size_t i = 0; i < intents.size(); ++i) { groups[intents[i].id.alert].push_back(i); }
  std::vector<db::Step> steps;
  steps.reserve(groups.size());
  for (const auto& group : groups) { steps.push_back(clear_of(group.first, intents, group.second)); }
  const auto answers = repeating([&] { return m_pool.run_all(steps); });
  if (!answers) { return answers.error(); }
  for (const db::Rows& rows : *answers) {
    for (auto& answer : read_clearances(rows)) { clearances.at(answer.first) = std::move(answer.second); }
  }
  return clearances;
}

Status PostgresLedgerGround::touch(std::span<const alert::TouchedBatch> batches) {
  if (batches.empty()) { return {}; }
  std::map<std::pair<AlertId, std::int32_t>, bool> marks;
  for (const alert::TouchedBatch& each : batches) {
    bool& dirty = marks[{each.alert, each.batch}];
    dirty = dirty || each.dirty;
  }
  db::Column<Uuid> ids;
  db::Column<std::int32_t> numbers;
  db::Column<bool> dirty;
  for (const auto& mark : marks) {
    ids.push(mark.first.first.uuid);
    numbers.push(mark.first.second);
    dirty.push(mark.second);
  }
  return db::status_of(repeating([&] { return m_pool.run(k_touch_changed, db::Params().add(ids).add(numbers).add(dirty)); }));
}

Result<std::vector<std::optional<std::string>>> PostgresLedgerGround::numbers(
    std::span<const std::pair<RecipientId, std::int16_t>> went_to) {
  std::vector<std::optional<std::string>> numbers;
  if (went_to.empty()) { return numbers; }
  db::Column<Uuid> recipients;
  db::Column<std::int16_t> versions;
  for (const auto& one : went_to) {
    recipients.push(one.first.uuid);
    versions.push(one.second);
  }
  const auto rows = m_pool.run(k_numbers, db::Params().add(recipients).add(versions));
  if (!rows) { return rows.error(); }
  numbers.reserve(went_to.size());
  for (int i = 0; i < rows->size(); ++i) { numbers.push_back((*rows)[i].take_optional<std::string>()); }
  return numbers;
}

Result<std::vector<alert::LedgerGround::Inherited>> PostgresLedgerGround::inherited_calls(std::span<const RecipientId> recipients) {
  std::vector<Inherited> answers(recipients.size());
  if (recipients.empty()) { return answers; }
  db::Column<Uuid> ids;
  for (const RecipientId& recipient : recipients) { ids.push(recipient.uuid); }
  const auto rows = m_pool.run(k_inherited_calls, db::Params().add(ids));
  if (!rows) { return rows.error(); }
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    Inherited& one = answers.at(static_cast<std::size_t>(row.take<std::int64_t>() - 1));
    one.taken_over_at = row.take<Time>();
    if (const auto id = row.take_optional<Uuid>()) { one.alerts.push_back({*id}); }
  }
  return answers;
}

}  // namespace bizcomms::store

#include "store/recipient_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "bizcomms/db/sqlstate.hpp"

namespace bizcomms::store {

namespace {

using alert::Recipient;
using alert::RecipientId;
using db::Effect;

constexpr std::string_view k_columns =
    "r.recipient_id, r.name, r.phone_number, r.sms_enabled, r.voice_enabled, r.tags, r.active, r.updated_at, o.at, o.by";

// An opt-out belongs to the number, so it is asked for with the row as it is after the statement.
const std::string k_create_sql = fmt::format(R"(
  WITH r AS (
    INSERT INTO recipients (recipient_id, name, phone_number, number_hash, sms_enabled, voice_enabled, tags, active, updated_at)
    VALUES ($1::uuid, $2::text, $3::text, number_hash($3::text), $4::bool, $5::bool, $6::text[], $7::bool, $8::timestamptz)
    RETURNING *)
  SELECT {} FROM r LEFT JOIN opt_outs o ON o.number_hash = r.number_hash)",
                                             k_columns);
const db::Statement k_create{.sql = k_create_sql, .effect = Effect::writes};

const std::string k_get_recipient_sql = fmt::format(
    "SELECT {} FROM recipients r LEFT JOIN opt_outs o ON o.number_hash = r.number_hash WHERE r.recipient_id = $1::uuid", k_columns);
const db::Statement k_get_recipient{.sql = k_get_recipient_sql};

constexpr db::Statement k_owner{.sql = "SELECT recipient_id FROM recipients WHERE phone_number = $1::text"};

// What is not given is NULL. A number that changes leaves the former one behind, for the deliveries that went to it.
const std::string k_change_sql = fmt::format(R"(
  WITH before AS (SELECT * FROM recipients WHERE recipient_id = $1::uuid FOR UPDATE),
  former AS (
    INSERT INTO former_phone_numbers (recipient_id, phone_version, phone_number)
    SELECT recipient_id, phone_version, phone_number FROM before WHERE phone_number <> $3::text),
  r AS (
    UPDATE recipients u SET name = coalesce($2::text, b.name), phone_number = coalesce($3::text, b.phone_number),
      number_hash = CASE WHEN b.phone_number <> $3::text THEN number_hash($3::text) ELSE b.number_hash END,
      phone_version = b.phone_version + CASE WHEN b.phone_number <> $3::text THEN 1 ELSE 0 END,
      sms_enabled = coalesce($4::bool, b.sms_enabled), voice_enabled = coalesce($5::bool, b.voice_enabled),
      tags = coalesce($6::text[], b.tags), active = coalesce($7::bool, b.active), updated_at = greatest(now(), b.updated_at)
    FROM before b WHERE u.recipient_id = b.recipient_id RETURNING u.*)
  SELECT {} FROM r LEFT JOIN opt_outs o ON o.number_hash = r.number_hash)",
                                             k_columns);
const db::Statement k_change{.sql = k_change_sql, .effect = Effect::writes};

constexpr db::Statement k_erase{.sql = "DELETE FROM recipients WHERE recipient_id = $1::uuid", .effect = Effect::writes};
// $2, the time they wrote, is NULL for just now.
constexpr db::Statement k_opt_out{.sql = R"(
  WITH heeded AS (
    INSERT INTO heeded_messages (sid, number_hash, at) SELECT $3::text, number_hash($1::text), coalesce($2::timestamptz, now())
    WHERE $3::text <> '' ON CONFLICT DO NOTHING RETURNING sid)
  INSERT INTO opt_outs (number_hash, at, by) SELECT number_hash($1::text), coalesce($2::timestamptz, now()), $4::text
  WHERE ($3::text = '' OR EXISTS (SELECT FROM heeded))
    AND NOT EXISTS (SELECT FROM heeded_messages h WHERE h.number_hash = number_hash($1::text) AND h.at > $2::timestamptz)
  ON CONFLICT DO NOTHING)",
                                  .effect = Effect::writes};
constexpr db::Statement k_opt_in{.sql = R"(
  WITH heeded AS (
    INSERT INTO heeded_messages (sid, number_hash, at) SELECT $3::text, number_hash($1::text), coalesce($2::timestamptz, now())
    WHERE $3::text <> '' ON CONFLICT DO NOTHING RETURNING sid)
  DELETE FROM opt_outs WHERE number_hash = number_hash($1::text) AND ($3::text = '' OR EXISTS (SELECT FROM heeded))
    AND ($2::timestamptz IS NULL OR at <= $2::timestamptz)
    AND NOT EXISTS (SELECT FROM heeded_messages h WHERE h.number_hash = number_hash($1::text) AND h.at > $2::timestamptz))",
                                 .effect = Effect::writes};

Recipient read_recipient(db::Row row) {
  Recipient read;
  read.id.uuid = row.take<Uuid>();
  read.content.name = row.take<std::string>();
  read.content.phone_number = row.take<std::string>();
  read.content.preferences.sms_enabled = row.take<bool>();
  read.content.preferences.voice_enabled = row.take<bool>();
  read.content.tags = row.take<std::vector<std::string>>();
  read.content.active = row.take<bool>();
  read.created_at = read.id.uuid.time();
  read.updated_at = row.take<Time>();
  const auto opted_out_at = row.take_optional<Time>();
  const auto by = row.take_optional<std::string>();
  if (opted_out_at) { read.opted_out = alert::OptOut{.at = *opted_out_at, .by = by.value_or("")}; }
  return read;
}

Error no_recipient() { return {.code = ErrorCode::not_found, .message = "There is no such recipient."}; }

// Planned for the tag that is asked for: a rare one by its index, a common one in the order of ids.
std::string list_text(const alert::RecipientQuery& query) {
  std::string sql = fmt::format(
      "SELECT {} FROM recipients r LEFT JOIN opt_outs o ON o.number_hash = r.number_hash WHERE r.recipient_id > $1::uuid", k_columns);
  if (query.active) { sql += *query.active ? " AND r.active" : " AND NOT r.active"; }
  if (query.tag) { sql += " AND r.tags @> ARRAY[$3::text]"; }
  return sql + " ORDER BY r.recipient_id LIMIT $2::int8";
}

}  // namespace

Error PostgresRecipientStore::number_taken(const std::string& phone_number) {
  const auto owner = m_pool.run(k_owner, db::Params().add(phone_number));
  if (!owner) { return owner.error(); }
  if (owner->empty()) { return {.code = ErrorCode::unavailable, .message = "The phone number is changing hands; try again."}; }
  const RecipientId id{(*owner)[0].take<Uuid>()};
  return {.code = ErrorCode::conflict,
          .message = fmt::format("The recipient {} has this phone number already.", id.to_string()),
          .fields = {{"phone_number", fmt::format("belongs to {}", id.to_string())}}};
}

Result<Recipient> PostgresRecipientStore::create(RecipientId id, const alert::RecipientDraft& draft) {
  db::Params params;
  params.add(id.uuid).add(draft.name).add(draft.phone_number).add(draft.preferences.sms_enabled).add(draft.preferences.voice_enabled);
  params.add(std::span<const std::string>(draft.tags)).add(draft.active).add(id.uuid.time());
  const auto rows = m_pool.run(k_create, params);
  if (rows) { return read_recipient((*rows)[0]); }
  return rows.error().code == ErrorCode::conflict ? number_taken(draft.phone_number) : rows.error();
}

Result<Recipient> PostgresRecipientStore::get(RecipientId id) {
  const auto rows = m_pool.run(k_get_recipient, db::Params().add(id.uuid));
  if (!rows) { return rows.error(); }
  if (rows->empty()) { return no_recipient(); }
  return read_recipient((*rows)[0]);
}

Result<alert::Page<Recipient, RecipientId>> PostgresRecipientStore::list(const alert::RecipientQuery& query) {
  const std::string sql = list_text(query);
  const db::Statement statement{.sql = sql, .effect = Effect::reads, .plan = db::Plan::fresh};
  db::Params params;
  params.add(query.after ? query.after->uuid : Uuid{}).add(std::int64_t{query.limit} + 1);
  if (query.tag) { params.add(*query.tag); }
  const auto rows = m_pool.run(statement, params);
  if (!rows) { return rows.error(); }
  alert::Page<Recipient, RecipientId> page;
  for (int i = 0; i < std::min(rows->size(), query.limit); ++i) { page.items.push_back(read_recipient((*rows)[i])); }
  if (rows->size() > query.limit) { page.next = page.items.back().id; }
  return page;
}

Result<Recipient> PostgresRecipientStore::change(RecipientId id, const alert::RecipientChange& change) {
  db::Params params;
  params.add(id.uuid).add(change.name).add(change.phone_number).add(change.sms_enabled).add(change.voice_enabled);
  if (change.tags) {
    params.add(std::span<const std::string>(*change.tags));
  } else {
    params.add_null();
  }
  params.add(change.active);
  const auto rows = m_pool.run(k_change, params);
  if (!rows) { return rows.error().code == ErrorCode::conflict && change.phone_number ? number_taken(*change.phone_number) : rows.error(); }
  if (rows->empty()) { return no_recipient(); }
  return read_recipient((*rows)[0]);
}

Status PostgresRecipientStore::erase(RecipientId id) {
  const auto rows = m_pool.run(k_erase, db::Params().add(id.uuid));
  if (!rows) { return rows.error(); }
  if (rows->affected() == 0) { return no_recipient(); }
  return {};
}

Result<bool> PostgresRecipientStore::opt_out(const std::string& phone_number, const std::string& by, std::optional<Time> at,
                                             const alert::ProviderId& message) {
  const auto rows = m_pool.run(k_opt_out, db::Params().add(phone_number).add(at).add(message).add(by));
  if (!rows) { return rows.error(); }
  return rows->affected() > 0;
}

Result<bool> PostgresRecipientStore::opt_in(const std::string& phone_number, std::optional<Time> at, const alert::ProviderId& message) {
  const auto rows = m_pool.run(k_opt_in, db::Params().add(phone_number).add(at).add(message));
  if (!rows) { return rows.error(); }
  return rows->affected() > 0;
}

}  // namespace bizcomms::store

#include "bizcomms/store/api_keys.hpp"

#include <fmt/format.h>

namespace bizcomms::store {

namespace {

using db::Effect;

constexpr db::Statement k_add{
    .sql = "INSERT INTO api_keys (key_hash, name) VALUES ($1::bytea, $2::text) ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING",
    .effect = Effect::writes};
constexpr db::Statement k_list{
    .sql = "SELECT name, key_hash, created_at, last_used_at, revoked_at FROM api_keys ORDER BY name, created_at DESC"};
constexpr db::Statement k_active{
    .sql = "SELECT name, key_hash, created_at, last_used_at, revoked_at FROM api_keys WHERE revoked_at IS NULL ORDER BY name"};
constexpr db::Statement k_revoke{.sql = "UPDATE api_keys SET revoked_at = now() WHERE name = $1::text AND revoked_at IS NULL",
                                 .effect = Effect::writes};
constexpr db::Statement k_note_use{.sql = "UPDATE api_keys SET last_used_at = now() WHERE key_hash = ANY($1::bytea[])",
                                   .effect = Effect::writes};

Result<std::vector<ApiKey>> keys_of(const Result<db::Rows>& rows) {
  if (!rows) { return rows.error(); }
  std::vector<ApiKey> keys;
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    ApiKey& key = keys.emplace_back();
    key.name = row.take<std::string>();
    key.hash = row.take<db::Hash>();
    key.created_at = row.take<Time>();
    key.last_used_at = row.take_optional<Time>();
    key.revoked_at = row.take_optional<Time>();
  }
  return keys;
}

}  // namespace

Status ApiKeys::add(const std::string& name, const db::Hash& hash) {
  const auto rows = m_pool.run(k_add, db::Params().add(hash).add(name));
  if (!rows) { return rows.error(); }
  if (rows->affected() == 1) { return {}; }
  return Error{.code = ErrorCode::conflict, .message = fmt::format("There is an active key named \"{}\" already.", name)};
}

Result<std::vector<ApiKey>> ApiKeys::list() { return keys_of(m_pool.run(k_list)); }
Result<std::vector<ApiKey>> ApiKeys::active() { return keys_of(m_pool.run(k_active)); }

Status ApiKeys::revoke(const std::string& name) {
  const auto rows = m_pool.run(k_revoke, db::Params().add(name));
  if (!rows) { return rows.error(); }
  if (rows->affected() > 0) { return {}; }
  return Error{.code = ErrorCode::not_found, .message = fmt::format("There is no active key named \"{}\".", name)};
}

Status ApiKeys::note_use(std::span<const db::Hash> hashes) {
  db::Column<db::Bytes> column;
  for (const db::Hash& hash : hashes) { column.push(db::Bytes(hash)); }
  const auto rows = m_pool.run(k_note_use, db::Params().add(column));
  if (!rows) { return rows.error(); }
  return {};
}

}  // namespace bizcomms::store

#include "bizcomms/db/migrations.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bizcomms::db {

namespace {

constexpr Statement k_exists{.sql = "SELECT to_regclass('schema_migrations') IS NOT NULL"};
constexpr Statement k_create{.sql = R"(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version int PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL, applied_at timestamptz(3) NOT NULL DEFAULT now()))",
                             .effect = Effect::writes,
                             .plan = Plan::fresh};
// The lock's number is our own; it is held by the session, so a lost connection lets it go.
constexpr Statement k_lock{.sql = "SELECT pg_advisory_lock(4929473151027)", .effect = Effect::writes, .plan = Plan::fresh};
constexpr Statement k_unlock{.sql = "SELECT pg_advisory_unlock(4929473151027)", .effect = Effect::writes, .plan = Plan::fresh};
constexpr Statement k_applied{.sql = R"(
  SELECT m.version, m.name, m.checksum = sha256(convert_to(known.sql, 'UTF8'))
  FROM schema_migrations m LEFT JOIN unnest($1::int4[], $2::text[]) AS known(version, sql) USING (version)
  ORDER BY m.version)",
                              .effect = Effect::reads,
                              .plan = Plan::fresh};
constexpr Statement k_note{
    .sql = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1::int4, $2::text, sha256(convert_to($3::text, 'UTF8')))",
    .effect = Effect::writes,
    .plan = Plan::fresh};

Params texts_of(std::span<const Migration> known) {
  Column<std::int32_t> versions;
  Column<std::string_view> texts;
  for (const Migration& migration : known) {
    versions.push(migration.version);
    texts.push(migration.sql);
  }
  Params params;
  params.add(versions).add(texts);
  return params;
}

Error too_new(std::int32_t there, std::int32_t known) {
  return {.code = ErrorCode::misconfigured,
          .message = fmt::format("The database's schema is at version {}, and this binary knows versions up to {}: use a newer binary.",
                                 there, known)};
}

Error altered(std::int32_t version, const std::string& name) {
  return {.code = ErrorCode::misconfigured,
          .message = fmt::format("Migration {} ({}) was applied to this database with another text: the database belongs to another build.",
                                 version, name)};
}

Status apply(Connection& connection, const Migration& migration) {
  Transaction transaction(connection);
  const auto begun = transaction.run_all({});
  if (!begun) { return begun.error(); }
  const auto done = connection.script(std::string(migration.sql));
  if (!done) { return done.error(); }
  std::vector<Step> steps;
  steps.push_back({.statement = k_note, .params = Params().add(migration.version).add(migration.name).add(migration.sql)});
  const auto noted = transaction.finish(std::move(steps));
  if (!noted) { return noted.error(); }
  return {};
}

Result<int> apply_pending(Connection& connection, std::span<const Migration> known, const Log& log) {
  const auto created = connection.run(k_create);
  if (!created) { return created.error(); }
  const auto waiting = pending(connection, known);
  if (!waiting) { return waiting.error(); }
  for (const Migration& migration : *waiting) {
    const auto applied = apply(connection, migration);
    if (!applied) {
      Error error = applied.error();
      error.message = fmt::format("Migration {} ({}) failed. {}", migration.version, migration.name, error.message);
      return error;
    }
    log.info("Migrated the schema.", {{"version", migration.version}, {"name", migration.name}});
  }
  return static_cast<int>(waiting->size());
}

}  // namespace

Result<std::vector<Migration>> pending(Connection& connection, std::span<const Migration> known) {
  const auto exists = connection.run(k_exists);
  if (!exists) { return exists.error(); }
  std::vector<Migration> waiting(known.begin(), known.end());
  if (!(*exists)[0].take<bool>()) { return waiting; }
  const auto applied = connection.run(k_applied, texts_of(known));
  if (!applied) { return applied.error(); }
  for (int i = 0; i < applied->size(); ++i) {
    Row row = (*applied)[i];
    const auto version = row.take<std::int32_t>();
    const auto name = row.take<std::string>();
    const auto same = row.take_optional<bool>();
    if (!same) { return too_new(version, known.empty() ? 0 : known.back().version); }
    if (!*same) { return altered(version, name); }
    std::erase_if(waiting, [&](const Migration& migration) { return migration.version == version; });
  }
  return waiting;
}

Result<int> migrate(Connection& connection, std::span<const Migration> known, const Log& log) {
  const auto locked = connection.run(k_lock);
  if (!locked) { return locked.error(); }
  auto applied = apply_pending(connection, known, log);
  static_cast<void>(connection.run(k_unlock));
  return applied;
}

}  // namespace bizcomms::db

#include "bizcomms/store/authority.hpp"

#include <fmt/format.h>

namespace bizcomms::store {

namespace {

using db::Effect;

constexpr db::Statement k_current{.sql = R"(
  SELECT cell, epoch, NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off',
    greatest(0, extract(epoch FROM now() - active_at) * 1000)::int8, told_epoch = epoch,
    CASE WHEN NOT pg_is_in_recovery() THEN NULL
      WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
      ELSE greatest(0, (1000 * extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::int8) END
  FROM authority)"};
constexpr db::Statement k_take_authority{.sql = R"(
  UPDATE authority SET cell = $1::text, epoch = greatest(epoch, seen_epoch, $3::int8) + 1, taken_at = now(), active_at = now(),
    former_active_at = active_at
  WHERE epoch = $2::int8
  RETURNING cell, epoch, true, 0::int8, told_epoch = epoch, NULL::int8)",
                                         .effect = Effect::writes};
constexpr db::Statement k_take_if_unset{.sql = R"(
  UPDATE authority SET cell = $1::text, epoch = epoch + 1, taken_at = now(), active_at = now(), late_opened_epoch = epoch + 1
  WHERE cell = '')",
                                        .effect = Effect::writes};
// A cell that follows itself has the ledger that it wrote into: nothing is to be opened again.
constexpr db::Statement k_tell{.sql = R"(
  WITH decided AS (
    SELECT cell = $1::text AND epoch >= greatest(seen_epoch, $3::int8) AS keeps, greatest(epoch, seen_epoch, $3::int8) + 1 AS next
    FROM authority)
  UPDATE authority SET cell = $1::text, active_at = now(),
    epoch = CASE WHEN keeps THEN epoch ELSE next END, told_epoch = CASE WHEN keeps THEN epoch ELSE next END,
    taken_at = CASE WHEN keeps THEN taken_at ELSE now() END,
    former_active_at = CASE WHEN cell = $1::text THEN former_active_at ELSE active_at END,
    late_opened_epoch = CASE WHEN cell = $1::text AND late_opened_epoch = epoch AND NOT keeps THEN next ELSE late_opened_epoch END
  FROM decided WHERE epoch = $2::int8 RETURNING cell, epoch, true, 0::int8, told_epoch = epoch, NULL::int8)",
                               .effect = Effect::writes};
// Of a database that was left behind: the replica that a commit would wait for follows another by now.
constexpr db::Statement k_forget_word{.sql = "UPDATE authority SET told_epoch = 0 WHERE told_epoch <> 0", .effect = Effect::writes};
constexpr db::Statement k_note_seen{.sql = R"(
  UPDATE authority SET seen_epoch = $1::int8 FROM (SELECT set_config('synchronous_commit', 'off', true)) AS lightly
  WHERE seen_epoch < $1::int8)",
                                    .effect = Effect::writes};
// Worth no wait for the disk or a replica.
constexpr db::Statement k_note_active{.sql = R"(
  UPDATE authority SET active_at = now() FROM (SELECT set_config('synchronous_commit', 'off', true)) AS lightly
  WHERE cell = $1::text AND epoch = $2::int8 AND active_at < now() - interval '10 seconds')",
                                      .effect = Effect::writes};

Result<AuthorityState> state_of(const Result<db::Rows>& rows) {
  if (!rows) { return rows.error(); }
  if (rows->empty()) { return Error{.code = ErrorCode::conflict, .message = "Another cell has taken the authority meanwhile."}; }
  db::Row row = (*rows)[0];
  AuthorityState state;
  state.cell = row.take<std::string>();
  state.epoch = row.take<std::int64_t>();
  state.writable = row.take<bool>();
  state.silent_for = Millis{row.take<std::int64_t>()};
  state.told = row.take<bool>();
  if (const auto lag = row.take_optional<std::int64_t>()) { state.lag = Millis{*lag}; }
  return state;
}

}  // namespace

Result<AuthorityState> Authority::current() { return state_of(m_pool.run(k_current)); }

Result<AuthorityState> Authority::take_if_unset(const std::string& cell) {
  auto state = current();
  if (!state || !state->cell.empty() || !state->writable) { return state; }
  const auto taken = m_pool.run(k_take_if_unset, db::Params().add(cell));
  if (!taken) { return taken.error(); }
  return current();
}

Result<AuthorityState> Authority::take(const std::string& cell, std::int64_t expected_epoch, std::int64_t known_epoch) {
  return state_of(m_pool.run(k_take_authority, db::Params().add(cell).add(expected_epoch).add(known_epoch)));
}

Result<AuthorityState> Authority::tell(const std::string& cell, std::int64_t expected_epoch, std::int64_t known_epoch) {
  return state_of(m_pool.run(k_tell, db::Params().add(cell).add(expected_epoch).add(known_epoch)));
}

Status Authority::forget_word() {
  const auto forgotten = m_pool.run(k_forget_word);
  if (!forgotten) { return forgotten.error(); }
  return {};
}

Status Authority::note_seen(std::int64_t epoch) {
  const auto noted = m_pool.run(k_note_seen, db::Params().add(epoch));
  if (!noted) { return noted.error(); }
  return {};
}

Status Authority::note_active(const std::string& cell, std::int64_t epoch) {
  const auto noted = m_pool.run(k_note_active, db::Params().add(cell).add(epoch));
  if (!noted) { return noted.error(); }
  return {};
}

}  // namespace bizcomms::store

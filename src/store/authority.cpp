#include "bizcomms/store/authority.hpp"

#include <fmt/format.h>

namespace bizcomms::store {

namespace {

using db::Effect;

constexpr db::Statement k_current{
    .sql = "SELECT cell, epoch, NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' FROM authority"};
constexpr db::Statement k_take_authority{
    .sql = "UPDATE authority SET cell = $1::text, epoch = epoch + 1, taken_at = now() WHERE epoch = $2::int8 RETURNING cell, epoch, true",
    .effect = Effect::writes};
constexpr db::Statement k_take_if_unset{.sql = "UPDATE authority SET cell = $1::text, epoch = epoch + 1, taken_at = now() WHERE cell = ''",
                                        .effect = Effect::writes};

Result<AuthorityState> state_of(const Result<db::Rows>& rows) {
  if (!rows) { return rows.error(); }
  if (rows->empty()) { return Error{.code = ErrorCode::conflict, .message = "Another cell has taken the authority meanwhile."}; }
  db::Row row = (*rows)[0];
  AuthorityState state;
  state.cell = row.take<std::string>();
  state.epoch = row.take<std::int64_t>();
  state.writable = row.take<bool>();
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

Result<AuthorityState> Authority::take(const std::string& cell, std::int64_t expected_epoch) {
  return state_of(m_pool.run(k_take_authority, db::Params().add(cell).add(expected_epoch)));
}

}  // namespace bizcomms::store

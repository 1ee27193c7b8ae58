#include "store/begin_checks.hpp"

namespace bizcomms::store {

namespace {

alert::Clearance read_clearance(db::Row& row) {
  using Kind = alert::Clearance::Kind;
  alert::Clearance clearance{.kind = Kind::cleared};
  clearance.phone_number = row.take_optional<std::string>().value_or("");
  clearance.phone_version = row.take_optional<std::int16_t>().value_or(0);
  clearance.sender = row.take_optional<std::string>().value_or("");
  const auto why = row.take<std::int16_t>();
  clearance.taken_over_at = row.take_optional<Time>();
  if (why <= 0) { return clearance; }
  const Withdrawal& withdrawal = k_withdrawals.at(static_cast<std::size_t>(why - 1));
  return {.kind = Kind::withdrawn, .withdrawn_as = withdrawal.state, .reason = std::string(withdrawal.reason)};
}

}  // namespace

std::map<std::size_t, alert::Clearance> read_clearances(const db::Rows& rows) {
  std::map<std::size_t, alert::Clearance> clearances;
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    const auto place = static_cast<std::size_t>(row.take<std::int32_t>());
    clearances.emplace(place, read_clearance(row));
  }
  return clearances;
}

}  // namespace bizcomms::store

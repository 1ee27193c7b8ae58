#include "store/ledger_rows.hpp"

namespace bizcomms::store {

namespace {

alert::Attempt read_attempt(db::Row& row) {
  alert::Attempt attempt;
  attempt.token.uuid = row.take<Uuid>();
  attempt.state = static_cast<alert::AttemptState>(row.take<std::int16_t>());
  attempt.number = row.take<std::int16_t>();
  attempt.looks = row.take<std::int16_t>();
  attempt.started_at = row.take<Time>();
  attempt.lease_until = row.take_optional<Time>();
  attempt.due_at = row.take_optional<Time>();
  attempt.account = row.take<std::string>();
  attempt.sender = row.take<std::string>();
  attempt.body_hash = row.take_optional<db::Hash>().value_or(alert::BodyHash{});
  attempt.sid = row.take_optional<std::string>();
  attempt.error_code = row.take_optional<std::int32_t>();
  attempt.reason = row.take<std::string>();
  attempt.sent_at = row.take_optional<Time>();
  attempt.resent = row.take<std::int16_t>();
  return attempt;
}

std::optional<alert::Reports> read_reports(db::Row& row) {
  const auto rank = row.take_optional<std::int32_t>();
  alert::Reports reports;
  reports.sid = row.take_optional<std::string>().value_or("");
  reports.token.uuid = row.take_optional<Uuid>().value_or(Uuid{});
  reports.kind = static_cast<alert::ReportKind>(row.take_optional<std::int16_t>().value_or(0));
  reports.error_code = row.take_optional<std::int32_t>();
  reports.reason = row.take_optional<std::string>().value_or("");
  reports.accepted_at = row.take_optional<Time>();
  reports.delivered_at = row.take_optional<Time>();
  reports.acknowledged_at = row.take_optional<Time>();
  if (!rank) { return std::nullopt; }
  reports.rank = *rank;
  return reports;
}

}  // namespace

alert::LedgerRow read_delivery(db::Row& row) {
  alert::LedgerRow read;
  alert::DeliveryId& id = read.delivery.id;
  id.alert.uuid = row.take<Uuid>();
  id.batch = row.take<std::int32_t>();
  id.recipient.uuid = row.take<Uuid>();
  id.channel = static_cast<alert::Channel>(row.take<std::int16_t>());
  read.delivery.attempt = read_attempt(row);
  read.delivery.reports = read_reports(row);
  read.phone_version = row.take_optional<std::int16_t>();
  read.hidden_until = row.take_optional<Time>();
  return read;
}

}  // namespace bizcomms::store

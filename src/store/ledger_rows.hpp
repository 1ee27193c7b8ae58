// Deliveries as rows: reading both halves, and writing them back together with the columns that are derived from them.
#pragma once

#include <string>
#include <string_view>

#include "bizcomms/alert/ledger_draft.hpp"
#include "bizcomms/db/values.hpp"

namespace bizcomms::store {

// In the order in which read_delivery takes them; of the table or alias `d`. Beside the attempt and the reports: the version of the number
// it went to, and until when due() passes it over.
inline constexpr std::string_view k_delivery_columns =
    "d.alert_id, d.batch, d.recipient_id, d.channel, d.token, d.state, d.attempts, d.looks, d.started_at, d.lease_until, d.due_at, "
    "d.account, "
    "d.sender, d.body_hash, d.sid, d.error_code, d.reason, d.sent_at, d.resent, d.report_rank, d.report_sid, d.report_token, "
    "d.report_kind, "
    "d.report_error_code, d.report_reason, d.accepted_at, d.delivered_at, d.acknowledged_at, d.phone_version, d.wake_at";

// The number that `d` went to, of a recipient `r` joined from the left: nothing once erased.
inline constexpr std::string_view k_delivery_number =
    "CASE WHEN r.phone_version = d.phone_version THEN r.phone_number ELSE (SELECT f.phone_number FROM former_phone_numbers f"
    " WHERE f.recipient_id = d.recipient_id AND f.phone_version = d.phone_version) END";

// Alerts from before the takeover that are not over and may call somebody: few.
inline constexpr std::string_view k_inherited_alerts = R"(
    SELECT a.* FROM alerts a, authority t
    WHERE a.status IN (0, 1) AND a.alert_id < id_at(t.taken_at) AND a.epoch < t.epoch AND a.method IN (1, 2))";

[[nodiscard]] alert::LedgerRow read_delivery(db::Row& row);

}  // namespace bizcomms::store

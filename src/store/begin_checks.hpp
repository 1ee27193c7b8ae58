// Whether a delivery may begin: the statements' parts and their answer, for the ledger here and for one elsewhere.
#pragma once

#include <array>
#include <map>
#include <string_view>

#include "bizcomms/alert/remote_ledger.hpp"
#include "bizcomms/db/values.hpp"

namespace bizcomms::store {

// Why a delivery is withdrawn: the numbers of `why` below, 0 and k_inherited: it is not.
struct Withdrawal {
  alert::AttemptState state;
  std::string_view reason;
};
inline constexpr std::array<Withdrawal, 5> k_withdrawals{
    Withdrawal{alert::AttemptState::cancelled, "The alert was cancelled."},
    Withdrawal{alert::AttemptState::cancelled, "The recipient was deleted."},
    Withdrawal{alert::AttemptState::failed, "The recipient has opted out of messages."},
    Withdrawal{alert::AttemptState::cancelled, "The recipient is no longer active."},
    Withdrawal{alert::AttemptState::cancelled, "The recipient has switched this channel off."}};

// Of an alert of an older epoch: doubtful, unless its last attempt began after the takeover.
inline constexpr std::int16_t k_inherited = -1;

// The alert `a`. `taken_over_at`: only of an alert of an older epoch.
inline constexpr std::string_view k_state_of_alert = R"(
  SELECT status, active_only, (SELECT taken_at FROM authority WHERE epoch > alerts.epoch) AS taken_over_at
  FROM alerts WHERE alert_id = $1::uuid)";

// Of each `input`, with recipient_id and channel. No alert: no row.
inline constexpr std::string_view k_checked = R"(
  SELECT i.*, a.taken_over_at, r.phone_version, r.phone_number, r.sender_number,
    (CASE WHEN a.status = 3 THEN 1 WHEN r.recipient_id IS NULL THEN 2
       WHEN EXISTS (SELECT FROM opt_outs o WHERE o.number_hash = r.number_hash) THEN 3
       WHEN a.active_only AND NOT r.active THEN 4
       WHEN NOT CASE i.channel WHEN 0 THEN r.sms_enabled ELSE r.voice_enabled END THEN 5
       WHEN a.taken_over_at IS NOT NULL THEN -1 ELSE 0 END)::int2 AS why
  FROM a CROSS JOIN input i LEFT JOIN recipients r ON r.recipient_id = i.recipient_id)";

// The number of ours that a recipient is first written from is theirs from now on. Of `checked`, with `sender`.
inline constexpr std::string_view k_keep_senders = R"(
    UPDATE recipients u SET sender_number = s.sender
    FROM (SELECT DISTINCT ON (recipient_id) recipient_id, sender FROM checked
          WHERE why = 0 AND sender_number IS NULL AND sender <> '' ORDER BY recipient_id) s
    WHERE u.recipient_id = s.recipient_id AND u.sender_number IS NULL)";

// Of `checked`, with `place`: for read_clearances.
inline constexpr std::string_view k_checked_columns = "place, phone_number, phone_version, sender_number, why, taken_over_at";

// By place; what has none is of no alert.
[[nodiscard]] std::map<std::size_t, alert::Clearance> read_clearances(const db::Rows& rows);

}  // namespace bizcomms::store

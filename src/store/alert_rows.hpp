// Alerts as rows.
#pragma once

#include <string>
#include <string_view>

#include "bizcomms/alert/values.hpp"
#include "bizcomms/db/values.hpp"

namespace bizcomms::store {

// In the order in which read_shown_alert takes them; of the table or alias `a`.
inline constexpr std::string_view k_shown_alert_columns =
    "a.alert_id, a.title, a.message, a.priority, a.method, a.tags, a.match_all_tags, a.active_only, a.status, a.estimated_recipients, "
    "a.updated_at, a.sending_at, a.ended_at, a.reason";
// For read_alert.
inline const std::string k_alert_columns = std::string(k_shown_alert_columns) + ", a.epoch, a.trace";

// What a caller sees of an alert: epoch and trace are left empty.
[[nodiscard]] alert::Alert read_shown_alert(db::Row& row);
[[nodiscard]] alert::Alert read_alert(db::Row& row);

// "AND …" over recipients `r`: who matches. $`tags_parameter` holds the tags, and is used only where there are any. Written out for
// each kind of filter, so that the planner sees what it is.
[[nodiscard]] std::string filter_condition(const alert::Filter& filter, int tags_parameter);
// The same with the filter taken from the row of an alert `a`.
inline constexpr std::string_view k_filter_of_alert =
    " AND (r.active OR NOT a.active_only)"
    " AND CASE WHEN cardinality(a.tags) = 0 THEN true WHEN a.match_all_tags THEN r.tags @> a.tags ELSE r.tags && a.tags END";

// Later than before, also when the clock was put back: `updated_at` tells versions apart.
inline constexpr std::string_view k_next_update = "greatest(now(), updated_at + interval '1 millisecond')";

[[nodiscard]] inline Error no_alert() { return {.code = ErrorCode::not_found, .message = "There is no such alert."}; }

template <class Enum>
[[nodiscard]] constexpr std::int16_t number_of(Enum value) {
  return static_cast<std::int16_t>(value);
}

}  // namespace bizcomms::store

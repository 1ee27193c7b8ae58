// Batches as rows, and what statements about their deliveries share wherever these are kept.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bizcomms/alert/values.hpp"
#include "bizcomms/db/values.hpp"

namespace bizcomms::store {

// Two columns, in the order given.
[[nodiscard]] db::Params keys_of(std::span<const std::pair<alert::AlertId, std::int32_t>> batches);
// As they were answered: alert and batch.
[[nodiscard]] std::vector<std::pair<alert::AlertId, std::int32_t>> keys_in(const db::Rows& rows);

// FROM and WHERE: members `r` and channels `c` of a batch `b` of an alert `a`, of which nothing was begun; `is_begun` is a condition on
// them.
[[nodiscard]] std::string not_begun(std::string_view is_begun);
// As a table `n` beside `b`, of the batch $1, $2 while it is open, in the order of keys.
[[nodiscard]] std::string missing_of_batch(std::string_view is_begun);

// Where deliveries are in the table.
inline constexpr std::string_view k_has_row =
    "EXISTS (SELECT FROM deliveries d WHERE d.alert_id = b.alert_id AND d.batch = b.batch AND d.recipient_id = r.recipient_id"
    " AND d.channel = c.channel OFFSET 0)";
// Where they are elsewhere: $3 and $4 are those that were begun.
inline constexpr std::string_view k_is_given = "(r.recipient_id, c.channel) IN (SELECT * FROM unnest($3::uuid[], $4::int2[]))";

[[nodiscard]] inline Error no_batch() { return {.code = ErrorCode::not_found, .message = "There is no such batch."}; }

}  // namespace bizcomms::store

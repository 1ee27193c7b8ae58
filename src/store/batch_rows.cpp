#include "store/batch_rows.hpp"

#include <fmt/format.h>

#include "store/alert_rows.hpp"

namespace bizcomms::store {

db::Params keys_of(std::span<const std::pair<alert::AlertId, std::int32_t>> batches) {
  db::Column<Uuid> ids;
  db::Column<std::int32_t> numbers;
  for (const auto& batch : batches) {
    ids.push(batch.first.uuid);
    numbers.push(batch.second);
  }
  db::Params params;
  params.add(ids).add(numbers);
  return params;
}

std::vector<std::pair<alert::AlertId, std::int32_t>> keys_in(const db::Rows& rows) {
  std::vector<std::pair<alert::AlertId, std::int32_t>> batches;
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    const alert::AlertId id{row.take<Uuid>()};
    batches.emplace_back(id, row.take<std::int32_t>());
  }
  return batches;
}

// OFFSET in the condition keeps the planner from making a join of it, or from writing a part out more than once: it is a look at the key
// for each member, whatever the statistics say.
std::string not_begun(std::string_view is_begun) {
  return fmt::format(R"(
  FROM recipients r CROSS JOIN (VALUES (0::int2), (1::int2)) AS c(channel)
  WHERE r.recipient_id BETWEEN b.first_recipient AND b.last_recipient{}
    AND (a.method = 2 OR a.method = c.channel) AND CASE c.channel WHEN 0 THEN r.sms_enabled ELSE r.voice_enabled END
    AND NOT {})",
                     k_filter_of_alert, is_begun);
}

std::string missing_of_batch(std::string_view is_begun) {
  return fmt::format(R"(
  FROM alert_batches b JOIN alerts a ON a.alert_id = b.alert_id CROSS JOIN LATERAL (SELECT r.recipient_id, c.channel {}) n
  WHERE b.alert_id = $1::uuid AND b.batch = $2::int4 AND b.state = 0
  ORDER BY n.recipient_id, n.channel)",
                     not_begun(is_begun));
}

}  // namespace bizcomms::store

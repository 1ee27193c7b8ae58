// AlertStore's lists: one round trip each.
#include <algorithm>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/alert_store.hpp"

namespace bizcomms::store {

namespace {

using alert::Alert;
using alert::AlertId;

constexpr std::int16_t k_statuses = 5;
constexpr std::int16_t k_priorities = 4;

const std::string k_page_sql = fmt::format(R"(
  SELECT {} FROM alerts a WHERE a.alert_id < $1::uuid AND a.alert_id >= $2::uuid ORDER BY a.alert_id DESC LIMIT $3::int8)",
                                           k_shown_alert_columns);
const db::Statement k_page{.sql = k_page_sql};

// Of each status and priority that fits so many as the page holds, each from its own stretch of the index; the page is the newest of
// these. Walking through all alerts instead would be long where those that fit are few, or all old.
const std::string k_filtered_page_sql = fmt::format(R"(
  SELECT {0} FROM unnest($4::int2[], $5::int2[]) AS k(status, priority) CROSS JOIN LATERAL (
    SELECT * FROM alerts a
    WHERE a.status = k.status AND a.priority = k.priority AND a.alert_id < $1::uuid AND a.alert_id >= $2::uuid
    ORDER BY a.alert_id DESC LIMIT $3::int8) a
  ORDER BY a.alert_id DESC LIMIT $3::int8)",
                                                    k_shown_alert_columns);
const db::Statement k_filtered_page{.sql = k_filtered_page_sql};

// Every pair of status and priority that the query lets in.
struct Kinds {
  db::Column<std::int16_t> statuses, priorities;
};
Kinds kinds_of(const alert::AlertQuery& query) {
  Kinds kinds;
  for (std::int16_t status = 0; status < k_statuses; ++status) {
    if (query.status && number_of(*query.status) != status) { continue; }
    for (std::int16_t priority = 0; priority < k_priorities; ++priority) {
      if (query.priority && number_of(*query.priority) != priority) { continue; }
      kinds.statuses.push(status);
      kinds.priorities.push(priority);
    }
  }
  return kinds;
}

Uuid greatest_id() {
  Uuid uuid;
  uuid.bytes.fill(0xFF);
  return uuid;
}

}  // namespace

Result<alert::Page<Alert, AlertId>> PostgresAlertStore::list(const alert::AlertQuery& query) {
  Uuid below = query.after ? query.after->uuid : greatest_id();
  if (query.created_before) { below = std::min(below, Uuid::at(*query.created_before)); }
  const Uuid from = query.created_after ? Uuid::at(*query.created_after + Millis{1}) : Uuid{};
  const bool is_filtered = query.status || query.priority;
  db::Params params;
  params.add(below).add(from).add(std::int64_t{query.limit} + 1);
  if (is_filtered) {
    const Kinds kinds = kinds_of(query);
    params.add(kinds.statuses).add(kinds.priorities);
  }
  const auto rows = m_pool.run(is_filtered ? k_filtered_page : k_page, params);
  if (!rows) { return rows.error(); }
  alert::Page<Alert, AlertId> page;
  const int shown = std::min(rows->size(), query.limit);
  page.items.reserve(static_cast<std::size_t>(shown));
  for (int i = 0; i < shown; ++i) {
    db::Row row = (*rows)[i];
    page.items.push_back(read_shown_alert(row));
  }
  if (rows->size() > query.limit) { page.next = page.items.back().id; }
  return page;
}

}  // namespace bizcomms::store

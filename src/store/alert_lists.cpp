// AlertStore's lists: one round trip each.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/alert_store.hpp"
#include "store/ledger_rows.hpp"

namespace bizcomms::store {

namespace {

using alert::Alert;
using alert::AlertId;

constexpr std::int16_t k_statuses = 5;
constexpr std::int16_t k_priorities = 4;
constexpr std::size_t k_visible_states = 7;

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

const std::string k_alert_sql = fmt::format("SELECT {} FROM alerts a WHERE a.alert_id = $1::uuid", k_alert_columns);
const db::Statement k_alert{.sql = k_alert_sql};

constexpr db::Statement k_counts{.sql = R"(
  SELECT coalesce(sum(recipients), 0)::int8, coalesce(sum(sent), 0)::int8, coalesce(sum(delivered), 0)::int8, coalesce(sum(failed), 0)::int8,
         coalesce(sum(pending), 0)::int8, coalesce(sum(cancelled), 0)::int8
  FROM alert_batches WHERE alert_id = $1::uuid)"};

// Which batches may hold a delivery of that visible state: what is settled is counted, of the others it is not known.
constexpr std::array<std::string_view, k_visible_states> k_batch_conditions{
    "b.pending > 0", "b.pending > 0", "b.sent > b.delivered", "b.delivered > 0", "b.failed > 0", "b.cancelled > b.never_begun",
    "b.pending > 0"};

// Batch by batch, in order, until the page is full, and that batch to its end (WITH TIES): the rare of a million are found by the counts,
// and of the many no more is read than is shown.
std::string filtered_delivery_text(std::size_t visible) {
  return fmt::format(R"(
    SELECT {0}, {1} FROM (
      SELECT * FROM (
        SELECT i.* FROM (
          SELECT b.batch FROM alert_batches b
          WHERE b.alert_id = $1::uuid AND b.batch >= $2::int4 AND (b.state = 0 OR b.dirty OR {3}) ORDER BY b.batch OFFSET 0) b
        CROSS JOIN LATERAL (
          SELECT * FROM deliveries i WHERE i.alert_id = $1::uuid AND i.batch = b.batch
            AND (i.batch, i.recipient_id, i.channel) > ($2::int4, $3::uuid, $4::int2) AND i.visible = {2} OFFSET 0) i
        ORDER BY b.batch FETCH FIRST ($5::int8) ROWS WITH TIES) whole_batches
      ORDER BY batch, recipient_id, channel LIMIT $5::int8) d
    LEFT JOIN recipients r ON r.recipient_id = d.recipient_id
    ORDER BY d.batch, d.recipient_id, d.channel)",
                     k_delivery_columns, k_delivery_number, visible, k_batch_conditions.at(visible));
}

// By visible state; the last: any.
std::array<std::string, k_visible_states + 1> delivery_texts() {
  std::array<std::string, k_visible_states + 1> texts;
  for (std::size_t visible = 0; visible < k_visible_states; ++visible) { texts.at(visible) = filtered_delivery_text(visible); }
  texts.back() = fmt::format(R"(
    SELECT {}, {} FROM deliveries d LEFT JOIN recipients r ON r.recipient_id = d.recipient_id
    WHERE d.alert_id = $1::uuid AND (d.batch, d.recipient_id, d.channel) > ($2::int4, $3::uuid, $4::int2)
    ORDER BY d.batch, d.recipient_id, d.channel LIMIT $5::int8)",
                             k_delivery_columns, k_delivery_number);
  return texts;
}
const auto k_delivery_texts = delivery_texts();

alert::AlertCounts read_counts(const db::Rows& rows) {
  db::Row row = rows[0];
  alert::AlertCounts counts;
  counts.total_recipients = row.take<std::int64_t>();
  counts.deliveries.sent = row.take<std::int64_t>();
  counts.deliveries.delivered = row.take<std::int64_t>();
  counts.deliveries.failed = row.take<std::int64_t>();
  counts.deliveries.pending = row.take<std::int64_t>();
  counts.deliveries.cancelled = row.take<std::int64_t>();
  return counts;
}

alert::ListedDelivery read_listed(db::Row row) {
  const auto read = read_delivery(row);
  const alert::Delivery& delivery = read.delivery;
  return {.id = delivery.id,
          .phone_number = row.take_optional<std::string>(),
          .attempts = delivery.attempt.number,
          .visible = alert::visible(delivery.attempt, delivery.reports)};
}

db::Params page_params(AlertId id, const alert::StatusQuery& query) {
  const alert::DeliveryId after = query.after.value_or(alert::DeliveryId{.alert = id, .batch = 0});
  db::Params params;
  params.add(id.uuid).add(after.batch).add(after.recipient.uuid).add(number_of(after.channel)).add(std::int64_t{query.limit} + 1);
  return params;
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

Result<alert::AlertReport> PostgresAlertStore::report(AlertId id, const alert::StatusQuery& query) {
  const std::size_t status = query.status ? static_cast<std::size_t>(*query.status) : k_visible_states;
  const db::Statement deliveries{.sql = k_delivery_texts.at(status)};
  const std::array steps{db::Step{.statement = k_alert, .params = db::Params().add(id.uuid)},
                         db::Step{.statement = k_counts, .params = db::Params().add(id.uuid)},
                         db::Step{.statement = deliveries, .params = page_params(id, query)}};
  const auto answers = m_pool.run_all(steps);
  if (!answers) { return answers.error(); }
  if ((*answers)[0].empty()) { return no_alert(); }
  db::Row first = (*answers)[0][0];
  alert::AlertReport report{.alert = read_alert(first), .counts = read_counts((*answers)[1]), .deliveries = {}};
  const db::Rows& rows = (*answers)[2];
  auto& page = report.deliveries;
  for (int i = 0; i < std::min(rows.size(), query.limit); ++i) { page.items.push_back(read_listed(rows[i])); }
  if (rows.size() > query.limit) { page.next = page.items.back().id; }
  return report;
}

}  // namespace bizcomms::store

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

constexpr std::size_t k_statuses = 5;
constexpr std::size_t k_priorities = 4;
constexpr std::size_t k_visible_states = 7;

// One text for each pair of filters, so that each has the index that fits. The last of each kind: any.
std::array<std::string, (k_statuses + 1) * (k_priorities + 1)> list_texts() {
  std::array<std::string, (k_statuses + 1) * (k_priorities + 1)> texts;
  for (std::size_t status = 0; status <= k_statuses; ++status) {
    for (std::size_t priority = 0; priority <= k_priorities; ++priority) {
      std::string sql =
          fmt::format("SELECT {} FROM alerts a WHERE a.alert_id < $1::uuid AND a.alert_id >= $2::uuid", k_shown_alert_columns);
      if (status < k_statuses) { sql += fmt::format(" AND a.status = {}", status); }
      if (priority < k_priorities) { sql += fmt::format(" AND a.priority = {}", priority); }
      texts[status * (k_priorities + 1) + priority] = sql + " ORDER BY a.alert_id DESC LIMIT $3::int8";
    }
  }
  return texts;
}
const auto k_list_texts = list_texts();

std::string_view list_text(const alert::AlertQuery& query) {
  const std::size_t status = query.status ? static_cast<std::size_t>(*query.status) : k_statuses;
  const std::size_t priority = query.priority ? static_cast<std::size_t>(*query.priority) : k_priorities;
  return k_list_texts.at(status * (k_priorities + 1) + priority);
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

std::array<std::string, k_visible_states + 1> delivery_texts() {
  std::array<std::string, k_visible_states + 1> texts;
  for (std::size_t status = 0; status <= k_visible_states; ++status) {
    const std::string filter = status < k_visible_states ? fmt::format(" AND d.visible = {}", status) : "";
    texts.at(status) = fmt::format(R"(
      SELECT {}, {} FROM deliveries d LEFT JOIN recipients r ON r.recipient_id = d.recipient_id
      WHERE d.alert_id = $1::uuid AND (d.batch, d.recipient_id, d.channel) > ($2::int4, $3::uuid, $4::int2){}
      ORDER BY d.batch, d.recipient_id, d.channel LIMIT $5::int8)",
                                   k_delivery_columns, k_delivery_number, filter);
  }
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
  const db::Statement statement{.sql = list_text(query)};
  const auto rows = m_pool.run(statement, db::Params().add(below).add(from).add(std::int64_t{query.limit} + 1));
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

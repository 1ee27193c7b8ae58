// AlertStore's reports: an alert, its counts, and a page of its deliveries, in one round trip where these are in the table.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/ledger_rows.hpp"
#include "store/remote_alert_store.hpp"

namespace bizcomms::store {

namespace {

using alert::AlertId;

constexpr std::size_t k_visible_states = 7;

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

alert::ListedDelivery listed(const alert::Delivery& delivery) {
  return {.id = delivery.id,
          .phone_number = delivery.phone_number,
          .attempts = delivery.attempt.number,
          .visible = alert::visible(delivery.attempt, delivery.reports)};
}

alert::ListedDelivery read_listed(db::Row row) {
  alert::Delivery delivery = read_delivery(row).delivery;
  delivery.phone_number = row.take_optional<std::string>();
  return listed(delivery);
}

db::Params page_params(AlertId id, const alert::StatusQuery& query) {
  const alert::DeliveryId after = query.after.value_or(alert::DeliveryId{.alert = id, .batch = 0});
  db::Params params;
  params.add(id.uuid).add(after.batch).add(after.recipient.uuid).add(number_of(after.channel)).add(std::int64_t{query.limit} + 1);
  return params;
}

// Where the deliveries are elsewhere: batches that may hold some. By visible state; the last: any.
std::array<std::string, k_visible_states + 1> batch_texts() {
  std::array<std::string, k_visible_states + 1> texts;
  for (std::size_t visible = 0; visible <= k_visible_states; ++visible) {
    const bool any = visible == k_visible_states;
    texts.at(visible) = fmt::format(
        "SELECT b.batch FROM alert_batches b WHERE b.alert_id = $1::uuid AND b.batch >= $2::int4 AND b.changes > 0 AND {}"
        " ORDER BY b.batch LIMIT $3::int8",
        any ? "true" : fmt::format("(b.state = 0 OR b.dirty OR {})", k_batch_conditions.at(visible)));
  }
  return texts;
}
const auto k_batch_texts = batch_texts();

constexpr int k_batches_looked_at = 100;
constexpr int k_looked_at_once = 500;  // deliveries of a batch, of which few may be asked for

std::size_t place_of(const alert::StatusQuery& query) { return query.status ? static_cast<std::size_t>(*query.status) : k_visible_states; }

// Without the deliveries, which are what `page` finds, or are found by it.
struct Head {
  alert::AlertReport report;
  db::Rows rows;
};
Result<Head> read_head(db::Pool& pool, AlertId id, db::Step page) {
  const std::array steps{db::Step{.statement = k_alert, .params = db::Params().add(id.uuid)},
                         db::Step{.statement = k_counts, .params = db::Params().add(id.uuid)}, std::move(page)};
  const auto answers = pool.run_all(steps);
  if (!answers) { return answers.error(); }
  if ((*answers)[0].empty()) { return no_alert(); }
  db::Row first = (*answers)[0][0];
  return Head{.report = {.alert = read_alert(first), .counts = read_counts((*answers)[1]), .deliveries = {}}, .rows = (*answers)[2]};
}

}  // namespace

Result<alert::AlertReport> PostgresAlertStore::report(AlertId id, const alert::StatusQuery& query) {
  const db::Statement deliveries{.sql = k_delivery_texts.at(place_of(query))};
  auto head = read_head(m_pool, id, {.statement = deliveries, .params = page_params(id, query)});
  if (!head) { return head.error(); }
  const db::Rows& rows = head->rows;
  auto& page = head->report.deliveries;
  for (int i = 0; i < std::min(rows.size(), query.limit); ++i) { page.items.push_back(read_listed(rows[i])); }
  if (rows.size() > query.limit) { page.next = page.items.back().id; }
  return std::move(head->report);
}

Result<alert::AlertReport> RemoteAlertStore::report(AlertId id, const alert::StatusQuery& query) {
  const db::Statement batches{.sql = k_batch_texts.at(place_of(query))};
  const std::int32_t from = query.after ? query.after->batch : 0;
  auto head = read_head(m_pool, id,
                        {.statement = batches, .params = db::Params().add(id.uuid).add(from).add(std::int64_t{k_batches_looked_at} + 1)});
  if (!head) { return head.error(); }
  auto& page = head->report.deliveries;
  for (int i = 0; i < head->rows.size(); ++i) {
    const auto batch = head->rows[i].take<std::int32_t>();
    if (i == k_batches_looked_at) {
      page.next = alert::DeliveryId{.alert = id, .batch = batch};  // before the first of that batch
      break;
    }
    if (const auto read = list_batch(id, batch, query, page.items); !read) { return read.error(); }
    if (std::ssize(page.items) > query.limit) {
      page.items.pop_back();
      page.next = page.items.back().id;
      break;
    }
  }
  return std::move(head->report);
}

// Until there is one more than the page holds.
Status RemoteAlertStore::list_batch(AlertId id, std::int32_t batch, const alert::StatusQuery& query,
                                    std::vector<alert::ListedDelivery>& items) {
  std::optional<alert::DeliveryId> after;
  if (query.after && query.after->batch == batch) { after = query.after; }
  for (;;) {
    const int wanted = query.limit + 1 - static_cast<int>(items.size());
    const int at_once = query.status ? k_looked_at_once : wanted;
    const auto rows = m_ledger.page(id, batch, after, at_once);
    if (!rows) { return rows.error(); }
    for (const alert::Delivery& delivery : *rows) {
      alert::ListedDelivery shown = listed(delivery);
      if (query.status && shown.visible.status != *query.status) { continue; }
      items.push_back(std::move(shown));
      if (std::ssize(items) > query.limit) { return {}; }
    }
    if (std::ssize(*rows) < at_once) { return {}; }
    after = rows->back().id;
  }
}

}  // namespace bizcomms::store

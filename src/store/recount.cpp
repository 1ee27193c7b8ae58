// Batches' counts, recomputed from their deliveries: those in the table, and those of a ledger elsewhere.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/batch_rows.hpp"
#include "store/batch_store.hpp"
#include "store/remote_batch_store.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::AlertId;
using db::Effect;

using BatchKey = std::pair<AlertId, std::int32_t>;

constexpr db::Statement k_lock_batches{.sql = R"(
  SELECT FROM unnest($1::uuid[], $2::int4[]) AS i(alert_id, batch)
    JOIN alert_batches b ON b.alert_id = i.alert_id AND b.batch = i.batch
  WHERE i.batch - i.batch = 0
  ORDER BY b.alert_id, b.batch FOR NO KEY UPDATE OF b)",
                                       .effect = Effect::writes};

// What the two ways of counting differ in.
struct Counting {
  std::string_view marks;     // set beside the counts of a batch `u`
  std::string_view batches;   // `i`: which
  std::string_view tally;     // `d`: what there is of a batch `b`
  std::string_view is_begun;  // of a member `r` and a channel `c`
  std::string_view condition = "";
};

// A worker may withdraw what a settled batch had counted as never begun: their sum stays.
std::string recount_text(const Counting& counting) {
  return fmt::format(R"(
  UPDATE alert_batches u SET {0}, state = n.state, settled_at = CASE WHEN n.state = 1 THEN coalesce(u.settled_at, now()) END,
    never_begun = n.never_begun, sent = n.sent, delivered = n.delivered, failed = n.failed, pending = n.pending, cancelled = n.shown_cancelled + n.never_begun
  FROM (
    SELECT b.alert_id, b.batch, d.sent, d.delivered, d.failed, d.shown_cancelled,
      CASE WHEN b.state = 1 OR (d.all_settled AND (a.status = 3 OR m.missing = 0)) THEN 1 ELSE 0 END AS state,
      CASE WHEN b.state = 1 THEN least(b.never_begun, greatest(0, b.sent + b.failed + b.pending + b.cancelled - d.rows))
        WHEN a.status = 3 THEN m.missing ELSE 0 END AS never_begun,
      d.pending + CASE WHEN a.status = 3 THEN 0 ELSE m.missing END AS pending
    FROM {1}
      JOIN alert_batches b ON b.alert_id = i.alert_id AND b.batch = i.batch
      JOIN alerts a ON a.alert_id = b.alert_id
      CROSS JOIN {2}
      CROSS JOIN LATERAL (SELECT CASE WHEN b.state = 1 THEN 0 ELSE (SELECT count(*) {3}) END AS missing OFFSET 0) m
    WHERE i.batch - i.batch = 0 OFFSET 0) n
  WHERE u.alert_id = n.alert_id AND u.batch = n.batch{4}
  RETURNING u.alert_id, u.batch, u.state = 1)",
                     counting.marks, counting.batches, counting.tally, not_begun(counting.is_begun), counting.condition);
}

// The rows are locked by the statement before, and this one sees what was committed until then: a report that marks a batch dirty either is
// counted here or marks it afterwards.
const std::string k_recount_sql = recount_text({.marks = "dirty = false",
                                                .batches = "unnest($1::uuid[], $2::int4[]) AS i(alert_id, batch)",
                                                .tally = R"(LATERAL (
        SELECT count(*) FILTER (WHERE d.visible IN (2, 3)) AS sent, count(*) FILTER (WHERE d.visible = 3) AS delivered,
          count(*) FILTER (WHERE d.visible = 4) AS failed, count(*) FILTER (WHERE d.visible IN (0, 1, 6)) AS pending,
          count(*) FILTER (WHERE d.visible = 5) AS shown_cancelled, count(*) AS rows, coalesce(bool_and(d.settled), true) AS all_settled
        FROM deliveries d WHERE d.alert_id = b.alert_id AND d.batch = b.batch OFFSET 0) d)",
                                                .is_begun = k_has_row});
const db::Statement k_recount{.sql = k_recount_sql, .effect = Effect::writes};

// What a ledger elsewhere told of one batch. It may have told it before the last report was written there: the batch stays dirty if it was
// touched since, and open if its alert was cancelled: what was not begun when we read may be under way. Was it counted since, or opened
// again, then what was read may be older than what is known: nothing is written. A batch whose rows all came with the ledger of a cell
// before, which was ahead of its database, has something to list from now on.
const std::string k_recount_told_sql = recount_text(
    {.marks = "dirty = u.changes <> $11::int8, counted = u.counted + 1, changes = greatest(u.changes, least(cardinality($3::uuid[]), 1))",
     .batches = "(SELECT $1::uuid AS alert_id, $2::int4 AS batch) AS i",
     .tally =
         "LATERAL (SELECT $5::int8 AS sent, $6::int8 AS delivered, $7::int8 AS failed, $8::int8 AS pending, $9::int8 AS shown_cancelled,"
         " cardinality($3::uuid[]) AS rows, $10::bool AND (a.status <> 3 OR b.changes = $11::int8) AS all_settled) AS d",
     .is_begun = k_is_given,
     .condition = " AND u.counted = $12::int8"});
const db::Statement k_recount_told{.sql = k_recount_told_sql, .effect = Effect::writes};

constexpr db::Statement k_versions{.sql = R"(
  SELECT b.alert_id, b.batch, b.changes, b.counted FROM unnest($1::uuid[], $2::int4[]) AS i(alert_id, batch)
    JOIN alert_batches b ON b.alert_id = i.alert_id AND b.batch = i.batch
  WHERE i.batch - i.batch = 0)"};

const std::string k_complete_sql = fmt::format(R"(
  UPDATE alerts SET status = 2, ended_at = now(), updated_at = {}
  WHERE alert_id = ANY($1::uuid[]) AND status = 1
    AND NOT EXISTS (SELECT FROM alert_batches b WHERE b.alert_id = alerts.alert_id AND b.state = 0))",
                                               k_next_update);
const db::Statement k_complete{.sql = k_complete_sql, .effect = Effect::writes};

constexpr db::Statement k_dirty{.sql = "SELECT alert_id, batch FROM alert_batches WHERE dirty ORDER BY alert_id, batch LIMIT $1::int8"};
// What was touched just now is likely to be touched again, and waits its turn; so does what another sweeper has just taken.
constexpr db::Statement k_take_dirty{.sql = R"(
  WITH calmest AS MATERIALIZED (
    SELECT alert_id, batch FROM alert_batches WHERE dirty ORDER BY progressed_at LIMIT $1::int8 FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE alert_batches b SET progressed_at = now() FROM calmest c WHERE b.alert_id = c.alert_id AND b.batch = c.batch
  RETURNING b.alert_id, b.batch)",
                                     .effect = Effect::writes};

// Each is read from the ledger by a request of its own, and the sweeper has other things to do: it comes again.
constexpr int k_dirty_at_once = 50;
constexpr std::size_t k_told_at_once = 16;  // batches read before they are written
constexpr int k_count_tries = 3;

using Verdicts = std::map<BatchKey, bool>;

void read_verdicts(const db::Rows& rows, Verdicts& verdicts) {
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    const AlertId id{row.take<Uuid>()};
    const auto number = row.take<std::int32_t>();
    verdicts[{id, number}] = row.take<bool>();
  }
}

std::vector<bool> in_order(std::span<const BatchKey> batches, const Verdicts& verdicts) {
  std::vector<bool> answers;
  for (const auto& batch : batches) {
    const auto found = verdicts.find(batch);
    answers.push_back(found != verdicts.end() && found->second);
  }
  return answers;
}

db::Step recount_step(const BatchKey& batch, std::int64_t changes, std::int64_t counted, std::span<const alert::Delivery> deliveries) {
  alert::Counts counts;
  bool all_settled = true;
  db::Column<Uuid> recipients;
  db::Column<std::int16_t> channels;
  for (const alert::Delivery& delivery : deliveries) {
    counts.count(visible(delivery.attempt, delivery.reports).status);
    all_settled = all_settled && is_settled(delivery.attempt, delivery.reports);
    recipients.push(delivery.id.recipient.uuid);
    channels.push(number_of(delivery.id.channel));
  }
  db::Params params;
  params.add(batch.first.uuid).add(batch.second).add(recipients).add(channels);
  params.add(counts.sent).add(counts.delivered).add(counts.failed).add(counts.pending).add(counts.cancelled);
  params.add(all_settled).add(changes).add(counted);
  return {.statement = k_recount_told, .params = std::move(params)};
}

}  // namespace

Result<std::vector<bool>> PostgresBatchStore::recount(std::span<const BatchKey> batches) {
  if (batches.empty()) { return std::vector<bool>{}; }
  const db::Params keys = keys_of(batches);
  const std::array steps{db::Step{.statement = k_lock_batches, .params = keys}, db::Step{.statement = k_recount, .params = keys}};
  const auto answers = repeating([&] { return m_pool.run_all(steps); });  // a pipeline is a transaction
  if (!answers) { return answers.error(); }
  Verdicts verdicts;
  read_verdicts((*answers)[1], verdicts);
  if (const auto completed = complete_those_over(batches); !completed) { return completed.error(); }
  return in_order(batches, verdicts);
}

// In a transaction of its own, after the batches' commit: of two last batches one sees the other.
Status PostgresBatchStore::complete_those_over(std::span<const BatchKey> batches) {
  db::Column<Uuid> ids;
  for (const auto& batch : batches) { ids.push(batch.first.uuid); }
  const auto done = repeating([&] { return m_pool.run(k_complete, db::Params().add(ids)); });
  if (!done) { return done.error(); }
  return {};
}

Result<int> PostgresBatchStore::recount_dirty(int limit) { return recount_all(m_pool.run(k_dirty, db::Params().add(std::int64_t{limit}))); }

Result<int> PostgresBatchStore::recount_all(const Result<db::Rows>& rows) {
  if (!rows) { return rows.error(); }
  const auto batches = keys_in(*rows);
  const auto counted = recount(batches);
  if (!counted) { return counted.error(); }
  return static_cast<int>(batches.size());
}

Result<int> RemoteBatchStore::recount_dirty(int limit) {
  return recount_all(m_pool.run(k_take_dirty, db::Params().add(std::int64_t{std::min(limit, k_dirty_at_once)})));
}

Result<std::vector<bool>> RemoteBatchStore::recount(std::span<const BatchKey> batches) {
  if (batches.empty()) { return std::vector<bool>{}; }
  const std::set<BatchKey> each(batches.begin(), batches.end());
  const std::vector<BatchKey> sorted(each.begin(), each.end());
  Verdicts verdicts;
  for (std::size_t begin = 0; begin < sorted.size(); begin += k_told_at_once) {
    const auto group = std::span(sorted).subspan(begin, std::min(k_told_at_once, sorted.size() - begin));
    if (const auto counted = recount_group(group, verdicts); !counted) { return counted.error(); }
  }
  if (const auto completed = complete_those_over(batches); !completed) { return completed.error(); }
  return in_order(batches, verdicts);
}

// Somebody who counts one of them meanwhile is as good as we are, but may have read it before us.
Status RemoteBatchStore::recount_group(std::span<const BatchKey> group, std::map<BatchKey, bool>& verdicts) {
  std::vector<BatchKey> left(group.begin(), group.end());
  for (int tries = 0; tries < k_count_tries; ++tries) {
    const auto steps = told(left);
    if (!steps) { return steps.error(); }
    if (left.empty()) { return {}; }
    const auto answers = repeating([&] { return m_pool.run_all(*steps); });
    if (!answers) { return answers.error(); }
    for (const db::Rows& rows : std::span(*answers).subspan(1)) { read_verdicts(rows, verdicts); }
    std::erase_if(left, [&](const BatchKey& batch) { return verdicts.contains(batch); });
    if (left.empty()) { return {}; }
  }
  std::vector<alert::TouchedBatch> marks;
  for (const BatchKey& batch : left) { marks.push_back({.alert = batch.first, .batch = batch.second, .dirty = true}); }
  return m_ground.touch(marks);
}

// The statements that count them, by what the ledger tells now; leaves in `batches` those that there are.
Result<std::vector<db::Step>> RemoteBatchStore::told(std::vector<BatchKey>& batches) {
  const auto versions = m_pool.run(k_versions, keys_of(batches));
  if (!versions) { return versions.error(); }
  batches.clear();
  std::vector<db::Step> steps(1);
  for (int i = 0; i < versions->size(); ++i) {
    db::Row row = (*versions)[i];
    const AlertId id{row.take<Uuid>()};
    const auto number = row.take<std::int32_t>();
    const auto deliveries = m_ledger.without_numbers(id, number);
    if (!deliveries) { return deliveries.error(); }
    const auto changes = row.take<std::int64_t>();
    steps.push_back(recount_step(batches.emplace_back(id, number), changes, row.take<std::int64_t>(), *deliveries));
  }
  steps.front() = {.statement = k_lock_batches, .params = keys_of(batches)};
  return steps;
}

Result<std::vector<std::pair<AlertId, std::int32_t>>> RemoteBatchStore::take_unfinished(std::span<const Millis> schedule, int limit) {
  auto taken = PostgresBatchStore::take_unfinished(schedule, limit);
  if (!taken) { return taken; }
  std::vector<alert::TouchedBatch> marks;
  for (const auto& [id, number] : *taken) { marks.push_back({.alert = id, .batch = number, .dirty = true}); }
  if (auto marked = m_ground.touch(marks); !marked) { return marked.error(); }
  return taken;
}

}  // namespace bizcomms::store

#include "store/outbox.hpp"

#include <algorithm>
#include <set>

namespace bizcomms::store {

namespace {

using alert::Event;
using db::Effect;

// Locked until the end of the transaction: no other relay sees them meanwhile, and after a crash they are there again.
constexpr db::Statement k_hand_out{.sql = R"(
  SELECT id, kind, lane, alert_id, batch, epoch, trace FROM outbox ORDER BY id LIMIT $1::int8 FOR UPDATE SKIP LOCKED)",
                                   .effect = Effect::writes};
constexpr db::Statement k_sent{.sql = "DELETE FROM outbox WHERE id = ANY($1::int8[])", .effect = Effect::writes};

constexpr db::Statement k_seen{.sql = "SELECT story_id FROM seen_stories WHERE story_id = ANY($1::int8[])"};
constexpr db::Statement k_mark{
    .sql = "INSERT INTO seen_stories (story_id) SELECT DISTINCT i FROM unnest($1::int8[]) AS i ORDER BY i ON CONFLICT DO NOTHING",
    .effect = Effect::writes};
constexpr db::Statement k_any{.sql = "SELECT EXISTS (SELECT FROM seen_stories)"};

struct HandedOut {
  std::vector<std::int64_t> ids;
  std::vector<Event> events;
};

HandedOut read_events(const db::Rows& rows) {
  HandedOut out;
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    out.ids.push_back(row.take<std::int64_t>());
    Event& event = out.events.emplace_back();
    event.kind = static_cast<alert::EventKind>(row.take<std::int16_t>());
    event.lane = static_cast<alert::Lane>(row.take<std::int16_t>());
    event.alert.uuid = row.take<Uuid>();
    event.batch = row.take<std::int32_t>();
    event.epoch = row.take<std::int64_t>();
    event.trace = row.take<std::string>();
  }
  return out;
}

db::Params ids_of(std::span<const std::int64_t> ids) {
  db::Column<std::int64_t> column;
  for (const std::int64_t id : ids) { column.push(id); }
  return db::Params().add(column);
}

}  // namespace

Result<int> PostgresOutbox::relay(int max, const Publish& publish) {
  auto connection = m_pool.take();
  if (!connection) { return connection.error(); }
  db::Transaction transaction(**connection);
  const auto rows = transaction.run(k_hand_out, db::Params().add(std::int64_t{max}));
  if (!rows) { return rows.error(); }
  if (rows->empty()) { return 0; }
  if (rows->size() == max) { m_bell.ring(); }  // there may be more
  const HandedOut out = read_events(*rows);
  const auto published = publish(out.events);
  if (!published) { return published.error(); }
  std::vector<std::int64_t> sent;
  for (std::size_t i = 0; i < std::min(out.ids.size(), published->size()); ++i) {
    if ((*published)[i]) { sent.push_back(out.ids[i]); }
  }
  const auto finished = transaction.finish({{.statement = k_sent, .params = ids_of(sent)}});
  if (!finished) { return finished.error(); }
  return static_cast<int>(sent.size());
}

Result<std::vector<bool>> PostgresSeen::seen(std::span<const alert::StoryId> ids) {
  const auto rows = m_pool.run(k_seen, ids_of(ids));
  if (!rows) { return rows.error(); }
  std::set<alert::StoryId> known;
  for (int i = 0; i < rows->size(); ++i) { known.insert((*rows)[i].take<std::int64_t>()); }
  std::vector<bool> answers;
  for (const alert::StoryId id : ids) { answers.push_back(known.contains(id)); }
  return answers;
}

Status PostgresSeen::mark(std::span<const alert::StoryId> ids) {
  const auto rows = m_pool.run(k_mark, ids_of(ids));
  if (!rows) { return rows.error(); }
  return {};
}

Result<bool> PostgresSeen::any() {
  const auto rows = m_pool.run(k_any);
  if (!rows) { return rows.error(); }
  return (*rows)[0].take<bool>();
}

}  // namespace bizcomms::store

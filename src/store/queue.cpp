#include "store/queue.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "bizcomms/db/listener.hpp"
#include "store/alert_rows.hpp"

namespace bizcomms::store {

namespace {

using alert::Event;
using alert::Lane;
using alert::Message;
using alert::Receipt;
using db::Effect;

constexpr Millis k_listen_at_a_time{std::chrono::minutes{1}};

constexpr std::string_view channel_of(Lane lane) { return lane == Lane::urgent ? "bizcomms_queue_urgent" : "bizcomms_queue_standard"; }

constexpr db::Statement k_publish{.sql = R"(
  WITH made AS (
    INSERT INTO queue_messages (kind, lane, alert_id, batch, epoch, trace, visible_at)
    SELECT i.kind, i.lane, i.alert_id, i.batch, i.epoch, i.trace, clock_timestamp() + $7::int8 * interval '1 millisecond'
    FROM unnest($1::int2[], $2::int2[], $3::uuid[], $4::int4[], $5::int8[], $6::text[]) AS i(kind, lane, alert_id, batch, epoch, trace)
    RETURNING lane)
  SELECT pg_notify(CASE lane WHEN 1 THEN 'bizcomms_queue_urgent' ELSE 'bizcomms_queue_standard' END, '')
  FROM (SELECT DISTINCT lane FROM made) lanes)",
                                  .effect = Effect::writes};

// Messages that were received too often already become dead letters instead.
constexpr db::Statement k_receive{.sql = R"(
  WITH picked AS MATERIALIZED (
    SELECT id, receives FROM queue_messages
    WHERE lane = $1::int2 AND visible_at <= now() AND published_at > now() - $5::int8 * interval '1 millisecond'
    ORDER BY visible_at LIMIT $2::int8 FOR UPDATE SKIP LOCKED),
  dead AS (
    DELETE FROM queue_messages q USING picked p WHERE q.id = p.id AND p.receives >= $4::int4 RETURNING q.*),
  buried AS (
    INSERT INTO dead_letters (id, lane, kind, alert_id, batch, epoch, trace, receives, reason)
    SELECT id, lane, kind, alert_id, batch, epoch, trace, receives,
      CASE WHEN reason = '' THEN 'received ' || receives || ' times without an answer' ELSE reason END FROM dead RETURNING *),
  taken AS (
    UPDATE queue_messages q SET receives = q.receives + 1, visible_at = clock_timestamp() + $3::int8 * interval '1 millisecond'
    FROM picked p WHERE q.id = p.id AND p.receives < $4::int4 RETURNING q.id, q.receives, q.kind, q.lane, q.alert_id, q.batch, q.epoch, q.trace)
  SELECT id, receives, kind, lane, alert_id, batch, epoch, trace, NULL::text FROM taken
  UNION ALL SELECT id, receives, kind, lane, alert_id, batch, epoch, trace, reason FROM buried ORDER BY id)",
                                  .effect = Effect::writes};
constexpr db::Statement k_next{.sql = R"(
  SELECT ceil(extract(epoch FROM visible_at - clock_timestamp()) * 1000)::int8 FROM queue_messages
  WHERE lane = $1::int2 AND visible_at > now() ORDER BY visible_at LIMIT 1)"};

// $1, $2: the receipts' two numbers, by place $3. Locked in the order of ids.
constexpr std::string_view k_mine = R"(
  WITH mine AS MATERIALIZED (
    SELECT q.id, i.place FROM unnest($1::int8[], $2::int4[], $3::int4[]) AS i(id, receives, place)
      JOIN queue_messages q ON q.id = i.id AND q.receives = i.receives ORDER BY q.id FOR UPDATE OF q))";
const std::string k_extend_sql = fmt::format(R"({}
  UPDATE queue_messages q SET visible_at = clock_timestamp() + $4::int8 * interval '1 millisecond' FROM mine m WHERE q.id = m.id RETURNING m.place)",
                                             k_mine);
const db::Statement k_extend{.sql = k_extend_sql, .effect = Effect::writes};
const std::string k_ack_sql = fmt::format("{} DELETE FROM queue_messages q USING mine m WHERE q.id = m.id RETURNING m.place", k_mine);
const db::Statement k_ack{.sql = k_ack_sql, .effect = Effect::writes};
const std::string k_give_back_sql = fmt::format(R"({},
  gone AS (DELETE FROM queue_messages q USING mine m WHERE q.id = m.id RETURNING q.*, m.place),
  anew AS (
    INSERT INTO queue_messages (kind, lane, alert_id, batch, epoch, trace, visible_at)
    SELECT kind, lane, alert_id, batch, epoch, trace, clock_timestamp() + $4::int8 * interval '1 millisecond' FROM gone)
  SELECT place, pg_notify(CASE lane WHEN 1 THEN 'bizcomms_queue_urgent' ELSE 'bizcomms_queue_standard' END, '') FROM gone)",
                                                k_mine);
const db::Statement k_give_back{.sql = k_give_back_sql, .effect = Effect::writes};
constexpr db::Statement k_release{.sql = R"(
  WITH released AS (
    UPDATE queue_messages SET visible_at = clock_timestamp() + $3::int8 * interval '1 millisecond', reason = $4::text
    WHERE id = $1::int8 AND receives = $2::int4 RETURNING lane)
  SELECT pg_notify(CASE lane WHEN 1 THEN 'bizcomms_queue_urgent' ELSE 'bizcomms_queue_standard' END, '') FROM released)",
                                  .effect = Effect::writes};

constexpr db::Statement k_depth{.sql = R"(
  SELECT (SELECT count(*) FROM queue_messages WHERE lane = $1::int2 AND visible_at <= now()),
    (SELECT count(*) FROM queue_messages WHERE lane = $1::int2 AND visible_at > now()),
    (SELECT count(*) FROM dead_letters WHERE lane = $1::int2),
    (SELECT coalesce(ceil(extract(epoch FROM now() - min(published_at)) * 1000), 0)::int8 FROM queue_messages
     WHERE lane = $1::int2 AND visible_at <= now()))"};
constexpr db::Statement k_dead_letters{.sql = R"(
  SELECT id, kind, lane, alert_id, batch, epoch, trace, dead_at, receives, reason FROM dead_letters
  WHERE id > $1::int8 ORDER BY id LIMIT $2::int8)"};
constexpr db::Statement k_replay{.sql = R"(
  WITH gone AS (DELETE FROM dead_letters WHERE id = $1::int8 RETURNING *),
  anew AS (
    INSERT INTO queue_messages (kind, lane, alert_id, batch, epoch, trace) SELECT kind, lane, alert_id, batch, epoch, trace FROM gone)
  SELECT pg_notify(CASE lane WHEN 1 THEN 'bizcomms_queue_urgent' ELSE 'bizcomms_queue_standard' END, '') FROM gone)",
                                 .effect = Effect::writes};

struct Ticket {
  std::int64_t id = -1;  // of no message
  std::int32_t receives = 0;
};

// "<id>:<receives>"; anything else names no message.
Ticket ticket_of(const Receipt& receipt) {
  Ticket ticket;
  const char* end = receipt.data() + receipt.size();
  const auto id = std::from_chars(receipt.data(), end, ticket.id);
  if (id.ec != std::errc{} || id.ptr == end || *id.ptr != ':') { return {}; }
  const auto receives = std::from_chars(id.ptr + 1, end, ticket.receives);
  return receives.ec == std::errc{} && receives.ptr == end ? ticket : Ticket{};
}

std::string letter_id(std::int64_t id) { return fmt::format("{:020}", id); }

std::optional<std::int64_t> number_of_letter(const std::string& text) {
  std::int64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

db::Params params_of(std::span<const Event> events, Millis delay) {
  db::Column<std::int16_t> kinds, lanes;
  db::Column<Uuid> alerts;
  db::Column<std::int32_t> batches;
  db::Column<std::int64_t> epochs;
  db::Column<std::string_view> traces;
  for (const Event& event : events) {
    kinds.push(number_of(event.kind));
    lanes.push(number_of(event.lane));
    alerts.push(event.alert.uuid);
    batches.push(event.batch);
    epochs.push(event.epoch);
    traces.push(std::string_view(event.trace));
  }
  db::Params params;
  params.add(kinds).add(lanes).add(alerts).add(batches).add(epochs).add(traces).add(std::int64_t{delay.count()});
  return params;
}

Event read_event(db::Row& row) {
  Event event;
  event.kind = static_cast<alert::EventKind>(row.take<std::int16_t>());
  event.lane = static_cast<Lane>(row.take<std::int16_t>());
  event.alert.uuid = row.take<Uuid>();
  event.batch = row.take<std::int32_t>();
  event.epoch = row.take<std::int64_t>();
  event.trace = row.take<std::string>();
  return event;
}

}  // namespace

PostgresQueue::PostgresQueue(db::Pool& pool, const Settings& settings, const Log& log)
    : m_pool(pool), m_settings(settings.queue), m_poll(settings.queue_poll), m_log(log) {}

PostgresQueue::~PostgresQueue() = default;

Result<std::vector<bool>> PostgresQueue::publish(std::span<const Event> events) {
  if (events.empty()) { return std::vector<bool>{}; }
  const auto rows = m_pool.run(k_publish, params_of(events, Millis{0}));
  if (!rows) { return rows.error(); }
  return std::vector<bool>(events.size(), true);
}

Result<std::vector<Message>> PostgresQueue::take(Lane lane, int max, Millis& next_in) {
  db::Params params;
  params.add(number_of(lane)).add(std::int64_t{max}).add(std::int64_t{m_settings.visibility.count()});
  params.add(std::int32_t{m_settings.receives_max}).add(std::int64_t{m_settings.retention.count()});
  const std::array steps{db::Step{.statement = k_receive, .params = std::move(params)},
                         db::Step{.statement = k_next, .params = db::Params().add(number_of(lane))}};
  const auto answers = m_pool.run_all(steps);
  if (!answers) { return answers.error(); }
  const db::Rows& rows = (*answers)[0];
  std::vector<Message> messages;
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    Message message;
    const auto id = row.take<std::int64_t>();
    message.receives = row.take<std::int32_t>();
    message.event = read_event(row);
    message.receipt = fmt::format("{}:{}", id, message.receives);
    const auto buried_for = row.take_optional<std::string>();
    if (buried_for) {
      tell_of_dead_letter(id, message, *buried_for);
    } else {
      messages.push_back(std::move(message));
    }
  }
  const db::Rows& next = (*answers)[1];
  if (!next.empty()) { next_in = std::max(Millis{1}, Millis{next[0].take<std::int64_t>()}); }
  // Dead letters took places that others behind them may fill.
  if (messages.empty() && !rows.empty()) { next_in = Millis{0}; }
  return messages;
}

void PostgresQueue::tell_of_dead_letter(std::int64_t id, const Message& message, const std::string& reason) const {
  m_log.error("A message has become a dead letter; see bizcomms dlq", {{"id", letter_id(id)},
                                                                       {"kind", static_cast<int>(message.event.kind)},
                                                                       {"alert_id", message.event.alert.to_string()},
                                                                       {"batch", message.event.batch},
                                                                       {"receives", message.receives},
                                                                       {"reason", reason}});
}

Result<std::vector<Message>> PostgresQueue::receive(Lane lane, int max, Millis wait, const std::stop_token& stop) {
  listen_from_now_on();
  const auto deadline = std::chrono::steady_clock::now() + wait;
  const auto place = static_cast<std::size_t>(lane);
  for (;;) {
    std::uint64_t woken = 0;
    {
      const std::scoped_lock lock(m_mutex);
      woken = m_woken.at(place);
    }
    Millis next_in = m_poll;
    auto messages = take(lane, max, next_in);
    if (messages && next_in == Millis{0}) { continue; }
    const auto now = std::chrono::steady_clock::now();
    if (!messages || !messages->empty() || now >= deadline || stop.stop_requested()) { return messages; }
    std::unique_lock lock(m_mutex);
    m_changed.wait_until(lock, stop, std::min(deadline, now + std::min(next_in, m_poll)), [&] { return m_woken.at(place) != woken; });
    if (stop.stop_requested()) { return std::vector<Message>{}; }
  }
}

Result<std::vector<bool>> PostgresQueue::by_receipt(const db::Statement& statement, std::span<const Receipt> receipts,
                                                    std::optional<Millis> time) {
  if (receipts.empty()) { return std::vector<bool>{}; }
  db::Column<std::int64_t> ids;
  db::Column<std::int32_t> receives, places;
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const Ticket ticket = ticket_of(receipts[i]);
    ids.push(ticket.id);
    receives.push(ticket.receives);
    places.push(static_cast<std::int32_t>(i));
  }
  db::Params params;
  params.add(ids).add(receives).add(places);
  if (time) { params.add(std::int64_t{time->count()}); }
  const auto rows = m_pool.run(statement, params);
  if (!rows) { return rows.error(); }
  std::vector<bool> answers(receipts.size());
  for (int i = 0; i < rows->size(); ++i) { answers.at(static_cast<std::size_t>((*rows)[i].take<std::int32_t>())) = true; }
  return answers;
}

Result<std::vector<bool>> PostgresQueue::extend(std::span<const Receipt> receipts) {
  return by_receipt(k_extend, receipts, m_settings.visibility);
}

Result<std::vector<bool>> PostgresQueue::ack(std::span<const Receipt> receipts) { return by_receipt(k_ack, receipts, std::nullopt); }

Status PostgresQueue::release(const Receipt& receipt, Millis delay, const std::string& reason) {
  const Ticket ticket = ticket_of(receipt);
  return db::status_of(
      m_pool.run(k_release, db::Params().add(ticket.id).add(ticket.receives).add(std::int64_t{delay.count()}).add(reason)));
}

Result<std::vector<bool>> PostgresQueue::give_back(std::span<const Message> messages, Millis delay) {
  std::vector<Receipt> receipts;
  for (const Message& message : messages) { receipts.push_back(message.receipt); }
  return by_receipt(k_give_back, receipts, delay);
}

Result<alert::QueueDepth> PostgresQueue::depth(Lane lane) {
  const auto rows = m_pool.run(k_depth, db::Params().add(number_of(lane)));
  if (!rows) { return rows.error(); }
  db::Row row = (*rows)[0];
  alert::QueueDepth depth;
  depth.visible = row.take<std::int64_t>();
  depth.in_flight = row.take<std::int64_t>();
  depth.dead = row.take<std::int64_t>();
  depth.oldest = Millis{row.take<std::int64_t>()};
  return depth;
}

Result<std::vector<alert::DeadLetter>> PostgresQueue::dead_letters(int limit, const std::string& after_id) {
  const auto rows = m_pool.run(k_dead_letters, db::Params().add(number_of_letter(after_id).value_or(-1)).add(std::int64_t{limit}));
  if (!rows) { return rows.error(); }
  std::vector<alert::DeadLetter> letters;
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    alert::DeadLetter& letter = letters.emplace_back();
    letter.id = letter_id(row.take<std::int64_t>());
    letter.event = read_event(row);
    letter.dead_at = row.take<Time>();
    letter.receives = row.take<std::int32_t>();
    letter.reason = row.take<std::string>();
  }
  return letters;
}

Status PostgresQueue::replay(const std::string& dead_letter_id) {
  const auto rows = m_pool.run(k_replay, db::Params().add(number_of_letter(dead_letter_id).value_or(-1)));
  if (!rows) { return rows.error(); }
  if (rows->empty()) { return Error{.code = ErrorCode::not_found, .message = "There is no such dead letter."}; }
  return {};
}

void PostgresQueue::listen_from_now_on() {
  std::call_once(m_listening, [this] { m_listener = std::jthread([this](const std::stop_token& stop) { listen(stop); }); });
}

void PostgresQueue::listen(const std::stop_token& stop) {
  db::Listener listener(m_pool.settings().connection, {std::string(channel_of(Lane::standard)), std::string(channel_of(Lane::urgent))},
                        m_log);
  while (!stop.stop_requested()) {
    for (const std::string& channel : listener.wait(k_listen_at_a_time, stop)) {
      wake(channel == channel_of(Lane::urgent) ? Lane::urgent : Lane::standard);
    }
  }
}

void PostgresQueue::wake(Lane lane) {
  const std::scoped_lock lock(m_mutex);
  ++m_woken.at(static_cast<std::size_t>(lane));
  m_changed.notify_all();
}

}  // namespace bizcomms::store

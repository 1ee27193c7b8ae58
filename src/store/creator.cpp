#include "store/creator.hpp"

#include <algorithm>

#include "store/alert_rows.hpp"

namespace bizcomms::store {

namespace {

using alert::Alert;
using alert::AlertId;
using db::Effect;

// An alert and its event come in only where its key's insert won, or it has no key. `made` leaves out ids that stand already: of a try
// whose answer was lost.
constexpr db::Statement k_insert{.sql = R"(
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int2[], $5::int2[], $6::text[], $7::bool[], $8::bool[], $9::int8[],
                         $10::text[], $11::text[], $12::text[], $13::bytea[], $14::timestamptz[])
      AS t(alert_id, title, message, priority, method, tags, match_all_tags, active_only, estimated, trace, key_name, key, body_hash,
           created_at)),
  now_on AS (SELECT epoch FROM authority),
  won AS (
    INSERT INTO idempotency_keys AS k (key_name, key, body_hash, alert_id, estimated_recipients, created_at)
    SELECT key_name, key, body_hash, alert_id, estimated, now() FROM input WHERE key IS NOT NULL
    ON CONFLICT (key_name, key) DO UPDATE
      SET body_hash = excluded.body_hash, alert_id = excluded.alert_id, estimated_recipients = excluded.estimated_recipients,
          created_at = excluded.created_at
      WHERE k.created_at <= now() - interval '24 hours'
    RETURNING alert_id),
  made AS (
    INSERT INTO alerts (alert_id, title, message, priority, method, tags, match_all_tags, active_only, estimated_recipients, epoch, trace,
                        updated_at)
    SELECT i.alert_id, title, message, priority, method, tags::text[], match_all_tags, active_only, estimated, epoch, trace,
           i.created_at
    FROM input i, now_on WHERE key IS NULL OR i.alert_id IN (SELECT w.alert_id FROM won w)
    ON CONFLICT (alert_id) DO NOTHING
    RETURNING alert_id, priority, epoch, trace),
  event AS (
    INSERT INTO outbox (kind, alert_id, batch, lane, epoch, trace)
    SELECT 0, alert_id, 0, CASE WHEN priority >= 2 THEN 1 ELSE 0 END, epoch, trace FROM made ORDER BY alert_id)
  SELECT alert_id, epoch FROM made)",
                                 .effect = Effect::writes};

// Kept answers by key, and what stands without one, by id.
constexpr db::Statement k_kept{.sql = R"(
  SELECT i.place, k.body_hash, k.estimated_recipients, a.alert_id, a.epoch, a.trace
  FROM unnest($1::int4[], $2::text[], $3::text[]) AS i(place, key_name, key)
  JOIN idempotency_keys k ON k.key_name = i.key_name AND k.key = i.key JOIN alerts a ON a.alert_id = k.alert_id
  UNION ALL
  SELECT i.place, NULL, a.estimated_recipients, a.alert_id, a.epoch, a.trace
  FROM unnest($4::int4[], $5::uuid[]) AS i(place, alert_id) JOIN alerts a ON a.alert_id = i.alert_id)"};

struct Kept {
  AlertId id{};
  std::int64_t epoch = 0;
  std::int64_t estimated_recipients = 0;
  std::string trace{};
};

// As it was answered the first time: the body is the same, so its content is at hand.
Alert answer_of(const NewAlert& request, const Kept& kept) {
  Alert made{.id = kept.id,
             .content = request.draft,
             .estimated_recipients = kept.estimated_recipients,
             .epoch = kept.epoch,
             .trace = kept.trace,
             .created_at = kept.id.uuid.time()};
  made.updated_at = made.created_at;
  return made;
}

Error other_body() {
  return {.code = ErrorCode::conflict,
          .message = "This Idempotency-Key was used with another body.",
          .fields = {{"Idempotency-Key", "was used with another body in the last 24 hours; use a new key"}}};
}

// Groups are written in the order of their keys, so that two committers cannot deadlock.
bool comes_first(const NewAlert& a, const NewAlert& b) {
  if (!a.idempotency || !b.idempotency) { return a.idempotency.has_value() != b.idempotency.has_value() ? !a.idempotency : a.id < b.id; }
  return std::tie(a.idempotency->key_name, a.idempotency->key, a.id) < std::tie(b.idempotency->key_name, b.idempotency->key, b.id);
}

bool same_key(const NewAlert& a, const NewAlert& b) {
  return a.idempotency && b.idempotency && a.idempotency->key_name == b.idempotency->key_name && a.idempotency->key == b.idempotency->key;
}

struct AlertColumns {
  db::Column<Uuid> id;
  db::Column<std::string_view> title, message, tags, trace, key_name, key;
  db::Column<std::int16_t> priority, method;
  db::Column<bool> match_all, active_only;
  db::Column<std::int64_t> estimated;
  db::Column<db::Bytes> body_hash;
  db::Column<Time> created_at;

  void push(const NewAlert& alert) {
    const auto& draft = alert.draft;
    id.push(alert.id.uuid);
    created_at.push(alert.id.uuid.time());
    title.push(std::string_view(draft.title));
    message.push(std::string_view(draft.message));
    tags.push(std::string_view(db::array_text(draft.filter.tags)));
    trace.push(std::string_view(alert.trace));
    priority.push(number_of(draft.priority));
    method.push(number_of(draft.method));
    match_all.push(draft.filter.match_all_tags);
    active_only.push(draft.filter.active_only);
    estimated.push(alert.estimated_recipients);
    if (alert.idempotency) {
      key_name.push(std::string_view(alert.idempotency->key_name));
      key.push(std::string_view(alert.idempotency->key));
      body_hash.push(db::Bytes(alert.idempotency->body_hash));
    } else {
      key_name.push_null();
      key.push_null();
      body_hash.push_null();
    }
  }
  [[nodiscard]] db::Params params() const {
    db::Params all;
    all.add(id).add(title).add(message).add(priority).add(method).add(tags).add(match_all).add(active_only).add(estimated);
    all.add(trace).add(key_name).add(key).add(body_hash).add(created_at);
    return all;
  }
};

Error doubt(const Error& error) {
  return {.code = ErrorCode::outcome_unknown,
          .message =
              "The alert may have been accepted: look for it in the list before you post it again. With an Idempotency-Key it can "
              "simply be posted again.",
          .cause = error.cause};
}

}  // namespace

Creator::Creator(db::Pool& pool, Bell& bell, Histogram& group_sizes, int committers, int group_max)
    : m_pool(pool),
      m_bell(bell),
      m_group_sizes(group_sizes),
      m_gatherer(committers, group_max, Gathering::Pace::lingers, [this](Calls& calls) { work(calls); }) {}

void Creator::work(Calls& calls) {
  m_group_sizes.observe(static_cast<double>(calls.size()));
  std::sort(calls.begin(), calls.end(), [](const auto* a, const auto* b) { return comes_first(a->request, b->request); });
  Calls first;
  Calls repeats;
  for (auto* call : calls) { (!first.empty() && same_key(first.back()->request, call->request) ? repeats : first).push_back(call); }
  write(first);
  // What the same key's first one wrote is there to be read now.
  if (!repeats.empty()) { write_one_by_one(repeats); }
  m_bell.ring();
}

void Creator::write(const Calls& calls) {
  auto made = insert(calls);
  const bool is_unknown = !made && made.error().code == ErrorCode::outcome_unknown;
  if (!made && calls.size() > 1) {
    write_one_by_one(calls);
    if (is_unknown) { admit_doubt(calls); }
    return;
  }
  if (is_unknown) {
    auto again = insert(calls);  // repeating it doubles nothing
    made = again ? std::move(again) : doubt(made.error());
  }
  if (!made) {
    for (auto* call : calls) { call->answer = made.error(); }
    return;
  }
  Calls others;
  for (auto* call : calls) {
    const NewAlert& request = call->request;
    const auto found = made->find(request.id);
    if (found == made->end()) {
      others.push_back(call);
      continue;
    }
    call->answer = answer_of(
        request, {.id = request.id, .epoch = found->second, .estimated_recipients = request.estimated_recipients, .trace = request.trace});
  }
  if (others.empty()) { return; }
  const auto answered = answer_from_kept(others);
  for (auto* call : others) {
    if (!answered) { call->answer = answered.error(); }
    if (!call->answer) { call->answer = Error{.code = ErrorCode::unavailable, .message = "The key was being forgotten; try again."}; }
  }
}

// Nothing was written by a later try, but perhaps by the first.
void Creator::admit_doubt(const Calls& calls) {
  for (auto* call : calls) {
    auto& answer = *call->answer;
    if (!answer && answer.error().code == ErrorCode::unavailable) { answer = doubt(answer.error()); }
  }
}

// After a failure of the group, so that each fails only by its own fault. When the database is away the first tells.
void Creator::write_one_by_one(const Calls& calls) {
  std::optional<Error> away;
  for (auto* call : calls) {
    if (away) {
      call->answer = *away;
      continue;
    }
    write({call});
    const auto& answer = *call->answer;
    const bool no_database =
        !answer && (answer.error().code == ErrorCode::unavailable || answer.error().code == ErrorCode::outcome_unknown);
    if (no_database) { away = Error{.code = ErrorCode::unavailable, .message = answer.error().message, .cause = answer.error().cause}; }
  }
}

Result<std::map<AlertId, std::int64_t>> Creator::insert(const Calls& calls) {
  AlertColumns columns;
  for (const auto* call : calls) { columns.push(call->request); }
  const auto rows = m_pool.run(k_insert, columns.params());
  if (!rows) { return rows.error(); }
  std::map<AlertId, std::int64_t> made;
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    const AlertId id{row.take<Uuid>()};
    made[id] = row.take<std::int64_t>();
  }
  return made;
}

Status Creator::answer_from_kept(const Calls& calls) {
  db::Column<std::int32_t> places, plain_places;
  db::Column<std::string_view> key_names, keys;
  db::Column<Uuid> ids;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const NewAlert& request = calls[i]->request;
    if (!request.idempotency) {
      plain_places.push(static_cast<std::int32_t>(i));
      ids.push(request.id.uuid);
      continue;
    }
    places.push(static_cast<std::int32_t>(i));
    key_names.push(std::string_view(request.idempotency->key_name));
    keys.push(std::string_view(request.idempotency->key));
  }
  const auto rows = m_pool.run(k_kept, db::Params().add(places).add(key_names).add(keys).add(plain_places).add(ids));
  if (!rows) { return rows.error(); }
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    auto* call = calls.at(static_cast<std::size_t>(row.take<std::int32_t>()));
    const auto hash = row.take_optional<db::Hash>();
    Kept kept;
    kept.estimated_recipients = row.take<std::int64_t>();
    kept.id.uuid = row.take<Uuid>();
    kept.epoch = row.take<std::int64_t>();
    kept.trace = row.take<std::string>();
    const bool same = !hash || *hash == call->request.idempotency->body_hash;
    call->answer = same ? Result<Alert>(answer_of(call->request, kept)) : Result<Alert>(other_body());
  }
  return {};
}

}  // namespace bizcomms::store

#include "store/ledger_transaction.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "store/alert_rows.hpp"

namespace bizcomms::store {

namespace {

using alert::DeliveryId;
using db::Effect;

constexpr int k_claim_tries = 5;

// `batch - batch = 0`: see k_record in ledger.cpp.
constexpr db::Statement k_now{.sql = "SELECT now()"};

constexpr db::Statement k_claim{.sql = R"(
  INSERT INTO claims (sid, alert_id, batch, recipient_id, channel, by_look_up)
  SELECT i.sid, i.alert_id, i.batch, i.recipient_id, i.channel, false
  FROM unnest($1::text[], $2::uuid[], $3::int4[], $4::uuid[], $5::int2[]) WITH ORDINALITY
    AS i(sid, alert_id, batch, recipient_id, channel, place)
  WHERE EXISTS (SELECT FROM deliveries d WHERE d.alert_id = i.alert_id AND d.batch = i.batch AND d.recipient_id = i.recipient_id
                AND d.channel = i.channel)
  ORDER BY i.sid, i.place
  ON CONFLICT (sid) DO NOTHING RETURNING sid)",
                                .effect = Effect::writes};

constexpr db::Statement k_held{.sql = R"(
  SELECT sid, alert_id, batch, recipient_id, channel, by_look_up FROM claims WHERE sid = ANY($1::text[]) ORDER BY sid FOR NO KEY UPDATE)",
                               .effect = Effect::writes};

const std::string k_lock_sql = fmt::format(R"(
  SELECT {} FROM unnest($1::uuid[], $2::int4[], $3::uuid[], $4::int2[]) AS i(alert_id, batch, recipient_id, channel)
    JOIN deliveries d ON d.alert_id = i.alert_id AND d.batch = i.batch AND d.recipient_id = i.recipient_id AND d.channel = i.channel
  WHERE i.batch - i.batch = 0
  ORDER BY d.alert_id, d.batch, d.recipient_id, d.channel FOR NO KEY UPDATE OF d)",
                                           k_delivery_columns);
const db::Statement k_lock{.sql = k_lock_sql, .effect = Effect::writes};

constexpr db::Statement k_write{.sql = R"(
  UPDATE deliveries d SET token = i.token, state = i.state, attempts = i.attempts, looks = i.looks, started_at = i.started_at,
    lease_until = i.lease_until, due_at = i.due_at, account = i.account, sender = i.sender, body_hash = i.body_hash, sid = i.sid,
    error_code = i.error_code, reason = i.reason, sent_at = i.sent_at, report_rank = i.report_rank, report_sid = i.report_sid,
    report_token = i.report_token, report_kind = i.report_kind, report_error_code = i.report_error_code, report_reason = i.report_reason,
    accepted_at = i.accepted_at, delivered_at = i.delivered_at, acknowledged_at = i.acknowledged_at, phone_version = i.phone_version,
    wake_at = i.wake_at, visible = i.visible, settled = i.settled, resent = i.resent
  FROM unnest($1::uuid[], $2::int4[], $3::uuid[], $4::int2[], $5::uuid[], $6::int2[], $7::int2[], $8::int2[], $9::timestamptz[],
              $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[], $14::bytea[], $15::text[], $16::int4[], $17::text[],
              $18::timestamptz[], $19::int4[], $20::text[], $21::uuid[], $22::int2[], $23::int4[], $24::text[], $25::timestamptz[],
              $26::timestamptz[], $27::timestamptz[], $28::int2[], $29::timestamptz[], $30::int2[], $31::bool[], $32::int2[])
    AS i(alert_id, batch, recipient_id, channel, token, state, attempts, looks, started_at, lease_until, due_at, account, sender, body_hash,
         sid, error_code, reason, sent_at, report_rank, report_sid, report_token, report_kind, report_error_code, report_reason, accepted_at,
         delivered_at, acknowledged_at, phone_version, wake_at, visible, settled, resent)
  WHERE d.alert_id = i.alert_id AND d.batch = i.batch AND d.recipient_id = i.recipient_id AND d.channel = i.channel
    AND i.batch - i.batch = 0)",
                                .effect = Effect::writes};

constexpr db::Statement k_write_claims{.sql = R"(
  UPDATE claims c SET alert_id = i.alert_id, batch = i.batch, recipient_id = i.recipient_id, channel = i.channel, by_look_up = i.by_look_up
  FROM unnest($1::text[], $2::uuid[], $3::int4[], $4::uuid[], $5::int2[], $6::bool[])
    AS i(sid, alert_id, batch, recipient_id, channel, by_look_up)
  WHERE c.sid = i.sid AND i.batch - i.batch = 0)",
                                       .effect = Effect::writes};

constexpr db::Statement k_release_claims{.sql = "DELETE FROM claims WHERE sid = ANY($1::text[])", .effect = Effect::writes};

// One that is only touched keeps its mark; a settled one is looked at again by nobody without it.
constexpr db::Statement k_touch{.sql = R"(
  UPDATE alert_batches b SET progressed_at = now(), dirty = b.dirty OR i.dirty OR b.state = 1
  FROM unnest($1::uuid[], $2::int4[], $3::bool[]) AS i(alert_id, batch, dirty) WHERE b.alert_id = i.alert_id AND b.batch = i.batch
    AND i.batch - i.batch = 0)",
                                .effect = Effect::writes};

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

std::optional<std::int32_t> code(const std::optional<int>& value) { return value; }

struct AttemptColumns {
  db::Column<Uuid> token;
  db::Column<std::int16_t> state, attempts, looks, resent;
  db::Column<Time> started_at, lease_until, due_at, sent_at;
  db::Column<std::string_view> account, sender, sid, reason;
  db::Column<db::Bytes> body_hash;
  db::Column<std::int32_t> error_code;

  void push(const alert::Attempt& attempt) {
    token.push(attempt.token.uuid);
    state.push(number_of(attempt.state));
    attempts.push(static_cast<std::int16_t>(attempt.number));
    looks.push(static_cast<std::int16_t>(attempt.looks));
    resent.push(static_cast<std::int16_t>(attempt.resent));
    started_at.push(attempt.started_at);
    lease_until.push(attempt.lease_until);
    due_at.push(attempt.due_at);
    sent_at.push(attempt.sent_at);
    account.push(std::string_view(attempt.account));
    sender.push(std::string_view(attempt.sender));
    sid.push(view(attempt.sid));
    reason.push(std::string_view(attempt.reason));
    body_hash.push(db::Bytes(attempt.body_hash));
    error_code.push(code(attempt.error_code));
  }
};

struct ReportColumns {
  db::Column<std::int32_t> rank, error_code;
  db::Column<std::string_view> sid, reason;
  db::Column<Uuid> token;
  db::Column<std::int16_t> kind;
  db::Column<Time> accepted_at, delivered_at, acknowledged_at;

  void push(const std::optional<alert::Reports>& reports) {
    const alert::Reports known = reports.value_or(alert::Reports{});
    rank.push(reports ? std::optional<std::int32_t>(known.rank) : std::nullopt);
    sid.push(reports ? std::optional<std::string_view>(reports->sid) : std::nullopt);
    token.push(reports ? std::optional(known.token.uuid) : std::nullopt);
    kind.push(reports ? std::optional(number_of(known.kind)) : std::nullopt);
    error_code.push(code(known.error_code));
    reason.push(reports ? std::optional<std::string_view>(reports->reason) : std::nullopt);
    accepted_at.push(known.accepted_at);
    delivered_at.push(known.delivered_at);
    acknowledged_at.push(known.acknowledged_at);
  }
};

DeliveryId read_id(db::Row& row) {
  DeliveryId id;
  id.alert.uuid = row.take<Uuid>();
  id.batch = row.take<std::int32_t>();
  id.recipient.uuid = row.take<Uuid>();
  id.channel = static_cast<alert::Channel>(row.take<std::int16_t>());
  return id;
}

db::Params keys_of(std::span<const DeliveryId> ids) {
  KeyColumns keys;
  for (const DeliveryId& id : ids) { keys.push(id); }
  db::Params params;
  params.add(keys.alert).add(keys.batch).add(keys.recipient).add(keys.channel);
  return params;
}

std::vector<DeliveryId> sorted(std::span<const DeliveryId> ids) {
  std::vector<DeliveryId> unique(ids.begin(), ids.end());
  std::sort(unique.begin(), unique.end());
  unique.erase(std::unique(unique.begin(), unique.end()), unique.end());
  return unique;
}

}  // namespace

void KeyColumns::push(const DeliveryId& id) {
  alert.push(id.alert.uuid);
  batch.push(id.batch);
  recipient.push(id.recipient.uuid);
  channel.push(number_of(id.channel));
}

Status LedgerTransaction::open(std::span<const DeliveryId> ids, std::span<const WantedClaim> claims, std::vector<db::Step> before) {
  const std::size_t first = before.size();
  db::Column<std::string_view> sids;
  KeyColumns owners;
  for (const WantedClaim& claim : claims) {
    sids.push(std::string_view(claim.sid));
    owners.push(claim.id);
  }
  std::vector<db::Step> steps = std::move(before);
  steps.push_back({.statement = k_now});
  const std::array claim_steps{
      db::Step{.statement = k_claim,
               .params = db::Params().add(sids).add(owners.alert).add(owners.batch).add(owners.recipient).add(owners.channel)},
      db::Step{.statement = k_held, .params = db::Params().add(sids)}};
  steps.insert(steps.end(), claim_steps.begin(), claim_steps.end());
  steps.push_back({.statement = k_lock, .params = keys_of(sorted(ids))});
  auto rows = m_transaction.run_all(std::move(steps));
  if (!rows) { return rows.error(); }
  m_draft.set_now((*rows)[first][0].take<Time>());
  read_claims((*rows)[first + 1], (*rows)[first + 2]);
  read_rows((*rows)[first + 3]);
  m_before.assign(rows->begin(), rows->begin() + static_cast<std::ptrdiff_t>(first));
  for (int i = 0; i < k_claim_tries && lacks_one_of(claims); ++i) {
    const auto again = m_transaction.run_all({claim_steps.begin(), claim_steps.end()});
    if (!again) { return again.error(); }
    read_claims((*again)[0], (*again)[1]);
  }
  if (lacks_one_of(claims)) { return Error{.code = ErrorCode::unavailable, .message = "Too many claim the same message at once."}; }
  return {};
}

// Whoever held it released it, between our try to claim it and our look at who holds it.
bool LedgerTransaction::lacks_one_of(std::span<const WantedClaim> claims) {
  return std::any_of(claims.begin(), claims.end(),
                     [this](const auto& wanted) { return !m_draft.claim(wanted.sid) && m_draft.row(wanted.id); });
}

void LedgerTransaction::read_claims(const db::Rows& fresh, const db::Rows& held) {
  read_held(held);
  for (int i = 0; i < fresh.size(); ++i) { m_draft.mark_fresh(fresh[i].take<std::string>()); }
}

Status LedgerTransaction::load(std::span<const DeliveryId> ids) {
  const auto rows = m_transaction.run(k_lock, keys_of(sorted(ids)));
  if (!rows) { return rows.error(); }
  read_rows(*rows);
  return {};
}

Status LedgerTransaction::load_claims(std::span<const alert::ProviderId> sids) {
  const auto rows = m_transaction.run(k_held, db::Params().add(sids));
  if (!rows) { return rows.error(); }
  read_held(*rows);
  return {};
}

void LedgerTransaction::read_rows(const db::Rows& rows) {
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    m_draft.load(read_delivery(row));
  }
}

void LedgerTransaction::read_held(const db::Rows& held) {
  for (int i = 0; i < held.size(); ++i) {
    db::Row row = held[i];
    const auto sid = row.take<std::string>();
    alert::Claim claim{.id = read_id(row)};
    claim.by_look_up = row.take<bool>();
    m_draft.load(sid, claim);
  }
}

db::Step LedgerTransaction::write_rows() {
  KeyColumns keys;
  AttemptColumns attempts;
  ReportColumns reports;
  db::Column<std::int16_t> phone_version, visible;
  db::Column<Time> wake;
  db::Column<bool> settled;
  for (const DeliveryId& id : m_draft.changed()) {
    const alert::LedgerRow& row = *m_draft.row(id);
    const alert::Delivery& delivery = row.delivery;
    keys.push(id);
    attempts.push(delivery.attempt);
    reports.push(delivery.reports);
    phone_version.push(row.phone_version);
    wake.push(wakes_at(row));
    visible.push(number_of(alert::visible(delivery.attempt, delivery.reports).status));
    settled.push(alert::is_settled(delivery.attempt, delivery.reports));
  }
  db::Params all;
  all.add(keys.alert).add(keys.batch).add(keys.recipient).add(keys.channel);
  all.add(attempts.token).add(attempts.state).add(attempts.attempts).add(attempts.looks).add(attempts.started_at).add(attempts.lease_until);
  all.add(attempts.due_at).add(attempts.account).add(attempts.sender).add(attempts.body_hash).add(attempts.sid).add(attempts.error_code);
  all.add(attempts.reason).add(attempts.sent_at);
  all.add(reports.rank).add(reports.sid).add(reports.token).add(reports.kind).add(reports.error_code).add(reports.reason);
  all.add(reports.accepted_at).add(reports.delivered_at).add(reports.acknowledged_at);
  all.add(phone_version).add(wake).add(visible).add(settled).add(attempts.resent);
  return {.statement = k_write, .params = std::move(all)};
}

std::vector<db::Step> LedgerTransaction::last_steps() {
  std::vector<db::Step> steps;
  db::Column<std::string_view> sids;
  KeyColumns owners;
  db::Column<bool> by_look_up;
  std::vector<std::string> released;
  for (const auto& entry : m_draft.claims()) {
    if (entry.second.released) { released.push_back(entry.first); }
    if (entry.second.released || !entry.second.changed) { continue; }
    sids.push(std::string_view(entry.first));
    owners.push(entry.second.id);
    by_look_up.push(entry.second.by_look_up);
  }
  if (sids.size() > 0) {
    steps.push_back(
        {.statement = k_write_claims,
         .params = db::Params().add(sids).add(owners.alert).add(owners.batch).add(owners.recipient).add(owners.channel).add(by_look_up)});
  }
  if (!released.empty()) {
    steps.push_back({.statement = k_release_claims, .params = db::Params().add(std::span<const std::string>(released))});
  }
  if (!m_draft.changed().empty()) { steps.push_back(write_rows()); }
  db::Column<Uuid> alerts;
  db::Column<std::int32_t> batches;
  db::Column<bool> dirty;
  for (const auto& entry : m_draft.touched()) {
    alerts.push(entry.first.first.uuid);
    batches.push(entry.first.second);
    dirty.push(entry.second);
  }
  if (dirty.size() > 0) { steps.push_back({.statement = k_touch, .params = db::Params().add(alerts).add(batches).add(dirty)}); }
  return steps;
}

Status LedgerTransaction::commit() {
  const auto finished = m_transaction.finish(last_steps());
  if (!finished) { return finished.error(); }
  return {};
}

}  // namespace bizcomms::store

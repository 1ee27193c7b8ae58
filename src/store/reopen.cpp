// What failed by its own fault is open once more: for a dead letter that somebody replays, having mended the cause.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/remote_batch_store.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using db::Effect;

constexpr db::Statement k_lock_ended_alert{.sql = "SELECT FROM alerts WHERE alert_id = $1::uuid FOR NO KEY UPDATE",
                                           .effect = Effect::writes};

const std::string k_revive_alert_sql = fmt::format(R"(
  UPDATE alerts SET status = 0, reason = '', ended_at = NULL, progressed_at = now(), updated_at = {}
  WHERE alert_id = $1::uuid AND status = 4)",
                                                   k_next_update);
const db::Statement k_revive_alert{.sql = k_revive_alert_sql, .effect = Effect::writes};

// The batch, if it was ended by blame and its alert may still be sent.
constexpr std::string_view k_blamed = R"(
  EXISTS (SELECT FROM alert_batches b JOIN alerts a ON a.alert_id = b.alert_id
          WHERE b.alert_id = $1::uuid AND b.batch = $2::int4 AND b.blamed >= 3 AND a.status IN (1, 2)))";

// Never begun: without a row they are begun as if for the first time.
const std::string k_forget_sql = fmt::format(R"(
  DELETE FROM deliveries WHERE alert_id = $1::uuid AND batch = $2::int4 AND state = 5 AND phone_version IS NULL AND report_rank IS NULL AND {})",
                                             k_blamed);
const db::Statement k_forget{.sql = k_forget_sql, .effect = Effect::writes};
// Surely not taken when they failed, so they may be tried again; what Twilio refused has a reason of its own.
const std::string k_retry_sql = fmt::format(R"(
  UPDATE deliveries SET state = 3, due_at = now(), wake_at = now(), reason = '', visible = 0, settled = false
  WHERE alert_id = $1::uuid AND batch = $2::int4 AND state = 5 AND phone_version IS NOT NULL AND report_rank IS NULL AND sid IS NULL
    AND reason <> '' AND starts_with($3::text, reason) AND {})",
                                            k_blamed);
const db::Statement k_retry{.sql = k_retry_sql, .effect = Effect::writes};
const std::string k_alert_goes_on_sql = fmt::format(R"(
  UPDATE alerts SET status = 1, ended_at = NULL, updated_at = {} WHERE alert_id = $1::uuid AND status = 2 AND {})",
                                                    k_next_update, k_blamed);
const db::Statement k_alert_goes_on{.sql = k_alert_goes_on_sql, .effect = Effect::writes};
// Counted: who counts meanwhile may have read its deliveries as they were before.
constexpr db::Statement k_batch{.sql = R"(
  UPDATE alert_batches SET state = 0, blamed = 0, checks = 0, dirty = true, progressed_at = now(), counted = counted + 1
  WHERE alert_id = $1::uuid AND batch = $2::int4 AND blamed >= 3 AND EXISTS (SELECT FROM alerts a WHERE a.alert_id = $1::uuid AND a.status = 1))",
                                .effect = Effect::writes};

const std::string k_is_blamed_sql = fmt::format("SELECT {}", k_blamed);
const db::Statement k_is_blamed{.sql = k_is_blamed_sql};

// An alert's only batch goes with the alert's own event.
std::int32_t number_in(std::int32_t event_batch) { return std::max(event_batch, std::int32_t{1}); }

db::Params key_of(alert::AlertId id, std::int32_t batch) { return db::Params().add(id.uuid).add(number_in(batch)); }

}  // namespace

Status PostgresBatchStore::reopen(alert::AlertId id, std::int32_t batch, const std::string& reason) {
  const db::Params one = key_of(id, batch);
  return open_again(id, batch, {{.statement = k_forget, .params = one}, {.statement = k_retry, .params = db::Params(one).add(reason)}});
}

Status PostgresBatchStore::open_again(alert::AlertId id, std::int32_t batch, std::vector<db::Step> deliveries) {
  const db::Params alert = db::Params().add(id.uuid);
  const db::Params one = key_of(id, batch);
  std::vector<db::Step> steps{{.statement = k_lock_ended_alert, .params = alert}, {.statement = k_revive_alert, .params = alert}};
  std::move(deliveries.begin(), deliveries.end(), std::back_inserter(steps));
  steps.push_back({.statement = k_alert_goes_on, .params = one});
  steps.push_back({.statement = k_batch, .params = one});
  const auto opened = repeating([&] { return m_pool.run_all(steps); });
  return opened ? Status{} : opened.error();
}

// The batch last: before that its message would find it settled, and whoever replays that again finds the ledger done.
Status RemoteBatchStore::reopen(alert::AlertId id, std::int32_t batch, const std::string& reason) {
  const auto rows = m_pool.run(k_is_blamed, key_of(id, batch));
  if (!rows) { return rows.error(); }
  if ((*rows)[0].take<bool>()) {
    if (auto reopened = m_ledger.reopen(id, number_in(batch), reason); !reopened) { return reopened; }
  }
  return open_again(id, batch, {});
}

}  // namespace bizcomms::store

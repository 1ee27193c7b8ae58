// What failed by its own fault is open once more: for a dead letter that somebody replays, having mended the cause.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/batch_store.hpp"
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
constexpr db::Statement k_batch{.sql = R"(
  UPDATE alert_batches SET state = 0, blamed = 0, checks = 0, dirty = true, progressed_at = now()
  WHERE alert_id = $1::uuid AND batch = $2::int4 AND blamed >= 3 AND EXISTS (SELECT FROM alerts a WHERE a.alert_id = $1::uuid AND a.status = 1))",
                                .effect = Effect::writes};

}  // namespace

Status PostgresBatchStore::reopen(alert::AlertId id, std::int32_t batch, const std::string& reason) {
  const db::Params alert = db::Params().add(id.uuid);
  const db::Params one = db::Params(alert).add(std::max(batch, std::int32_t{1}));  // an alert's only batch goes with the alert's own event
  const std::array steps{db::Step{.statement = k_lock_ended_alert, .params = alert},
                         db::Step{.statement = k_revive_alert, .params = alert},
                         db::Step{.statement = k_forget, .params = one},
                         db::Step{.statement = k_retry, .params = db::Params(one).add(reason)},
                         db::Step{.statement = k_alert_goes_on, .params = one},
                         db::Step{.statement = k_batch, .params = one}};
  const auto reopened = repeating([&] { return m_pool.run_all(steps); });
  return reopened ? Status{} : reopened.error();
}

}  // namespace bizcomms::store

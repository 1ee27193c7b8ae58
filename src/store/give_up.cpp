// Batches that fail by their own fault, or are too old.
#include <array>

#include <fmt/format.h>

#include "store/batch_rows.hpp"
#include "store/remote_batch_store.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::AlertId;
using db::Effect;

constexpr std::int16_t k_blames_max = 3;

constexpr db::Statement k_blame{
    .sql = "UPDATE alert_batches SET blamed = blamed + 1 WHERE alert_id = $1::uuid AND batch = $2::int4 RETURNING blamed",
    .effect = Effect::writes};
// What is `sending` or `unknown` may have been taken: only a look-up can settle it.
constexpr db::Statement k_fail_open{.sql = R"(
  UPDATE deliveries SET state = 5, due_at = NULL, wake_at = NULL, reason = $3::text, visible = 4, settled = true
  WHERE alert_id = $1::uuid AND batch = $2::int4 AND state = 3 AND NOT settled)",
                                    .effect = Effect::writes};
const std::string k_fail_missing_sql = fmt::format(R"(
  INSERT INTO deliveries (alert_id, batch, recipient_id, channel, token, state, attempts, started_at, reason, visible, settled)
  SELECT b.alert_id, b.batch, n.recipient_id, n.channel, gen_random_uuid(), 5, 0, now(), $3::text, 4, true {} ON CONFLICT DO NOTHING)",
                                                   missing_of_batch(k_has_row));
const db::Statement k_fail_missing{.sql = k_fail_missing_sql, .effect = Effect::writes};
constexpr db::Statement k_mark_dirty{.sql = "UPDATE alert_batches SET dirty = true WHERE alert_id = $1::uuid AND batch = $2::int4",
                                     .effect = Effect::writes};

const std::string k_missing_sql = fmt::format("SELECT n.recipient_id, n.channel {}", missing_of_batch(k_is_given));
const db::Statement k_missing{.sql = k_missing_sql};

db::Params with_begun(AlertId id, std::int32_t number, std::span<const alert::Delivery> begun) {
  db::Column<Uuid> recipients;
  db::Column<std::int16_t> channels;
  for (const alert::Delivery& delivery : begun) {
    recipients.push(delivery.id.recipient.uuid);
    channels.push(static_cast<std::int16_t>(delivery.id.channel));
  }
  db::Params params;
  params.add(id.uuid).add(number).add(recipients).add(channels);
  return params;
}

}  // namespace

Status PostgresBatchStore::blame(AlertId id, std::int32_t number, const std::string& reason) {
  const db::Params key = db::Params().add(id.uuid).add(number);
  const auto blamed = m_pool.run(k_blame, key);
  if (!blamed) { return blamed.error(); }
  if (blamed->empty()) { return no_batch(); }
  return (*blamed)[0].take<std::int16_t>() < k_blames_max ? Status{} : give_up(id, number, reason);
}

Status PostgresBatchStore::give_up(AlertId id, std::int32_t number, const std::string& reason) {
  const db::Params key = db::Params().add(id.uuid).add(number);
  const db::Params with_reason = db::Params(key).add(reason);
  const std::array steps{db::Step{.statement = k_fail_open, .params = with_reason},
                         db::Step{.statement = k_fail_missing, .params = with_reason}, db::Step{.statement = k_mark_dirty, .params = key}};
  const auto failed = repeating([&] { return m_pool.run_all(steps); });
  if (!failed) { return failed.error(); }
  return {};
}

Status RemoteBatchStore::give_up(AlertId id, std::int32_t number, const std::string& reason) {
  const auto begun = m_ledger.without_numbers(id, number);
  if (!begun) { return begun.error(); }
  const auto rows = m_pool.run(k_missing, with_begun(id, number, *begun));
  if (!rows) { return rows.error(); }
  std::vector<alert::DeliveryId> missing;
  for (int i = 0; i < rows->size(); ++i) {
    db::Row row = (*rows)[i];
    alert::DeliveryId& one = missing.emplace_back(alert::DeliveryId{.alert = id, .batch = number});
    one.recipient.uuid = row.take<Uuid>();
    one.channel = static_cast<alert::Channel>(row.take<std::int16_t>());
  }
  if (auto given_up = m_ledger.give_up(id, number, missing, reason); !given_up) { return given_up; }
  const alert::TouchedBatch mark{.alert = id, .batch = number, .dirty = true};
  return m_ground.touch(std::span(&mark, 1));
}

}  // namespace bizcomms::store

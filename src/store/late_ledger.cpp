// A ledger elsewhere is replicated by itself, and later than the database: what the cell before this one wrote into it last may be missing
// here, or not be the last. The database says that such a batch is settled, so nobody would look at it again, and messages that nobody
// claims would keep every other delivery to those phones from being judged.
#include <fmt/format.h>

#include "store/alert_rows.hpp"
#include "store/remote_batch_store.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

// Settled so shortly before the former cell's last sign of life (where none is known, before the takeover), or later, or by a clock that is
// ahead. Counted anew: where the ledger has all of it, that is the end of it; otherwise its event has it gone through again, and what is
// missing is looked for at the provider. The authority is written last, so that its watch waits for nothing of this.
const std::string k_open_late_sql = fmt::format(R"(
  WITH taken AS MATERIALIZED (
    SELECT epoch, taken_at, CASE WHEN former_active_at > '1970-01-02' THEN least(taken_at, former_active_at) ELSE taken_at END AS last_seen_at
    FROM authority WHERE late_opened_epoch < epoch),
  late AS MATERIALIZED (
    SELECT b.alert_id, b.batch, a.priority, a.epoch, a.trace
    FROM taken t JOIN alert_batches b ON b.alert_id >= id_at(t.last_seen_at - interval '31 days') JOIN alerts a ON a.alert_id = b.alert_id
    WHERE b.state = 1 AND b.blamed < 3 AND a.status IN (1, 2) AND a.epoch < t.epoch
      AND b.settled_at > t.last_seen_at - interval '15 minutes' AND b.settled_at < t.taken_at + interval '1 minute'
    ORDER BY b.alert_id, b.batch FOR NO KEY UPDATE OF b),
  opened AS (
    UPDATE alert_batches b SET state = 0, settled_at = NULL, checks = 0, dirty = true, progressed_at = now(), counted = counted + 1
    FROM late l WHERE b.alert_id = l.alert_id AND b.batch = l.batch RETURNING b.batch),
  going_on AS (
    UPDATE alerts SET status = 1, ended_at = NULL, progressed_at = now(), updated_at = {}
    WHERE status = 2 AND alert_id IN (SELECT alert_id FROM late)),
  event AS (
    INSERT INTO outbox (kind, alert_id, batch, lane, epoch, trace)
    SELECT 1, alert_id, batch, CASE WHEN priority >= 2 THEN 1 ELSE 0 END, epoch, trace FROM late)
  UPDATE authority a SET late_opened_epoch = t.epoch FROM taken t, (SELECT count(*) FROM opened) AS first
  WHERE a.epoch = t.epoch)",
                                                k_next_update);
const db::Statement k_open_late{.sql = k_open_late_sql, .effect = db::Effect::writes};

}  // namespace

Status RemoteBatchStore::open_late() {
  return db::status_of(repeating([&] { return m_pool.run(k_open_late); }));
}

}  // namespace bizcomms::store

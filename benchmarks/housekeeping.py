"""Deliveries with and without the housekeeping deleting what is old at the same time."""
import time

import worker
from bench import Row, aim
from roles import Role, Sink, say

OLD = 300_000  # rows of each kind

BACKLOG = """
  INSERT INTO idempotency_keys SELECT 'bench', 'old ' || n, sha256('body'), gen_random_uuid(), 1, now() - interval '3 days'
    FROM generate_series(1, {old}) n;
  INSERT INTO claims SELECT 'SMold' || n, gen_random_uuid(), 1, gen_random_uuid(), 0, false, now() - interval '40 days' FROM generate_series(1, {old}) n;
  INSERT INTO deliveries (alert_id, batch, recipient_id, channel, token, state, attempts, phone_version, visible, settled, started_at)
    SELECT id_at(now() - interval '40 days'), 1, gen_random_uuid(), 0, gen_random_uuid(), 2, 1, 1, 2, true, now() - interval '40 days'
    FROM generate_series(1, {old}) n;
"""

# A week of its own, to be dropped as a whole.
PARTITION = """
  DO $$
  DECLARE
    week timestamptz := (date_trunc('week', now() AT TIME ZONE 'UTC') - interval '56 days') AT TIME ZONE 'UTC';
    name text := 'deliveries_' || to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD');
  BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF deliveries FOR VALUES FROM (%L) TO (%L)', name, id_at(week), id_at(week + interval '7 days'));
    EXECUTE format('INSERT INTO %I (alert_id, batch, recipient_id, channel, token, state, attempts, phone_version, visible, settled, started_at)
      SELECT id_at(%L), 1, gen_random_uuid(), 0, gen_random_uuid(), 2, 1, 1, 2, true, %L FROM generate_series(1, %s)', name, week, week, {old});
  END
  $$;
"""

LEFT = """
  SELECT (SELECT count(*) FROM idempotency_keys WHERE key_name = 'bench' AND key LIKE 'old %')
    + (SELECT count(*) FROM claims WHERE sid LIKE 'SMold%') + (SELECT count(*) FROM deliveries WHERE started_at < now() - interval '35 days')
"""


def rate_of(bench, serve, size):
    with Sink() as sink:
        role = Role("work", worker.environment(bench, sink))
        start = time.monotonic()
        try:
            seconds, _ = worker.deliver(bench, serve, sink, size)
            return size / seconds, time.monotonic() - start
        finally:
            role.stop()


def measure(bench, serve):
    size = bench.largest_up_to(100_000)
    bench.clear_queue()
    quiet, _ = rate_of(bench, serve, size)
    say(f"making {4 * OLD:,} old rows")
    bench.database.psql(BACKLOG.format(old=OLD) + PARTITION.format(old=OLD))
    bench.clear_queue()
    before = int(bench.database.psql(LEFT))
    busy, seconds = rate_of(bench, serve, size)
    left = int(bench.database.psql(LEFT))
    bench.add(Row(f"deliveries to {size:,}, nothing old", quiet))
    note = f"{(before - left):,} old rows gone in {seconds:.1f} s, {left:,} left; " + aim(f"{busy / quiet:.2f} of it", busy / quiet >= 0.9, "≥ 0.90")
    bench.add(Row(f"deliveries to {size:,}, housekeeping meanwhile", busy, note=note))

"""/status of a large alert, one caller on the otherwise idle machine: its pages, first to last, with and without filter; its counts."""
import random
import time

from bench import Row, aim, percentile, uuid_of
from roles import Failed, say

FAILED = 10  # of the deliveries are made to have failed
LIMIT_MS = 50

# As if the provider had refused them: every so many batches one.
SPOIL = """
  WITH chosen AS MATERIALIZED (
    SELECT DISTINCT ON (batch) batch, recipient_id FROM deliveries
    WHERE alert_id = '{alert}' AND visible = 2 AND batch % greatest(1, (SELECT max(batch) FROM alert_batches WHERE alert_id = '{alert}') / {failed}) = 0
    ORDER BY batch, recipient_id LIMIT {failed}),
  spoilt AS (
    UPDATE deliveries d SET state = 5, visible = 4, reason = 'Spoilt by the benchmark.' FROM chosen c
    WHERE d.alert_id = '{alert}' AND d.batch = c.batch AND d.recipient_id = c.recipient_id RETURNING d.batch)
  UPDATE alert_batches b SET sent = sent - 1, failed = failed + 1 FROM spoilt s WHERE b.alert_id = '{alert}' AND b.batch = s.batch
"""


def measure(bench, serve):
    size = max(bench.delivered)
    alert = bench.delivered[size]
    path = f"/v1/alerts/{alert}/status"
    connection = bench.connect(serve)
    bench.database.psql(SPOIL.format(alert=uuid_of(alert), failed=FAILED))
    bench.database.psql("VACUUM ANALYZE")
    counts = bench.call(connection, "GET", path)["delivery_status"]
    if counts["failed"] == 0 or counts["failed"] + counts["sent"] != size:
        raise Failed(f"the counts are not exact: {counts}")
    cursors = walk(bench, connection, path, size)
    deep = [path + f"?limit=50&cursor={cursor}" for cursor in random.Random(1).sample(cursors, min(200, len(cursors)))]
    last_sent = bench.call(connection, "GET", f"{path}?status=sent&limit=200")["next_cursor"]
    for what, paths in (("first page", [path]), ("200 on the first page", [path + "?limit=200"]), ("deep pages", deep),
                        ("all that were sent", [path + "?status=sent", f"{path}?status=sent&cursor={last_sent}"]),
                        (f"the {counts['failed']} that failed", [path + "?status=failed"]), ("none cancelled", [path + "?status=cancelled"]),
                        ("none pending", [path + "?status=pending"])):
        row = bench.serve_row(f"/status of {size:,}, {what}", serve, "wrk_get.lua", paths, clients=1, seconds=3)
        row.note = aim("p99", row.p99_ms < LIMIT_MS, f"< {LIMIT_MS} ms")
        bench.add(row)


def walk(bench, connection, path, size):
    """Every page once, in order; all cursors."""
    say(f"walking all pages of {size:,}")
    cursors, taken, listed = [], [], 0
    while True:
        start = time.monotonic()
        page = bench.call(connection, "GET", f"{path}?limit=200" + (f"&cursor={cursors[-1]}" if cursors else ""))
        taken.append((time.monotonic() - start) * 1000)
        listed += len(page["deliveries"])
        if not page.get("next_cursor"):
            break
        cursors.append(page["next_cursor"])
    if listed != size:
        raise Failed(f"{listed} deliveries were listed of {size}")
    bench.add(Row(f"/status of {size:,}, all {len(taken):,} pages of 200", len(taken) * 1000 / sum(taken), percentile(taken, 0.5),
                  percentile(taken, 0.99), note="each delivery once"))
    return cursors

"""Deliveries through the sink: rate, CPU and memory by the number of recipients, the ceiling, an urgent alert meanwhile, several workers."""
import time

import ceiling
from bench import URGENT, Row, aim
from roles import Failed, Role, Sink, say, wait_for

URGENT_FROM = 100_000  # a smaller alert is over before an urgent one can overtake it


def environment(bench, sink):
    return {**bench.environment, "BIZCOMMS_TWILIO_BASE_URL": sink.url}


def deliver(bench, serve, sink, size, urgent=False):
    """Seconds from POST to `completed`, and from the urgent alert's POST until it has reached all; every number got exactly one message."""
    connection = bench.connect(serve)
    sink.forget()
    start = time.monotonic()
    alert = bench.post_alert(connection, {"tags": [f"first-{size}"]})
    reached = overtake(bench, connection, sink, size) if urgent else None
    limit = 120 + size / 1000
    wait_for(lambda: bench.call(connection, "GET", f"/v1/alerts/{alert}")["status"] == "completed", "the alert completing", limit)
    seconds = time.monotonic() - start
    counts = bench.call(connection, "GET", f"/v1/alerts/{alert}/status?limit=1")["delivery_status"]
    seen = sink.seen()
    if counts["sent"] != size or seen["normal"]["numbers"] != size or seen["normal"]["doubled"] != 0:
        raise Failed(f"not every number got one message: {counts} {seen}")
    bench.delivered[size] = alert
    return seconds, reached


def overtake(bench, connection, sink, size):
    wait_for(lambda: sink.seen()["normal"]["numbers"] >= size / 10, "a tenth being sent", 120)
    start = time.monotonic()
    bench.post_alert(connection, {"tags": ["urgent"]}, "critical")
    wait_for(lambda: sink.seen()["urgent"]["numbers"] == URGENT, "the urgent alert reaching all", 120)
    seen = sink.seen()
    if seen["urgent"]["doubled"] != 0 or seen["normal"]["numbers"] >= size:
        raise Failed(f"the urgent alert came twice, or after all others: {seen}")
    return seen["urgent"]["last_ms"] / 1000 - start


def measure(bench, serve):
    bench.clear_queue()
    with Sink() as sink:
        worker = Role("work", environment(bench, sink))
        try:
            idle = worker.rss_mib()
            say("warming up")
            deliver(bench, serve, sink, min(bench.options.recipients))
            rates = {size: measure_size(bench, serve, sink, worker, size, idle) for size in bench.options.recipients}
            groups = {name: worker.metric(f"bizcomms_{name}_group_rows_sum") / worker.metric(f"bizcomms_{name}_group_rows_count")
                      for name in ("begin", "record")}
            bytes_each = sink.seen()["bytes"]
        finally:
            worker.stop()
        rate = rates[max(rates)]
        ceiling.measure(bench, sink, rate, groups, bytes_each)


def measure_size(bench, serve, sink, worker, size, idle):
    tries = 3 if size <= 10_000 else 1
    say(f"delivering to {size:,} recipients")
    results = []
    for _ in range(tries):
        bench.database.psql("CHECKPOINT")
        worker.forget_peak()
        before = (worker.cpu_seconds(), bench.database.cpu_seconds())
        seconds, reached = deliver(bench, serve, sink, size, urgent=size >= URGENT_FROM)
        results.append((size / seconds, worker.cpu_seconds() - before[0], bench.database.cpu_seconds() - before[1], reached))
    rate, cpu, database_cpu, reached = sorted(results)[tries // 2]
    memory = f"{worker.rss_mib():.1f} (peak {worker.peak_mib():.1f}, idle {idle:.1f})"
    row = Row(f"deliveries to {size:,}", rate, cpu_s=f"{cpu:.2f} + PostgreSQL {database_cpu:.2f}", rss_mib=memory)
    each = f"{cpu / size * 1e6:.0f} + {database_cpu / size * 1e6:.0f} µs of CPU each; "
    base = next((earlier for earlier in bench.rows if earlier.what.startswith("deliveries to ")), None)
    if base is None:
        row.note = each + aim("", rate >= 15_000, "15,000").strip()
    else:
        ratio = rate / base.per_second
        row.note = each + aim(f"{ratio:.2f} of {base.what.removeprefix('deliveries to ')}", ratio >= 0.9, "≥ 0.90")
    bench.add(row)
    if reached is not None:
        bench.add(Row(f"urgent alert to {URGENT} among {size:,}", note=aim(f"{reached:.2f} s until all had it", reached <= 5, "≤ 5 s")))
    return rate


def deliver_largest(bench, serve):
    """For who needs a large alert that was delivered."""
    size = max(bench.options.recipients)
    if size in bench.delivered:
        return
    say(f"delivering to {size:,} recipients")
    with Sink() as sink:
        worker = Role("work", environment(bench, sink))
        try:
            deliver(bench, serve, sink, size)
        finally:
            worker.stop()


def measure_several(bench, serve):
    """One alert and 1, 2, 4 processes."""
    size = min(max(bench.options.recipients), 100_000)
    bench.clear_queue()
    alone = None
    for count in (1, 2, 4):
        say(f"delivering to {size:,} by {count} workers")
        bench.database.psql("CHECKPOINT")
        with Sink() as sink:
            workers = []
            try:
                for _ in range(count):
                    workers.append(Role("work", environment(bench, sink)))
                deliver(bench, serve, sink, min(bench.options.recipients))
                before = sum(worker.cpu_seconds() for worker in workers)
                seconds, _ = deliver(bench, serve, sink, size)
                cpu = sum(worker.cpu_seconds() for worker in workers) - before
            finally:
                for worker in workers:
                    worker.stop()
        alone = alone or size / seconds
        note = "each number once" + ("" if count == 1 else f"; {size / seconds / alone:.2f} of one process")
        bench.add(Row(f"{count} work, {size:,} recipients", size / seconds, cpu_s=f"{cpu:.2f}", note=note))

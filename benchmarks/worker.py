"""Deliveries through the sink: rate, CPU and memory by the number of recipients, the ceiling, an urgent alert meanwhile, several workers."""
import statistics
import time

import ceiling
from bench import URGENT, Row, aim
from roles import Failed, Role, Sink, say, wait_for

AROUND = 3  # runs of the smallest alert, before and after each larger one
URGENT_FROM = 100_000  # a smaller alert is over before an urgent one can overtake it


def environment(bench, sink):
    return {**bench.environment, "BIZCOMMS_TWILIO_BASE_URL": sink.url}


def deliver(bench, serve, sink, size, urgent=False, tag=None):
    """Seconds from POST to `completed`, and from the urgent alert's POST until it has reached all; every number got exactly one message."""
    connection = bench.connect(serve)
    sink.forget()
    start = time.monotonic()
    alert = bench.post_alert(connection, {"tags": [tag or f"first-{size}"]})
    reached = overtake(bench, connection, sink, size) if urgent else None
    limit = 300 + size / 1000
    wait_for(lambda: bench.call(connection, "GET", f"/v1/alerts/{alert}")["status"] == "completed", "the alert completing", limit)
    seconds = time.monotonic() - start
    counts = bench.call(connection, "GET", f"/v1/alerts/{alert}/status?limit=1")["delivery_status"]
    seen = sink.seen()
    if counts["sent"] != size or seen["normal"]["numbers"] != size or seen["normal"]["doubled"] != 0:
        raise Failed(f"not every number got one message: {counts} {seen}")
    if tag is None:
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
            rate = measure_sizes(bench, serve, sink, worker, idle)
            groups = {name: worker.metric(f"bizcomms_{name}_group_rows_sum") / worker.metric(f"bizcomms_{name}_group_rows_count")
                      for name in ("begin", "record")}
            bytes_each = sink.seen()["bytes"]
        finally:
            worker.stop()
        ceiling.measure(bench, sink, rate, groups, bytes_each)


def measure_sizes(bench, serve, sink, worker, idle):
    """The rate at the largest. The smallest is measured before and after each other one, as the machine's speed changes meanwhile."""
    smallest, *larger = bench.options.recipients
    few = [run(bench, serve, sink, worker, smallest) for _ in range(AROUND)]
    middle = sorted(few)[AROUND // 2]
    bench.add(row_of(smallest, middle, worker, idle, aim("", middle[0] >= 15_000, "15,000").strip()))
    rate = middle[0]
    for size in larger:
        say(f"delivering to {size:,} recipients")
        result = run(bench, serve, sink, worker, size)
        rate, *_, reached = result
        row = row_of(size, result, worker, idle)  # its memory, before others run
        around = [each[0] for each in few]
        few = [run(bench, serve, sink, worker, smallest) for _ in range(AROUND)]
        around += [each[0] for each in few]
        ratio = rate / statistics.median(around)
        row.note += aim(f"{ratio:.2f} of {smallest:,}, which before and after came to {min(around):,.0f} to {max(around):,.0f}/s",
                        ratio >= 0.9, "≥ 0.90")
        bench.add(row)
        if reached is not None:
            bench.add(Row(f"urgent alert to {URGENT} among {size:,}", note=aim(f"{reached:.2f} s until all had it", reached <= 5, "≤ 5 s")))
    return rate


def run(bench, serve, sink, worker, size):
    """Rate, CPU seconds of the worker and of PostgreSQL, seconds until the urgent alert had reached all."""
    bench.database.psql("CHECKPOINT")
    worker.forget_peak()
    before = (worker.cpu_seconds(), bench.database.cpu_seconds())
    seconds, reached = deliver(bench, serve, sink, size, urgent=size >= URGENT_FROM)
    return size / seconds, worker.cpu_seconds() - before[0], bench.database.cpu_seconds() - before[1], reached


def row_of(size, result, worker, idle, note=""):
    rate, cpu, database_cpu, _ = result
    memory = f"{worker.rss_mib():.1f} (peak {worker.peak_mib():.1f}, idle {idle:.1f})"
    return Row(f"deliveries to {size:,}", rate, cpu_s=f"{cpu:.2f} + PostgreSQL {database_cpu:.2f}", rss_mib=memory,
               note=f"{cpu / size * 1e6:.0f} + {database_cpu / size * 1e6:.0f} µs of CPU each; {note}")


def deliver_largest(bench, serve):
    """For who needs a large alert that was delivered."""
    size = max(bench.options.recipients)
    if size in bench.delivered:
        return
    bench.clear_queue()
    say(f"delivering to {size:,} recipients")
    with Sink() as sink:
        worker = Role("work", environment(bench, sink))
        try:
            deliver(bench, serve, sink, size)
        finally:
            worker.stop()


def measure_several(bench, serve):
    """One alert and 1, 2, 4 processes."""
    size = bench.largest_up_to(100_000)
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

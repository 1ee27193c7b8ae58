"""Queue and ledger in AWS beside PostgreSQL's: rate, requests per delivery by operation, what a million deliveries cost."""
import math
import statistics
import time

import emulators
import worker
from bench import Row
from roles import Role, Sink, say, wait_for

SENT_MOST = 10_000  # DynamoDB Local does some thousand writes a second
REPORTED = 1_000  # of them with Twilio's reports, which each phone's message has two or three of
IDLE_S = 20
ROUNDS = 3

# List prices of us-east-1 in US dollars, before any free tier, as published in March 2026; DynamoDB on demand, standard tables.
DOLLARS_PER_WRITE_UNIT = 0.625 / 1e6  # an item of 1 KB written, in a transaction two
DOLLARS_PER_READ_UNIT = 0.125 / 1e6  # 4 KB read consistently
DOLLARS_PER_GB_MONTH = 0.25  # deliveries are kept for 30 days
DOLLARS_PER_SQS_REQUEST = 0.40 / 1e6
DOLLARS_PER_SNS_PUBLISH = 0.50 / 1e6  # its deliveries to SQS are free
WRITE_UNIT_BYTES, READ_UNIT_BYTES, ITEM_OVERHEAD_BYTES = 1024, 4096, 100
PAGE_BYTES = 1024 * 1024  # of a query's answer


def counts(roles):
    """Requests by service and operation, every retry as one more."""
    total = {}
    for role in roles:
        for name in ("bizcomms_aws_requests_total", "bizcomms_aws_retries_total"):
            for labels, value in role.series(name):
                key = (labels["service"], labels["operation"])
                total[key] = total.get(key, 0) + value
    return total


def since(before, now):
    return {key: now[key] - before.get(key, 0) for key in now if now[key] > before.get(key, 0)}


def idle_rates(roles):
    before = counts(roles)
    time.sleep(IDLE_S)
    return {key: value / IDLE_S for key, value in since(before, counts(roles)).items()}


def without(idle, seconds, asked):
    """What deliveries asked for, without what is asked all the time."""
    return {key: max(0.0, value - idle.get(key, 0) * seconds) for key, value in asked.items()}


def size_of(item):
    return sum(len(name) + sum(len(str(value)) for value in typed.values()) for name, typed in item.items())


def dollars(asked, deliveries, sizes):
    """Every write but a delivery's first goes with a read of delivery and claim, and is a transaction of both where the claim changes."""
    of = lambda operation: asked.get(("dynamodb", operation), 0)
    units = lambda bytes_, unit: math.ceil(bytes_ / unit)
    row, claim = units(sizes["d"], WRITE_UNIT_BYTES), units(sizes["s"], WRITE_UNIT_BYTES)
    written = of("PutItem") * row + of("TransactWriteItems") * 2 * (row + claim)
    again = max(0.0, of("PutItem") + of("TransactWriteItems") - deliveries)
    batch = min(PAGE_BYTES, sizes["d"] * min(500, deliveries))
    read = again * 2 + of("Query") * units(batch, READ_UNIT_BYTES)
    kept = deliveries * (sizes["d"] + sizes["s"] + 2 * ITEM_OVERHEAD_BYTES) / 1e9
    sqs = sum(value for (service, _), value in asked.items() if service == "sqs")
    published = asked.get(("sqs", "SendMessageBatch"), 0)  # through a topic each is published instead, and costs more
    return (written * DOLLARS_PER_WRITE_UNIT + read * DOLLARS_PER_READ_UNIT + kept * DOLLARS_PER_GB_MONTH + sqs * DOLLARS_PER_SQS_REQUEST +
            published * max(0, DOLLARS_PER_SNS_PUBLISH - DOLLARS_PER_SQS_REQUEST))


def sizes_in(cloud):
    """Bytes of a delivery's item and of its claim's, at the median."""
    return {kind: statistics.median(size_of(item) for item in cloud.items(kind + "#")) for kind in ("d", "s")}


def each(asked, deliveries):
    shown = [f"{operation} {value / deliveries:.3f}" for (_, operation), value in sorted(asked.items()) if value / deliveries >= 0.0005]
    return f"{sum(asked.values()) / deliveries:.2f} requests each: " + ", ".join(shown)


def cost_row(what, asked, deliveries, cloud):
    cost = dollars(asked, deliveries, sizes_in(cloud)) / deliveries * 1e6
    return Row(what, note=f"{each(asked, deliveries)}; {cost:.2f} USD a million")


def run(bench, sink, size, environment, measured):
    """Deliveries per second by one serve and one work with these options; `measured` is called with both before and after."""
    options = {**worker.environment(bench, sink), **environment}
    roles = []
    try:
        roles.append(Role("serve", options))
        roles.append(Role("work", options))
        worker.deliver(bench, roles[0], sink, size)  # warms up
        before = measured(roles)
        cpu = roles[1].cpu_seconds()
        seconds, _ = worker.deliver(bench, roles[0], sink, size)
        return size / seconds, roles[1].cpu_seconds() - cpu, before, measured(roles), seconds
    finally:
        for role in roles:
            role.stop()


def measure(bench):
    size = bench.largest_up_to(SENT_MOST)
    bench.clear_queue()
    with emulators.Emulators() as cloud, Sink() as sink:
        measure_rates(bench, cloud, sink, size)
        measure_reported(bench, cloud, min(REPORTED, size))


def measure_rates(bench, cloud, sink, size):
    """In turns, as the machine's speed changes meanwhile."""
    ratios, ours, theirs = [], [], []
    for turn in range(ROUNDS):
        say(f"delivering to {size:,} recipients, on PostgreSQL and in AWS's place, {turn + 1} of {ROUNDS}")
        ours.append(run(bench, sink, size, {}, lambda _: None))
        cloud.empty_table()
        theirs.append(run(bench, sink, size, cloud.environment, counts))
        ratios.append(theirs[-1][0] / ours[-1][0])
    bench.add(row_of("PostgreSQL", size, ours, ""))
    bench.add(row_of("SQS and DynamoDB, emulated", size, theirs, f"; {statistics.median(ratios):.2f} of PostgreSQL ({min(ratios):.2f} to "
                     f"{max(ratios):.2f})"))
    asked = [since(before, after) for _, _, before, after, _ in theirs]
    bench.add(cost_row(f"AWS, {size:,} deliveries", asked[ROUNDS // 2], size, cloud))


def row_of(where, size, runs, note):
    cpu = statistics.median(each_run[1] for each_run in runs)
    return Row(f"{size:,} deliveries, {where}", statistics.median(each_run[0] for each_run in runs), cpu_s=f"{cpu:.2f}",
               note=f"{cpu / size * 1e6:.0f} µs of CPU each{note}")


def measure_reported(bench, cloud, size):
    """With the simulator in Twilio's place, which sends reports as Twilio does; and what is asked while nothing happens."""
    say(f"delivering to {size:,} recipients who report")
    cloud.empty_table()
    bench.database.psql(f"UPDATE recipients SET tags = tags || ARRAY['reporting'] WHERE number_hash IN "
                        f"(SELECT number_hash FROM recipients WHERE 'first-{min(bench.options.recipients)}' = ANY(tags) LIMIT {size})")
    roles = []
    try:
        roles.append(Role("simulate", bench.environment))
        options = {**bench.environment, **cloud.environment, "BIZCOMMS_TWILIO_BASE_URL": f"http://127.0.0.1:{roles[0].port}"}
        roles.append(Role("serve", options, public=True))
        options["BIZCOMMS_PUBLIC_URL"] = f"http://127.0.0.1:{roles[1].port}"
        roles.append(Role("work", options))
        idle = idle_rates(roles[1:])
        before, start = counts(roles[1:]), time.monotonic()
        alert = bench.post_alert(bench.connect(roles[1]), {"tags": ["reporting"]})
        status = lambda: bench.call(bench.connect(roles[1]), "GET", f"/v1/alerts/{alert}/status?limit=1")["delivery_status"]
        wait_for(lambda: status()["delivered"] == size, "every message being reported as delivered", 300)
        asked = without(idle, time.monotonic() - start, since(before, counts(roles[1:])))
    finally:
        for role in reversed(roles):
            role.stop()
    bench.add(cost_row(f"AWS, {size:,} deliveries with their reports", asked, size, cloud))
    note = ", ".join(f"{operation} {value:.1f}/s" for (_, operation), value in sorted(idle.items()))
    bench.add(Row("AWS, one idle serve and work", sum(idle.values()), note=note))

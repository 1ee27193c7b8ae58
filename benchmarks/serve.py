"""POST /v1/alerts beside pgbench doing the same inserts, at several numbers of clients; GET, lists, health."""
from bench import Row, aim
from roles import HERE, Role, free_port, say

AIMS = {"POST": 11000, "GET /v1/alerts/{id}": 25000, "GET /v1/alerts (50)": 8000}


def judged(row, least):
    row.note = aim("", row.per_second >= least, f"{least:,}").strip()
    return row


def measure(bench, serve):
    options = bench.options
    say(f"posting {options.alerts:,} alerts before measuring")
    while int(bench.database.psql("SELECT count(*) FROM alerts")) < options.alerts:
        bench.wrk(f"http://127.0.0.1:{serve.port}", "wrk_post.lua", seconds=3)
    for clients in options.post_clients:
        bench.settle()
        row = bench.serve_row(f"POST /v1/alerts, {clients} clients", serve, "wrk_post.lua", clients=clients)
        bench.settle()
        rate, p50, p99 = bench.pgbench(HERE / "pgbench_post.sql", clients)
        if clients == options.clients:
            judged(row, AIMS["POST"])
        bench.add(row, Row(f"pgbench, the same inserts, {clients} clients", rate, p50, p99, note=f"POST: {row.per_second / rate:.2f} of it"))
    bench.settle()
    measure_reads(bench, serve)


def measure_reads(bench, serve):
    connection = bench.connect(serve)
    page = bench.call(connection, "GET", "/v1/alerts?limit=200")
    ids = [item["alert_id"] for item in page["alerts"]]
    what = "GET /v1/alerts/{id}"
    bench.add(judged(bench.serve_row(what, serve, "wrk_get.lua", [f"/v1/alerts/{each}" for each in ids]), AIMS[what]))
    what = "GET /v1/alerts (50)"
    for filters in ("", "&status=queued", "&priority=normal", "&status=failed&priority=critical"):
        cursors = [""]
        for _ in range(20):
            page = bench.call(connection, "GET", f"/v1/alerts?limit=50{filters}{cursors[-1]}")
            if not page.get("next_cursor"):
                break
            cursors.append(f"&cursor={page['next_cursor']}")
        row = bench.serve_row(what + filters, serve, "wrk_get.lua", [f"/v1/alerts?limit=50{filters}{cursor}" for cursor in cursors],
                              seconds=None if not filters else 3)
        bench.add(row if filters else judged(row, AIMS[what]))
    bench.add(bench.serve_row("GET /health", serve, "wrk_get.lua", ["/health"]))


def measure_idle(bench, serve):
    """Resident memory of the roles that the other measurements do not load."""
    poll = {"BIZCOMMS_EVERY": "1h", "BIZCOMMS_API_URL": f"http://127.0.0.1:{serve.port}", "BIZCOMMS_API_KEY": bench.key,
            "BIZCOMMS_HACKERNEWS_BASE_URL": f"http://127.0.0.1:{free_port()}"}
    for name, more in (("poll", poll), ("simulate", {"BIZCOMMS_LISTEN": f"127.0.0.1:{free_port()}"})):
        role = Role(name, {**bench.environment, **more})
        bench.add(Row(f"{name}, idle", rss_mib=f"{role.rss_mib():.1f}"))
        role.stop()

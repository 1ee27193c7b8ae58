"""POST /v1/alerts by filter, one caller, each estimate made anew: `estimated_recipients` stays quick on a million."""
import time

from bench import Row, aim, percentile
from roles import Role

POSTS = 50
LIMIT_MS = 50


def measure(bench):
    most = max(bench.options.recipients)
    filters = {"no filter": {}, "inactive too": {"active_only": False}, "a dense tag": {"tags": [f"first-{most}"]},
               "a sparse tag": {"tags": ["rare"]}, "a tag of nobody": {"tags": ["nobody"]},
               "a tag of the last third": {"tags": ["late"]}, "any of two dense tags": {"tags": ["even", "late"]},
               "all of two dense tags": {"tags": ["even", "late"], "tags_match": "all"},
               "all of two that never meet": {"tags": ["even", "odd"], "tags_match": "all"}}
    bench.clear_queue()
    serve = Role("serve", {**bench.environment, "BIZCOMMS_ESTIMATE_AGE": "0s"})
    try:
        connection = bench.connect(serve)
        bench.post_alert(connection, {})
        for what, wanted in filters.items():
            taken = []
            for _ in range(POSTS):
                start = time.monotonic()
                alert = bench.post_alert(connection, wanted)
                taken.append((time.monotonic() - start) * 1000)
            said = bench.call(connection, "GET", f"/v1/alerts/{alert}")["estimated_recipients"]
            slowest = percentile(taken, 0.99)
            note = f"says {said:,}; " + aim("p99", slowest < LIMIT_MS, f"< {LIMIT_MS} ms")
            bench.add(Row(f"POST to {most:,}, {what}", POSTS * 1000 / sum(taken), percentile(taken, 0.5), slowest, note=note))
    finally:
        serve.stop()
    bench.clear_queue()

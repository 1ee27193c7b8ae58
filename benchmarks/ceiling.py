"""What could be reached at best: the sink driven by wrk, and the product's HTTP engine alone while pgbench writes the ledger as fast.

The statements are those of the product, read from its sources; a parameter becomes a look at a table of groups made beforehand."""
import os
import pathlib
import re
import subprocess
import tempfile
import time

from bench import Row, aim
from roles import BUILD, HERE, Failed, say

STORE = HERE.parent / "src" / "store"
RECORD_LAG = 0.5  # s: what is recorded has been begun
CONNECTIONS = 64  # of wrk
CLIENTS = 4  # of pgbench, for each of the two: one alone falls behind where all cores are taken

BEGIN = {1: "alert", 2: "batches", 3: "recipients", 4: "channels", 5: "tokens", 6: "accounts", 7: "senders", 8: "hashes", 9: "leases",
         10: "reasons"}
RECORD = {1: "alerts", 2: "batches", 3: "recipients", 4: "channels", 5: "tokens", 6: "kinds", 7: "sids", 8: "dues", 9: "looked", 10: "codes",
          11: "texts"}

ROWS = """
  DROP TABLE IF EXISTS bench_rows, bench_begin, bench_record;
  DROP SEQUENCE IF EXISTS bench_next_begin, bench_next_record;
  CREATE SEQUENCE bench_next_begin MINVALUE 0;
  CREATE SEQUENCE bench_next_record MINVALUE 0;
  CREATE TABLE bench_rows AS
    WITH people AS (SELECT recipient_id, row_number() OVER (ORDER BY recipient_id) - 1 AS place FROM recipients WHERE active)
    SELECT n, '{alert}'::uuid AS alert, (1 + n / 500)::int AS batch, p.recipient_id AS recipient, md5('token' || n)::uuid AS token,
      'SM' || md5('sid' || n || '{alert}') AS sid
    FROM generate_series(0, {rows} - 1) n JOIN people p ON p.place = n % (SELECT count(*) FROM people);
  INSERT INTO alerts (alert_id, title, message, priority, method, tags, match_all_tags, active_only, status, estimated_recipients, epoch, trace,
                      updated_at)
    VALUES ('{alert}', 'Ceiling', 'None.', 1, 0, ARRAY[]::text[], false, true, 1, {rows}, (SELECT epoch FROM authority), '', now());
  INSERT INTO alert_batches (alert_id, batch, first_recipient, last_recipient, recipients)
    SELECT DISTINCT alert, batch, alert, alert, 500 FROM bench_rows;
  CREATE TABLE bench_begin AS SELECT n / {begin} AS g, min(alert::text)::uuid AS alert, array_agg(batch ORDER BY n) AS batches,
    array_agg(recipient ORDER BY n) AS recipients, array_agg(0::int2) AS channels, array_agg(token ORDER BY n) AS tokens,
    array_agg('AC' || repeat('0', 32)) AS accounts, array_agg('+15005550006'::text) AS senders, array_agg(sha256('text')) AS hashes,
    array_agg(45000::int8) AS leases, ARRAY['1', '2', '3', '4', '5'] AS reasons FROM bench_rows GROUP BY 1;
  CREATE TABLE bench_record AS SELECT n / {record} AS g, array_agg(alert) AS alerts, array_agg(batch ORDER BY n) AS batches,
    array_agg(recipient ORDER BY n) AS recipients, array_agg(0::int2) AS channels, array_agg(token ORDER BY n) AS tokens,
    array_agg(0::int2) AS kinds, array_agg(sid ORDER BY n) AS sids, array_agg(0::int8) AS dues, array_agg(false) AS looked,
    array_agg(NULL::int4) AS codes, array_agg(''::text) AS texts FROM bench_rows GROUP BY 1;
  ALTER TABLE bench_begin ADD PRIMARY KEY (g);
  ALTER TABLE bench_record ADD PRIMARY KEY (g);
"""


def source(file, pattern):
    found = re.search(pattern, (STORE / file).read_text(encoding="utf-8"), re.DOTALL)
    if not found:
        raise Failed(f"src/store/{file} has no statement that looks like {pattern}: benchmarks/ceiling.py is to follow its changes")
    return found.group(1)


def statements():
    locked = source("begin_checks.hpp", r'k_state_of_alert = R"\((.*?)\)"') + " FOR SHARE"
    checked = source("begin_checks.hpp", r'k_checked = R"\((.*?)\)"')
    senders = source("begin_checks.hpp", r'k_keep_senders = R"\((.*?)\)"')
    begin = source("ledger_begin.cpp", r'k_begin_sql = fmt::format\(R"\((.*?)\)"').format(locked, checked, senders)
    return begin, source("ledger.cpp", r'k_record\{\.sql = R"\((.*?)\)"')


def session_options():
    """As the product's connections are set up."""
    settings = re.findall(r'"SET (\w+) = ([^"]+)"', (STORE / "migrate.cpp").read_text(encoding="utf-8"))
    return " ".join(f"-c {name}={value}" for name, value in settings)


def script_of(name, statement, columns):
    def group(match):
        number = int(match.group(1))
        if number not in columns:
            raise Failed(f"the {name} statement has a parameter ${number}: benchmarks/ceiling.py is to follow its changes")
        return f"(SELECT {columns[number]} FROM bench_{name} WHERE g = :g)"
    return f"SELECT nextval('bench_next_{name}') AS g \\gset\n" + re.sub(r"\$(\d+)", group, statement).strip() + ";\n"


class Ledger:
    """pgbench writing begins and records at a given number of rows per second."""

    def __init__(self, bench, rate, groups, seconds):
        self.database = bench.database
        self.seconds = seconds
        self.sizes = {name: max(1, round(size)) for name, size in groups.items()}
        self.rates = {name: rate / size for name, size in self.sizes.items()}
        self.alert = self.database.psql("SELECT (substr(id_at(now())::text, 1, 14) || substr(gen_random_uuid()::text, 15))::uuid")
        rows = int(rate * seconds * 1.3) + 10_000
        self.database.psql(ROWS.format(alert=self.alert, rows=rows, begin=self.sizes["begin"], record=self.sizes["record"]))
        self.database.psql("VACUUM ANALYZE bench_begin, bench_record")
        self.database.psql("CHECKPOINT")

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        begin, record = statements()
        self.running = [self._start("begin", begin, BEGIN)]
        time.sleep(RECORD_LAG)
        self.running.append(self._start("record", record, RECORD))
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.terminate()
            process.wait()
        self.folder.cleanup()

    def _start(self, name, statement, columns):
        script = pathlib.Path(self.folder.name) / f"{name}.sql"
        script.write_text(script_of(name, statement, columns), encoding="utf-8")
        command = ["pgbench", "-n", "-M", "prepared", "-f", script, "-c", str(CLIENTS), "-j", "1", "-T", str(self.seconds),
                   "-R", f"{self.rates[name]:.3f}", "-h", str(self.database.folder), "-U", "postgres", "bizcomms"]
        return subprocess.Popen(command, env={**os.environ, "PGOPTIONS": session_options()}, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def finish(self):
        """Rows begun and recorded per second."""
        for process in self.running:
            errors = process.communicate()[1]
            if process.returncode != 0:
                raise Failed(f"pgbench: {errors[-500:]}")
        count = f"SELECT count(*), count(*) FILTER (WHERE state = 2) FROM deliveries WHERE alert_id = '{self.alert}'"
        begun, recorded = [int(n) / self.seconds for n in self.database.psql(count).split("|")]
        self.database.psql(f"UPDATE alerts SET status = 3 WHERE alert_id = '{self.alert}'; DELETE FROM deliveries WHERE alert_id = '{self.alert}';"
                           f"UPDATE alert_batches SET state = 1 WHERE alert_id = '{self.alert}'; DELETE FROM claims WHERE alert_id = '{self.alert}';"
                           "DROP TABLE bench_rows, bench_begin, bench_record")
        self.database.psql("VACUUM ANALYZE")
        return begun, recorded


def drive_engine(sink, seconds):
    output = subprocess.run([BUILD / "bench_engine", sink.url, str(seconds)], check=True, capture_output=True, text=True).stdout
    requests, micros = [int(n) for n in output.rsplit("RESULT ", 1)[1].split()]
    return requests * 1e6 / micros


def measure(bench, sink, rate, groups, bytes_each):
    seconds = bench.options.seconds
    say(f"the ceiling: begins of {groups['begin']:.0f} rows, records of {groups['record']:.0f}, {rate:,.0f} rows a second")
    driven, p50, p99 = bench.wrk(sink.url, "wrk_sink.lua", clients=CONNECTIONS, environment={"BENCH_BYTES": str(bytes_each)}.items())
    bench.add(Row("the sink, driven by wrk", driven, p50, p99, note=f"requests of {bytes_each} bytes"))
    bench.add(Row("HTTP engine alone", drive_engine(sink, seconds)))
    with Ledger(bench, rate, groups, seconds) as ledger:
        best = drive_engine(sink, seconds)
        begun, recorded = ledger.finish()
    note = f"pgbench began {begun:,.0f} and recorded {recorded:,.0f} rows/s, in groups of {groups['begin']:.0f} and {groups['record']:.0f}"
    bench.add(Row("HTTP engine beside pgbench's ledger", best, note=note))
    bench.add(Row("deliveries : ceiling", note=aim(f"{rate / best:.2f}", rate / best >= 0.5, "≥ 0.50")))

"""What all measurements share: the database with its recipients, the API key, calls, wrk and pgbench, the rows of the table."""
import dataclasses
import http.client
import json
import os
import pathlib
import subprocess
import tempfile
import uuid

from roles import BUILD, HERE, Failed, say, wait_for

URGENT = 100  # recipients of the urgent alert
GROUPED = 10_000  # recipients in groups of 1 %, for POST

# All have been written to before, so that a large alert is not dearer by its first contacts. They carry a tag for each size that they belong
# to. `even` and `odd` never meet, `late` are the last third; the inactive carry no tag.
RECIPIENTS = """
  INSERT INTO recipients (recipient_id, name, phone_number, number_hash, sms_enabled, voice_enabled, active, tags, sender_number, updated_at)
  SELECT (substr(id_at(now() - interval '3 hours' + n * interval '5 ms')::text, 1, 14) || substr(gen_random_uuid()::text, 15))::uuid,
    'Recipient ' || n, '+1555' || lpad(n::text, 7, '0'), number_hash('+1555' || lpad(n::text, 7, '0')), true, false, n < {most},
    CASE WHEN n >= {most} THEN ARRAY[]::text[] ELSE array_remove(ARRAY[{sizes}, CASE WHEN n < {grouped} THEN 'group-' || (n % 100) END,
      CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END, CASE WHEN n > {most} * 2 / 3 THEN 'late' END,
      CASE WHEN n % 10000 = 0 THEN 'rare' END], NULL) END, '+15005550006', now()
  FROM generate_series(0, {most} + {most} / 100 - 1) n;
  INSERT INTO recipients (recipient_id, name, phone_number, number_hash, sms_enabled, voice_enabled, active, tags, sender_number, updated_at)
  SELECT (substr(id_at(now() - interval '4 hours')::text, 1, 14) || substr(gen_random_uuid()::text, 15))::uuid,
    'Urgent ' || n, '+1556' || lpad(n::text, 7, '0'), number_hash('+1556' || lpad(n::text, 7, '0')), true, false, true, ARRAY['urgent'], '+15005550006', now()
  FROM generate_series(0, {urgent} - 1) n;
"""


@dataclasses.dataclass
class Row:
    what: str
    per_second: float = 0
    p50_ms: float = 0
    p99_ms: float = 0
    cpu_s: str = ""
    rss_mib: str = ""
    note: str = ""

    def cells(self):
        shown = [f"{ms:.2f}" if ms else "" for ms in (self.p50_ms, self.p99_ms)]
        return [self.what, f"{self.per_second:,.0f}" if self.per_second else "", *shown, self.cpu_s, self.rss_mib, self.note]


def aim(value, reached, text):
    return f"{value} (aim {text}: {'reached' if reached else 'NOT reached'})"


def uuid_of(alert):
    """What the database calls it: 26 digits of base 32 behind the underscore."""
    number = 0
    for digit in alert.split("_")[1]:
        number = number * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(digit)
    return str(uuid.UUID(int=number))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Bench:
    def __init__(self, database, options):
        self.database = database
        self.options = options
        self.environment = {"BIZCOMMS_DATABASE_URL": database.url, "BIZCOMMS_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                            "BIZCOMMS_TWILIO_AUTH_TOKEN": "0" * 32, "BIZCOMMS_TWILIO_FROM": "+15005550006",
                            "BIZCOMMS_PUBLIC_URL": "https://alerts.example.com", "BIZCOMMS_SEGMENTS_PER_SECOND": "0"}
        self._bizcomms("migrate")
        self.key = self._bizcomms("keys", "create", "bench").split()[-1]
        self.rows = []
        self.delivered = {}  # size → id of an alert that was sent to so many
        self._make_recipients()

    def add(self, *rows):
        for row in rows:
            self.rows.append(row)
            say("  " + " | ".join(cell for cell in row.cells() if cell))

    def _bizcomms(self, *words):
        result = subprocess.run([BUILD / "bizcomms", *words], env={**os.environ, **self.environment}, capture_output=True, text=True)
        if result.returncode != 0:
            raise Failed(f"bizcomms {' '.join(words)}: {result.stderr.strip()[-300:]}")
        return result.stdout

    def _make_recipients(self):
        """By SQL: a million POSTs would take a quarter of an hour."""
        most = max(self.options.recipients)
        say(f"making {most:,} recipients")
        tags_index = self.database.psql("SELECT indexdef FROM pg_indexes WHERE indexname = 'recipients_tags'")
        sizes = ", ".join(f"CASE WHEN n < {size} THEN 'first-{size}' END" for size in self.options.recipients)
        self.database.psql("DROP INDEX recipients_tags;" + RECIPIENTS.format(most=most, sizes=sizes, urgent=URGENT, grouped=GROUPED) +
                           tags_index)
        self.database.psql("VACUUM ANALYZE")

    def largest_up_to(self, most):
        """Of the alerts' sizes; the smallest where all are larger."""
        sizes = self.options.recipients
        return max((size for size in sizes if size <= most), default=min(sizes))

    # --- calls

    def call(self, connection, method, path, body=None):
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        connection.request(method, path, body=json.dumps(body) if body is not None else None, headers=headers)
        response = connection.getresponse()
        text = response.read()
        if response.status >= 300:
            raise Failed(f"{method} {path}: {response.status} {text[:200]}")
        return json.loads(text) if text else None

    def connect(self, serve):
        return http.client.HTTPConnection("127.0.0.1", serve.port)

    def post_alert(self, connection, filters, priority="normal"):
        body = {"title": "Benchmark", "message": "To all.", "priority": priority, "recipient_filters": filters}
        return self.call(connection, "POST", "/v1/alerts", body)["alert_id"]

    # --- load generators

    def wrk(self, url, script, paths=(), seconds=None, clients=None, environment=()):
        with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
            file.write("\n".join(paths) + "\n")
            file.flush()
            command = ["wrk", "-t1", f"-c{clients or self.options.clients}", f"-d{seconds or self.options.seconds}s", "-s", HERE / script, url]
            output = subprocess.run(command, check=True, capture_output=True, text=True,
                                    env={**os.environ, "BENCH_KEY": self.key, "BENCH_PATHS": file.name, **dict(environment)}).stdout
        requests, micros, p50, p99, failed = [int(n) for n in output.rsplit("RESULT ", 1)[1].split()]
        if failed > 0:
            raise Failed(f"{script}: {failed} of {requests} requests failed: {output}")
        return requests * 1e6 / micros, p50 / 1000, p99 / 1000

    def serve_row(self, what, serve, script, paths=(), clients=None, seconds=None):
        cpu = serve.cpu_seconds()
        rate, p50, p99 = self.wrk(f"http://127.0.0.1:{serve.port}", script, paths, seconds, clients)
        return Row(what, rate, p50, p99, f"{serve.cpu_seconds() - cpu:.1f}", f"{serve.rss_mib():.1f}")

    def pgbench(self, script, clients):
        """Rate, and the median and 99th percentile in ms from its log of every transaction."""
        with tempfile.TemporaryDirectory() as folder:
            command = ["pgbench", "-n", "-M", "prepared", "-f", script, "-c", str(clients), "-j", str(min(2, clients)), "-T",
                       str(self.options.seconds), "-l", "-h", str(self.database.folder), "-U", "postgres", "bizcomms"]
            output = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout
            taken = [int(line.split()[2]) / 1000 for log in pathlib.Path(folder).iterdir() for line in log.read_text().splitlines()]
        figures = {line.split("=")[0].strip(): line.split("=")[1].split()[0] for line in output.splitlines() if "=" in line}
        return float(figures["tps"]), percentile(taken, 0.5), percentile(taken, 0.99)

    # --- between measurements

    def settle(self):
        """Nothing is left to relay, and the next measurement starts from a checkpoint."""
        wait_for(lambda: self.database.psql("SELECT count(*) FROM outbox") == "0", "relaying the outbox", 120)
        self.database.psql("CHECKPOINT")

    def clear_queue(self):
        """Alerts that were posted and have no worker are no work for the next measurement."""
        self.database.psql("UPDATE alerts SET status = 3 WHERE status < 2; TRUNCATE queue_messages, outbox")
        self.database.psql("VACUUM ANALYZE")
        self.database.psql("CHECKPOINT")

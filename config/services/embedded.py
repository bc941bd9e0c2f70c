"""Brings the embedded services up under a supervisor."""

import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from config.services.places import LaunchError
from config.services.postgres import EmbeddedPostgres
from config.services.probe import redis_answers
from config.services.redis_server import EmbeddedRedis
from config.services.supervisor import Supervisor

NEEDED_MEGABYTES = 256
STOP_LAST = 9


def check_space(folder: Path, *, needed_megabytes: int = NEEDED_MEGABYTES) -> None:
    """Raise `LaunchError` when the disk of the folder is nearly full."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < needed_megabytes:
        raise LaunchError(
            f"The disk that holds {folder} has {free} MB left and the portal needs {needed_megabytes} MB; "
            "free some space and start again."
        )


def start_postgres(supervisor: Supervisor, server: EmbeddedPostgres) -> None:
    """Start the server and return when it takes connections and the portal's database is there."""
    check_space(server.places.data)
    server.prepare()
    supervisor.start(
        "postgres",
        server.command(),
        rank=STOP_LAST,
        stop_signal=signal.SIGINT,  # its fast shutdown: connections are ended, nothing is lost
        grace=30.0,
        **server.popen_arguments(),
    )
    supervisor.wait_until(
        server.is_ready,
        seconds=60,
        fault="PostgreSQL did not take connections within 60 seconds; its messages above say why.",
    )
    server.create_database()


def start_redis(supervisor: Supervisor, server: EmbeddedRedis, env: Mapping[str, str]) -> None:
    """Start the server and return when it answers."""
    check_space(server.places.data)
    server.prepare()
    supervisor.start("redis", server.command(), rank=STOP_LAST, env=env, cwd="/")
    supervisor.wait_until(
        lambda: server.socket.exists() and redis_answers(server.url()),
        seconds=30,
        fault="Redis did not answer within 30 seconds; its messages above say why.",
    )

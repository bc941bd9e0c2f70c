"""Whether the services at given addresses answer, in words for the person at the terminal."""

import psycopg2
import redis

from config.env import masked
from config.services.places import LaunchError

MINIMUM_POSTGRES = 150000


def redis_answers(url: str) -> bool:
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except redis.RedisError:
        return False


def check_postgres(url: str, *, remedy: str) -> None:
    """Raise `LaunchError` unless a PostgreSQL of version 15 or newer answers at the address."""
    try:
        connection = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise LaunchError(f"PostgreSQL at {masked(url)} does not answer ({reason}). {remedy}") from None
    try:
        if connection.server_version < MINIMUM_POSTGRES:
            found = connection.server_version // 10000
            raise LaunchError(f"PostgreSQL at {masked(url)} is version {found}; the portal needs 15 or newer.")
    finally:
        connection.close()


def check_redis(url: str, *, remedy: str) -> None:
    """Raise `LaunchError` unless a Redis answers at the address."""
    if not redis_answers(url):
        raise LaunchError(f"Redis at {masked(url)} does not answer. {remedy}")


def check_services(database_url: str, redis_url: str) -> None:
    """Raise `LaunchError` for the service that a command run by hand does not reach."""
    remedy = "Start the portal with `make run`, or set {}."
    check_postgres(database_url, remedy=remedy.format("DATABASE_URL"))
    check_redis(redis_url, remedy=remedy.format("REDIS_URL"))

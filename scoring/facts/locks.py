"""Locks that outlive a transaction or span many rows. PostgreSQL frees them when the process that holds them dies."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

PUBLISH = 7_233_001
RELATED = 7_233_002


@contextmanager
def hold_import(digest: str, profile: str) -> Iterator[None]:
    """One import of one file in one profile at a time, whichever process it runs in; a second one waits."""
    key = _key(digest, profile)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        release(key)


@contextmanager
def try_import(digest: str, profile: str) -> Iterator[bool]:
    """Like `hold_import`, without waiting: False when some process imports this file now."""
    key = _key(digest, profile)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            release(key)


def is_running(digest: str, profile: str) -> bool:
    """Whether some process imports this file now."""
    with try_import(digest, profile) as free:
        return not free


def lock_publishing() -> None:
    """Hold the catalogue until the transaction ends: no batch becomes live, and no stray file is swept, meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISH])


def lock_related() -> None:
    """Hold the list of related merchants until the transaction ends: two searches write one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RELATED])


def release(key: int) -> None:
    """Give back a session lock; a connection that is gone has given it back already."""
    if connection.connection is not None and not connection.connection.closed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _key(digest: str, profile: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{digest} {profile}".encode()).digest()[:8], "big", signed=True)

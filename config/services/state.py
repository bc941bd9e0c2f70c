"""The state folder: who may use it now, the keys, the generated environment, and what has been done already."""

import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from config.services.guardian import is_running
from config.services.places import LaunchError

SECONDS_FOR_GUARDIAN = 60.0


def take_lock(state: Path) -> int:
    """Hold the state folder for this launcher and return the lock's descriptor.

    A guardian of a killed launcher also holds the lock until its processes are gone, so that is waited for; a launcher
    that runs is a `LaunchError`.
    """
    state.mkdir(parents=True, exist_ok=True)
    lock = os.open(state / "launcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    end = time.monotonic() + SECONDS_FOR_GUARDIAN
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode().strip()
            if time.monotonic() > end or (holder.isdigit() and is_running(int(holder))):
                os.close(lock)
                raise LaunchError(
                    f"The portal already runs from this folder (process {holder or 'unknown'}); "
                    "stop it with Ctrl-C in its terminal before you start another."
                ) from None
        time.sleep(0.1)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def secret_key(state: Path) -> str:
    """The key that signs sessions and links of this installation."""
    return _kept_key(state / "secret_key")


def identity_key(state: Path) -> str:
    """The key under which this installation hashes identifiers; with another one nobody is recognised any more."""
    return _kept_key(state / "identity_key")


def _kept_key(path: Path) -> str:
    """A key generated at the first call and readable by its owner alone."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48) + "\n")
    return path.read_text().strip()


def signing_key(state: Path) -> str:
    """The Ed25519 seed that signs this installation's statements, generated at the first call like the secret key."""
    path = state / "signing_key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32) + "\n")
    return path.read_text().strip()


def write_environment(state: Path, values: Mapping[str, str]) -> None:
    """Leave the generated values where `config.env` reads them, with the lowest priority."""
    lines = ["# Written by the launcher at every start; set variables in .env instead.\n"]
    write_private(state / "env", "".join([*lines, *(f"{name}='{value}'\n" for name, value in values.items())]))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, all or nothing."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def digest_of(paths: Iterable[Path]) -> str:
    """A digest of the names and contents of files, the same in whatever order they come."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_stamped(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest

"""Where the embedded services keep their data and sockets, and as whom PostgreSQL runs.

PostgreSQL refuses to run as root. Started by root, the portal runs it as `nobody` and keeps its data and a copy of its
programs under /var/lib/paddock: the server can read them there without opening anybody's home folder to others.
"""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT_DATA = Path("/var/lib/paddock")
SERVER_USER = "nobody"
SOCKET_PATH_LIMIT = 103  # bytes; macOS allows 103, Linux 107
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"


class LaunchError(Exception):
    """The portal cannot start or go on. The text is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The user that a server runs as; None is the user of the launcher."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, object]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True, slots=True)
class Places:
    """`data` holds the servers' files, `run` their sockets; `server` is who PostgreSQL runs as when we are root."""

    data: Path
    run: Path
    server: Identity | None


def permanent(state: Path) -> Places:
    """The places that belong to a state folder; the same ones at every start."""
    digest = hashlib.sha256(bytes(state)).hexdigest()[:12]
    if os.geteuid() == 0:
        data = ROOT_DATA / data_name(state, digest)
        return _made(data, data / "run", _server_identity())
    run = state / "run"
    if not fits_socket(run):
        run = Path("/tmp") / f"paddock-{os.geteuid()}-{digest}"  # noqa: S108 - created private, ownership checked
    return _made(state, run, None)


def data_name(state: Path, digest: str) -> str:
    """The name of root's data folder, kept in the state folder: a new state folder at an old path begins with new data,
    never with a database whose facts and keys are gone."""
    kept = state / "data_name"
    if not kept.exists():
        is_older = (state / "identity_key").exists()  # started when the path alone gave the name
        state.mkdir(parents=True, exist_ok=True)
        kept.write_text(digest if is_older else f"{digest}-{secrets.token_hex(4)}")
    return kept.read_text()


def temporary() -> Places:
    """Fresh places for one run of tests; the caller removes `data`."""
    if os.geteuid() == 0:
        ROOT_DATA.mkdir(parents=True, exist_ok=True)
        data = Path(tempfile.mkdtemp(prefix="temporary-", dir=ROOT_DATA))
        data.chmod(0o711)
        return _made(data, data / "run", _server_identity())
    data = Path(tempfile.mkdtemp(prefix="paddock-"))
    if not fits_socket(data / "run"):
        data.rmdir()
        data = Path(tempfile.mkdtemp(prefix="paddock-", dir="/tmp"))
    return _made(data, data / "run", None)


def fits_socket(folder: Path) -> bool:
    """Whether a socket in this folder has an address that the system takes and that needs no quoting in a URL."""
    path = folder / LONGEST_SOCKET_NAME
    return len(bytes(path)) <= SOCKET_PATH_LIMIT and PLAIN_PATH.fullmatch(str(path)) is not None


def own_folder(path: Path, owner: Identity | None) -> None:
    """Make a private folder for its owner; one that somebody else prepared is refused."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)
    found = path.lstat()
    expected = owner.uid if owner is not None else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected:
        raise LaunchError(f"{path} belongs to another user; remove it, or set STATE_DIR to a shorter path.")
    path.chmod(0o700)


def public_copy(package: Path, libraries: Path, version: str) -> Path:
    """Copy the PostgreSQL programs to where the server's user can read them; returns the copy of `package`."""
    target = ROOT_DATA / f"postgresql-{version}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix="copying-", dir=ROOT_DATA))
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / part, draft / package.parent.name / package.name / part, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        for entry in [draft, *draft.rglob("*")]:
            if not entry.is_symlink():
                entry.chmod(0o755)
        draft.rename(target)
    return target / package.parent.name / package.name


def _made(data: Path, run: Path, server: Identity | None) -> Places:
    data.mkdir(parents=True, exist_ok=True)
    own_folder(run, server)
    return Places(data=data, run=run, server=server)


def _server_identity() -> Identity:
    try:
        entry = pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise LaunchError(
            f"PostgreSQL does not run as root and there is no user {SERVER_USER!r} to run it as; "
            "start the portal as an ordinary user, or set DATABASE_URL."
        ) from None
    return Identity(uid=entry.pw_uid, gid=entry.pw_gid)

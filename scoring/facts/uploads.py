"""Files that people upload, kept privately until their import has ended."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import default_storage

from common.exceptions import TooLarge
from scoring.facts.refusals import TOO_LARGE, Refusal
from scoring.facts.sniff import HEAD_BYTES, is_gzip, sniff_kind
from scoring.facts.workbench import refuse_io

FOLDER = "facts"


@dataclass(frozen=True)
class Upload:
    """`name` is relative to the media folder."""

    name: str
    digest: str
    size: int


def keep_upload(chunks: Iterable[bytes]) -> Upload:
    """Store an upload and take its digest on the way. Refuses, by its first bytes, what the portal does not read, and
    what is too large; nothing is kept then."""
    name = f"{FOLDER}/{uuid4().hex}"
    path = path_of(name)
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.UPLOAD_MAX_BYTES:
                    raise TooLarge(
                        TOO_LARGE[0] % {"limit": settings.UPLOAD_MAX_BYTES // 1024**2},
                        field="file",
                        remedy=TOO_LARGE[1],
                    )
                head += chunk[: max(0, HEAD_BYTES - len(head))]
                digest.update(chunk)
                file.write(chunk)
        if not is_gzip(head):
            sniff_kind(head)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise refuse_io(error) from error
    except (TooLarge, Refusal):
        path.unlink(missing_ok=True)
        raise
    return Upload(name, digest.hexdigest(), size)


def path_of(name: str) -> Path:
    """Where an upload lies."""
    return Path(default_storage.path(name))


def remove(name: str) -> None:
    """Remove an upload; it may be gone already."""
    path_of(name).unlink(missing_ok=True)


def kept_names() -> list[str]:
    """Every upload that is kept."""
    return sorted(f"{FOLDER}/{path.name}" for path in path_of(FOLDER).glob("*") if path.is_file())

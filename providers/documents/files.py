"""The files of documents: private, under names of our own, apart from every public address."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError, TooLarge
from providers.documents.enums import FileKind
from providers.documents.limits import MAX_BYTES
from providers.documents.sniff import check_content

FOLDER = "documents"


@dataclass(frozen=True)
class KeptFile:
    """A file that was written and checked; it becomes a document when a row with its path is committed."""

    path: str
    kind: FileKind
    size: int
    digest: str


def keep_file(chunks: Iterable[bytes], *, folder: str = FOLDER) -> KeptFile:
    """Write an upload durably, at most MAX_BYTES, and check its content; nothing is kept when it is refused. Other
    rooms keep their papers in a `folder` of their own.

    Raises TooLarge or InvalidInput on field `file`.
    """
    name = f"{folder}/{uuid4().hex}"
    path = path_of(name)
    digest, size = hashlib.sha256(), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise too_large()
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        kind = check_content(path.read_bytes())
    except (DomainError, OSError):
        path.unlink(missing_ok=True)
        raise
    return KeptFile(name, kind, size, digest.hexdigest())


def too_large() -> TooLarge:
    """The refusal of a file over MAX_BYTES."""
    return TooLarge(
        _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024**2},
        field="file",
        remedy=_("Scan it at a lower resolution or with fewer pages, and send it again."),
    )


def path_of(name: str) -> Path:
    """Where a file lies."""
    return Path(default_storage.path(name))


def remove(name: str) -> None:
    """Remove a file; it may be gone already."""
    path_of(name).unlink(missing_ok=True)


def kept_names(folder: str = FOLDER) -> list[str]:
    """Every file that is kept in a folder."""
    return sorted(f"{folder}/{path.name}" for path in path_of(folder).glob("*") if path.is_file())


def read_name(given: str) -> str:
    """The sender's file name for people to read: its last part without control characters, at most 120 characters."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", given))[-1]
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    return shown[-120:] or "document"

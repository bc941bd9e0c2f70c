"""Where facts lie: `batches/` holds the Parquet files of the catalogue, `adjustments/` those of corrections, `work/`
what is being written."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from scoring.facts.workbench import refuse_io

BATCHES = "batches"
ADJUSTMENTS = "adjustments"
WORK = "work"


def root() -> Path:
    """FACTS_ROOT."""
    return Path(settings.FACTS_ROOT)


@contextmanager
def open_work_folder(name: str) -> Iterator[Path]:
    """An empty folder for one import, removed at the end. What a dead import left under the same name goes first."""
    folder = root() / WORK / name
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise refuse_io(error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dry_run_folder() -> str:
    """A name for the work folder of an import without a catalogue row."""
    return f"dry-{uuid4().hex}"


def batch_folder(batch_id: int) -> str:
    """The name of the work folder of a batch."""
    return f"batch-{batch_id}"


def place(written: Path, *, batch_id: int, digest: str) -> str:
    """Move a finished file to its place so that it survives a power cut; gives its path relative to FACTS_ROOT."""
    return _move(written, f"{BATCHES}/{batch_id:08d}-{digest[:16]}.parquet")


def place_adjustment(written: Path, *, digest: str) -> str:
    """The same for the file of an adjustment, which has no number before its row is written."""
    return _move(written, f"{ADJUSTMENTS}/{uuid4().hex}-{digest[:16]}.parquet")


def _move(written: Path, relative: str) -> str:
    target = root() / relative
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sync(written)
        written.replace(target)
        sync(target.parent)
    except OSError as error:
        raise refuse_io(error) from error
    return relative


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(relative: str) -> None:
    """Remove a file of FACTS_ROOT that the catalogue does not know."""
    (root() / relative).unlink(missing_ok=True)


def stored_files() -> list[str]:
    """Every file under `batches/` and `adjustments/`, relative to FACTS_ROOT."""
    folders = (BATCHES, ADJUSTMENTS)
    return sorted(f"{name}/{path.name}" for name in folders for path in (root() / name).glob("*") if path.is_file())


def work_folders() -> list[Path]:
    """The work folders that exist now."""
    return sorted(path for path in (root() / WORK).glob("*") if path.is_dir())

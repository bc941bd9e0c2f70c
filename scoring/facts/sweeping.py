"""Clearing up after imports that died: files that the catalogue does not know, and batches that nobody imports."""

import shutil
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from common.jobs.models import JobStatus
from scoring.facts import storage, uploads
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.enums import FactBatchStatus
from scoring.facts.locks import is_running, lock_publishing, try_import
from scoring.facts.models import FactBatch
from scoring.facts.refusals import Refusal
from scoring.facts.selectors import open_batches
from scoring.facts.services import expire_dry_run, fail_batch

FOLDER_AGE = timedelta(hours=24)
UPLOAD_AGE = timedelta(hours=1)
DRY_RUN_AGE = timedelta(days=7)


@dataclass(frozen=True)
class Swept:
    """How much was cleared up."""

    files: int
    folders: int
    uploads: int
    batches: int


def sweep(now: datetime | None = None) -> Swept:
    """Clear up. Safe at any time, beside running imports, and twice at once."""
    now = now or timezone.now()
    return Swept(
        batches=_close_lost_batches(now), files=_sweep_files(), folders=_sweep_folders(), uploads=_sweep_uploads(now)
    )


@transaction.atomic
def _sweep_files() -> int:
    """Remove Parquet files without a catalogue row. The publishing lock rules out that one is about to get its row."""
    lock_publishing()
    known = set(FactBatch.objects.exclude(path="").values_list("path", flat=True))
    known |= set(Adjustment.objects.values_list("path", flat=True))
    stray = [path for path in storage.stored_files() if path not in known]
    for path in stray:
        storage.remove(path)
    return len(stray)


def _sweep_folders() -> int:
    """Remove work folders whose import is dead: of closed batches, and old ones without a batch."""
    busy = {storage.batch_folder(batch.pk) for batch in open_batches() if is_running(batch.digest, batch.profile)}
    busy |= {f"{name}-source" for name in busy}
    removed = 0
    for folder in storage.work_folders():
        young = time.time() - folder.stat().st_mtime < FOLDER_AGE.total_seconds()
        if folder.name in busy or (folder.name.startswith("dry-") and young):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        removed += 1
    return removed


def _close_lost_batches(now: datetime) -> int:
    """Close batches whose command was killed or whose job gave up, and dry runs that nobody decided on."""
    lost = 0
    for batch in open_batches().select_related("job"):
        if batch.job is not None and batch.job.is_open:
            continue
        with try_import(batch.digest, batch.profile) as free:
            if free:
                cancelled = batch.job is not None and batch.job.status == JobStatus.CANCELLED
                fail_batch(
                    batch_id=batch.pk, refusal=Refusal("cancelled" if cancelled else "worker_lost"), by=None, now=now
                )
                lost += 1
    old = FactBatch.objects.filter(status=FactBatchStatus.CHECKED, received_at__lt=now - DRY_RUN_AGE).exclude(upload="")
    for batch in old:
        expire_dry_run(batch_id=batch.pk, now=now)
    return lost


def _sweep_uploads(now: datetime) -> int:
    """Remove uploads that no batch names; young ones may still be waiting for their row."""
    known = set(FactBatch.objects.exclude(upload="").values_list("upload", flat=True))
    stray = 0
    for name in uploads.kept_names():
        age = now.timestamp() - uploads.path_of(name).stat().st_mtime
        if name not in known and age > UPLOAD_AGE.total_seconds():
            uploads.remove(name)
            stray += 1
    return stray

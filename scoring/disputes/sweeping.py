"""Clearing up files of evidence whose dispute was never committed."""

from datetime import datetime

from django.utils import timezone

from providers.documents import files
from providers.documents.limits import STRAY_AGE
from scoring.disputes.models import DisputeFile
from scoring.disputes.services import FOLDER


def sweep_files(now: datetime | None = None) -> int:
    """Remove files that no dispute names; young ones may still be waiting for their commit."""
    now = now or timezone.now()
    known = set(DisputeFile.objects.values_list("path", flat=True))
    stray = 0
    for name in files.kept_names(FOLDER):
        age = now.timestamp() - files.path_of(name).stat().st_mtime
        if name not in known and age > STRAY_AGE.total_seconds():
            files.remove(name)
            stray += 1
    return stray

"""What the clock does with documents: notices before an expiry, the expiry itself, and files that no document names."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils import timezone

from common.days import business_day
from common.exceptions import Conflict
from providers.documents import files
from providers.documents.limits import STRAY_AGE
from providers.documents.models import Document
from providers.documents.selectors import due_for_notice, step_of
from providers.documents.services import expire_document, remind_of_document

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Watched:
    """How many notices were sent ahead, and how many documents expired."""

    reminded: int
    expired: int


def watch(now: datetime | None = None) -> Watched:
    """Send what is due and expire what is over. A repeat in the same night does nothing more."""
    now = now or timezone.now()
    today = business_day(now)
    reminded = expired = 0
    for document in due_for_notice(today):
        try:
            if step_of(document, today) == 0:
                expire_document(document_id=document.pk, now=now)
                expired += 1
            elif remind_of_document(document_id=document.pk, now=now) is not None:
                reminded += 1
        except Conflict as error:
            # A new document came, or another run was faster, between the list and the lock.
            log.info("document passed over", document=document.pk, why=str(error))
    return Watched(reminded, expired)


def sweep_files(now: datetime | None = None) -> int:
    """Remove files that no document names; young ones may still be waiting for their commit."""
    now = now or timezone.now()
    known = set(Document.objects.values_list("path", flat=True))
    stray = 0
    for name in files.kept_names():
        age = now.timestamp() - files.path_of(name).stat().st_mtime
        if name not in known and age > STRAY_AGE.total_seconds():
            files.remove(name)
            stray += 1
    return stray

"""Reading the audit log."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Model, QuerySet

from common.audit.models import AuditEntry


def entries_of(subject: Model, *, as_of: datetime | None = None) -> QuerySet[AuditEntry]:
    """The log of one subject, newest first, as it stood at `as_of`."""
    entries = AuditEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    if as_of is not None:
        entries = entries.filter(at__lte=as_of)
    return entries.select_related("by")


def entries_of_many(subjects: Sequence[Model]) -> dict[str, list[AuditEntry]]:
    """The logs of subjects of one kind by their id as text, each newest first, in one query."""
    found: dict[str, list[AuditEntry]] = {str(subject.pk): [] for subject in subjects}
    if subjects:
        kind = subjects[0]._meta.label_lower
        for entry in AuditEntry.objects.filter(subject_type=kind, subject_id__in=found).select_related("by"):
            found[entry.subject_id].append(entry)
    return found

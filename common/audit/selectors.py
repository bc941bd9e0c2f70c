"""Reading the audit log."""

from datetime import datetime

from django.db.models import Model, QuerySet

from common.audit.models import AuditEntry


def entries_of(subject: Model, *, as_of: datetime | None = None) -> QuerySet[AuditEntry]:
    """The log of one subject, newest first, as it stood at `as_of`."""
    entries = AuditEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    if as_of is not None:
        entries = entries.filter(at__lte=as_of)
    return entries.select_related("by")

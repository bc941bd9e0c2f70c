"""Gathers the models of this app and the fields that several rooms share."""

from django.db import models

from common.audit.models import AuditEntry
from common.exceptions import Stale
from common.idempotency.models import StoredResponse
from common.jobs.models import Job, JobStatus
from common.validation import Checked

__all__ = ["AuditEntry", "Job", "JobStatus", "StoredResponse", "Versioned"]


class Versioned(Checked):
    """A row that people edit: `version` counts its saves, so that a stale form is noticed."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def check_version(self, expected: int | None) -> None:
        """Raise Stale when the sender saw another version. None skips the check. Call on the locked row."""
        if expected is not None and expected != self.version:
            raise Stale

    def save_checked(self) -> None:
        """Validate the whole row, count the version up and save."""
        self.version += 1
        self.full_clean()
        self.save()

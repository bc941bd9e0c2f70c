"""The catalogue of fact batches."""

from pathlib import Path

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Job, Versioned
from scoring.facts.enums import OPEN, STORED, FactBatchStatus, FileKind

DIGEST = r"^[0-9a-f]{64}$"


@pghistory.track(exclude=["report"])
class FactBatch(Versioned):
    """One file of facts: where it came from, what became of it, and the Parquet file that holds its rows.

    `digest` is the SHA-256 of the file as it was sent, `file_digest` that of the Parquet file. `path` is relative to
    FACTS_ROOT, `upload` to the private media folder. No person stands in `_by` when an operator ran the command.
    """

    status = models.CharField(
        _("Status"), max_length=12, choices=FactBatchStatus.choices, default=FactBatchStatus.RECEIVED
    )
    source = models.CharField(_("Source"), max_length=40)
    profile = models.CharField(_("Profile"), max_length=40)
    profile_digest = models.CharField(max_length=64)
    file_name = models.CharField(_("File"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=12, choices=FileKind.choices, blank=True)
    digest = models.CharField(_("Digest"), max_length=64)
    source_bytes = models.BigIntegerField(_("Size"))
    options = models.JSONField(default=dict)
    upload = models.CharField(max_length=200, blank=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    day_from = models.DateField(_("First day"), null=True, blank=True)
    day_to = models.DateField(_("Last day"), null=True, blank=True)
    source_rows = models.BigIntegerField(_("Rows in the file"), null=True, blank=True)
    rejected_rows = models.BigIntegerField(_("Rejected rows"), default=0)
    duplicate_rows = models.BigIntegerField(_("Repeated rows"), default=0)
    rows = models.BigIntegerField(_("Rows"), null=True, blank=True)
    provider_count = models.IntegerField(_("Providers"), null=True, blank=True)
    path = models.CharField(max_length=200, blank=True)
    file_digest = models.CharField(max_length=64, blank=True)
    file_bytes = models.BigIntegerField(null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)

    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_batches"
    )
    received_at = models.DateTimeField(_("Received"), default=timezone.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    imported_at = models.DateTimeField(_("Live since"), null=True, blank=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    superseded_at = models.DateTimeField(_("Superseded"), null=True, blank=True)
    superseded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "source", "day_from"], name="fact_batch_live_days"),
            models.Index(fields=["digest"], name="fact_batch_digest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=FactBatchStatus.values), name="fact_batch_status_known"),
            models.CheckConstraint(condition=Q(kind__in=["", *FileKind.values]), name="fact_batch_kind_known"),
            # The rule that makes a re-sent file harmless, whoever sends it twice at once.
            models.UniqueConstraint(
                fields=["digest", "profile"],
                condition=Q(status__in=[*OPEN, FactBatchStatus.LIVE]),
                name="fact_batch_once",
            ),
            models.UniqueConstraint(fields=["path"], condition=~Q(path=""), name="fact_batch_path_once"),
            models.CheckConstraint(
                condition=Q(
                    status__in=STORED,
                    imported_at__isnull=False,
                    rows__gt=0,
                    source_rows__gt=0,
                    day_from__lte=F("day_to"),
                    provider_count__gt=0,
                    file_bytes__gt=0,
                    file_digest__regex=DIGEST,
                )
                & ~Q(path="")
                | ~Q(status__in=STORED) & Q(imported_at__isnull=True, path="", file_digest=""),
                name="fact_batch_stored_when_live",
            ),
            models.CheckConstraint(
                condition=Q(status=FactBatchStatus.SUPERSEDED, successor__isnull=False, superseded_at__isnull=False)
                | ~Q(status=FactBatchStatus.SUPERSEDED) & Q(successor__isnull=True, superseded_at__isnull=True),
                name="fact_batch_successor_when_superseded",
            ),
            models.CheckConstraint(
                condition=Q(rejected_rows__gte=0, duplicate_rows__gte=0, source_bytes__gte=0),
                name="fact_batch_counts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.file_name}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_dry_run(self) -> bool:
        return bool(self.options.get("dry_run"))

    @property
    def file(self) -> Path:
        """The Parquet file; only a live or superseded batch has one."""
        return Path(settings.FACTS_ROOT) / self.path

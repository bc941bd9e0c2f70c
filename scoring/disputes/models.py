"""Disputes about facts, and the evidence that the provider gives."""

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from engine.columns import FACT_COLUMN_NAMES
from providers.documents.enums import SUFFIXES, FileKind
from providers.documents.limits import MAX_BYTES
from providers.registry.models import Provider
from scoring.disputes.enums import DECIDED, GRANTED, DisputeStatus
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.limits import MAX_VALUE
from scoring.facts.rows import Slice


@pghistory.track()
class Dispute(Versioned):
    """A provider says that one column of some of its facts is wrong, and what its sum should be.

    `held` is the sum that the portal held when the dispute was opened, `held_then` when it was decided, `granted` the
    sum that the decision takes as right.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="disputes")
    column = models.CharField(_("Figure"), max_length=40)
    day_from = models.DateField(_("First day"))
    day_to = models.DateField(_("Last day"))
    merchant = models.CharField(_("Merchant"), max_length=40, blank=True)
    trader = models.CharField(_("Trader"), max_length=40, blank=True)
    held = models.BigIntegerField(_("The portal holds"))
    should_be = models.BigIntegerField(_("It should be"))
    statement = models.TextField(_("What is wrong"), max_length=4000)
    status = models.CharField(_("Status"), max_length=16, choices=DisputeStatus.choices, default=DisputeStatus.OPEN)
    opened_at = models.DateTimeField(_("Opened"), default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(_("Decision due"))
    decided_at = models.DateTimeField(_("Decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision_note = models.TextField(_("Reason"), max_length=4000, blank=True)
    held_then = models.BigIntegerField(null=True, blank=True)
    granted = models.BigIntegerField(_("Taken as right"), null=True, blank=True)
    adjustment = models.OneToOneField(
        Adjustment, on_delete=models.PROTECT, null=True, blank=True, related_name="dispute"
    )
    withdrawn_at = models.DateTimeField(_("Withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="dispute_queue"),
            models.Index(fields=["provider", "status"], name="dispute_of_provider"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DisputeStatus.values), name="dispute_status_known"),
            models.CheckConstraint(condition=Q(column__in=FACT_COLUMN_NAMES), name="dispute_column_known"),
            models.CheckConstraint(condition=Q(day_from__lte=F("day_to")), name="dispute_days_in_order"),
            models.CheckConstraint(
                condition=Q(held__gte=0, should_be__gte=0, should_be__lte=MAX_VALUE) & ~Q(should_be=F("held")),
                name="dispute_asks_for_another_number",
            ),
            models.CheckConstraint(condition=~Q(statement=""), name="dispute_says_what_happened"),
            models.UniqueConstraint(
                fields=["provider", "column", "merchant", "trader", "day_from", "day_to"],
                condition=Q(status=DisputeStatus.OPEN),
                name="dispute_one_open_per_slice",
                violation_error_code="unique",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=DECIDED, decided_at__isnull=False, decided_by__isnull=False, held_then__isnull=False
                )
                & ~Q(decision_note="")
                | ~Q(status__in=DECIDED)
                & Q(decided_at__isnull=True, decided_by__isnull=True, decision_note="", held_then__isnull=True),
                name="dispute_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=GRANTED, granted__isnull=False, adjustment__isnull=False)
                | ~Q(status__in=GRANTED) & Q(granted__isnull=True, adjustment__isnull=True),
                name="dispute_adjusts_when_upheld",
            ),
            models.CheckConstraint(
                condition=Q(status=DisputeStatus.WITHDRAWN, withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | ~Q(status=DisputeStatus.WITHDRAWN) & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True),
                name="dispute_withdrawn_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.provider.code}"

    @property
    def number(self) -> str:
        """How people call it, such as D000012."""
        return f"D{self.pk:06d}"

    @property
    def is_open(self) -> bool:
        return self.status == DisputeStatus.OPEN

    @property
    def tone(self) -> str:
        """The state as pages colour it: a dispute that is upheld is good news for who opened it."""
        return "granted" if self.status in GRANTED else self.status

    @property
    def slice(self) -> Slice:
        """The facts that are meant."""
        return Slice(self.provider.code, self.day_from, self.day_to, self.merchant, self.trader)


class DisputeFile(models.Model):
    """One file of evidence, kept privately under a name of ours."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="files")
    file_name = models.CharField(_("File"), max_length=120)
    path = models.CharField(max_length=80, unique=True)
    kind = models.CharField(_("Format"), max_length=20, choices=FileKind)
    size = models.PositiveIntegerField(_("Size"), validators=[MinValueValidator(1), MaxValueValidator(MAX_BYTES)])
    digest = models.CharField(_("SHA-256"), max_length=64)
    added_at = models.DateTimeField(_("Sent at"), default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="dispute_file_kind_known"),
            models.CheckConstraint(condition=Q(size__range=(1, MAX_BYTES)), name="dispute_file_size_in_range"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="dispute_file_digest_is_one"),
            models.UniqueConstraint(fields=["dispute", "digest"], name="dispute_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} · {self.file_name}"

    @property
    def download_name(self) -> str:
        """The name under which it is saved by who downloads it: ours, with the suffix of its content."""
        return f"D{self.dispute_id:06d}-{self.pk}.{SUFFIXES[self.kind]}"

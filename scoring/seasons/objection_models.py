"""A provider objects to its verdict while the season stands still, or appeals once it is final."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from providers.registry.models import Provider
from scoring.seasons.enums import ObjectionKind, ObjectionStatus, Relief
from scoring.seasons.models import Track
from scoring.seasons.verdict_models import Settlement, Verdict


@pghistory.track()
class Objection(Versioned):
    """What a provider says against the verdict that it read, and what somebody else decided. `settlement` is the one
    that followed when it was upheld."""

    kind = models.CharField(
        _("Kind"), max_length=10, choices=ObjectionKind.choices, default=ObjectionKind.OBJECTION, editable=False
    )
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="objections")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="objections")
    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, related_name="objections")
    statement = models.TextField(_("What is wrong"), max_length=4000)
    status = models.CharField(_("Status"), max_length=12, choices=ObjectionStatus.choices, default=ObjectionStatus.OPEN)
    opened_at = models.DateTimeField(_("Opened"), default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    relief = models.CharField(_("Relief"), max_length=10, choices=Relief.choices, blank=True)
    decision_note = models.TextField(_("Reason"), max_length=4000, blank=True)
    decided_at = models.DateTimeField(_("Decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settlement = models.OneToOneField(
        Settlement, on_delete=models.PROTECT, null=True, blank=True, related_name="objection"
    )
    withdrawn_at = models.DateTimeField(_("Withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status", "opened_at"], name="objection_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ObjectionStatus.values), name="objection_status_known"),
            models.CheckConstraint(condition=Q(kind__in=ObjectionKind.values), name="objection_kind_known"),
            models.CheckConstraint(condition=~Q(statement=""), name="objection_says_what_is_wrong"),
            models.UniqueConstraint(
                fields=["track", "provider", "kind"],
                condition=~Q(status=ObjectionStatus.WITHDRAWN),
                name="objection_once_per_track",
                violation_error_code="unique",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["upheld", "rejected"], decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(decision_note="")
                | ~Q(status__in=["upheld", "rejected"])
                & Q(decided_at__isnull=True, decided_by__isnull=True, decision_note=""),
                name="objection_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="upheld", settlement__isnull=False, relief__in=Relief.values)
                | (~Q(status="upheld") & Q(settlement__isnull=True, relief="")),
                name="objection_settles_again_when_upheld",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | (~Q(status="withdrawn") & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)),
                name="objection_withdrawn_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.provider.code}"

    @property
    def number(self) -> str:
        """How people call it, such as O000012, or A000012 for an appeal."""
        return f"{'A' if self.kind == ObjectionKind.APPEAL else 'O'}{self.pk:06d}"

    @property
    def tone(self) -> str:
        """The state as pages colour it: an objection that is upheld is good news for who opened it."""
        return "granted" if self.status == ObjectionStatus.UPHELD else self.status

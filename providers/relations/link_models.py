"""A link that is held against an applicant."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from providers.registry.models import Provider
from providers.relations.enums import BLOCKING, DECIDED, LinkStatus, Reason
from providers.relations.models import Party
from providers.relations.strengths import INTERCEPTS


@pghistory.track()
class Link(Versioned):
    """From a provider to a barred, cleared-out or suspended party.

    `path` keeps the steps as they were found: from and to (parties), strength, reasons with code, masked value and
    strength. `evidence` names each reason by a fingerprint, so that a decided link is not raised again on the same
    ground. `created_by` is None when the portal found it.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="links", verbose_name=_("Other party"))
    status = models.CharField(_("Status"), max_length=12, choices=LinkStatus, default=LinkStatus.HELD)
    strength = models.FloatField(_("Strength"))
    path = models.JSONField(default=list)
    reasons = ArrayField(models.CharField(max_length=30, choices=Reason), verbose_name=_("Reasons"))
    evidence = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    created_at = models.DateTimeField(_("Found"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entry_note = models.TextField(_("Why it was entered"), max_length=4000, blank=True)
    contested_at = models.DateTimeField(_("Contested at"), null=True, blank=True)
    contested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    contest_note = models.TextField(_("What the applicant says"), max_length=4000, null=True, blank=True)
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision_note = models.TextField(_("Reason"), max_length=4000, null=True, blank=True)

    class Meta:
        ordering = ["-strength", "pk"]
        indexes = [models.Index(fields=["status", "-strength"], name="link_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=LinkStatus.values), name="link_status_known"),
            models.CheckConstraint(condition=Q(strength__gte=0, strength__lte=1), name="link_strength_is_a_share"),
            models.CheckConstraint(
                condition=Q(reasons__contained_by=Reason.values, reasons__len__gte=1), name="link_reasons_known"
            ),
            models.UniqueConstraint(
                fields=["provider", "other"],
                condition=Q(status__in=BLOCKING),
                name="link_one_blocking_per_pair",
                violation_error_code="unique",
            ),
            models.CheckConstraint(
                condition=Q(contested_at__isnull=True, contested_by__isnull=True, contest_note__isnull=True)
                | Q(contested_at__isnull=False, contested_by__isnull=False, contest_note__isnull=False),
                name="link_contest_triple",
            ),
            models.CheckConstraint(
                condition=~Q(status=LinkStatus.CONTESTED) | Q(contested_at__isnull=False),
                name="link_contested_with_a_text",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=DECIDED, decided_at__isnull=False, decided_by__isnull=False, decision_note__isnull=False
                )
                | (
                    ~Q(status__in=DECIDED)
                    & Q(decided_at__isnull=True, decided_by__isnull=True, decision_note__isnull=True)
                ),
                name="link_decision_triple",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.provider.name}"

    @property
    def number(self) -> str:
        """How people call it, such as L000045."""
        return f"L{self.pk:06d}"

    @property
    def is_strong(self) -> bool:
        """Strong enough to keep the applicant out; a weaker one is a hint for the reviewer alone."""
        return self.strength >= INTERCEPTS

    @property
    def is_blocking(self) -> bool:
        """Whether it keeps the applicant out as long as the other party is barred."""
        return self.is_strong and self.status in BLOCKING

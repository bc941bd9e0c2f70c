"""The probation contract: what a newly admitted provider promises to reach, until when, and with whose help."""

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from providers.conduct.enums import PROBATION_OPEN, ProbationStatus, ProbationVerdict
from providers.conduct.targets import Target
from providers.criteria.enums import Direction
from providers.registry.models import Provider

PEOPLE: dict[str, Any] = {"on_delete": models.PROTECT, "null": True, "blank": True, "related_name": "+"}
WITH_VERDICT = (ProbationStatus.JUDGED, ProbationStatus.PASSED, ProbationStatus.FAILED)
DECIDED = (ProbationStatus.PASSED, ProbationStatus.FAILED, ProbationStatus.LAPSED)


@pghistory.track()
class Probation(Versioned):
    """One contract. It begins with the admission; the portal reads the verdict from the facts, a person signs it.

    `verdict` is what the targets said on `judged_on`; the decision may differ, with its reason.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="probations")
    status = models.CharField(_("Status"), max_length=10, choices=ProbationStatus, default=ProbationStatus.PROPOSED)
    mentor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        verbose_name=_("Mentor"),
        null=True,
        blank=True,
        related_name="mentored_probations",
    )
    starts_on = models.DateField(_("Begins"))
    ends_on = models.DateField(_("Ends"))
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PEOPLE)
    signed_at = models.DateTimeField(_("Signed by the provider"), null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PEOPLE)
    verdict = models.CharField(_("Verdict"), max_length=10, choices=ProbationVerdict, blank=True)
    judged_on = models.DateField(_("Judged on"), null=True, blank=True)
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PEOPLE)
    decision_note = models.TextField(_("Reason"), max_length=4000, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["status", "ends_on"], name="probation_due")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ProbationStatus.values), name="probation_status_known"),
            models.CheckConstraint(
                condition=Q(verdict__in=["", *ProbationVerdict.values]), name="probation_verdict_known"
            ),
            models.UniqueConstraint(
                fields=["provider"], condition=Q(status__in=PROBATION_OPEN), name="probation_one_open_per_provider"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="probation_days_in_order"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="probation_signature_pair",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", judged_on__isnull=True) | (~Q(verdict="") & Q(judged_on__isnull=False)),
                name="probation_verdict_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=WITH_VERDICT) | ~Q(verdict=""), name="probation_judged_has_verdict"
            ),
            models.CheckConstraint(
                condition=Q(status__in=DECIDED, decided_at__isnull=False) & ~Q(decision_note="")
                | ~Q(status__in=DECIDED) & Q(decided_at__isnull=True, decided_by__isnull=True, decision_note=""),
                name="probation_decision_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(ProbationStatus.PASSED, ProbationStatus.FAILED)) | Q(decided_by__isnull=False),
                name="probation_verdict_signed_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider.code} {self.starts_on} – {self.ends_on}"


class ProbationTarget(Checked):
    """One target: a measure, the side of the limit on which it must be, and what came of it."""

    probation = models.ForeignKey(Probation, on_delete=models.PROTECT, related_name="targets")
    measure = models.CharField(_("Measure"), max_length=40)
    direction = models.CharField(_("Direction"), max_length=10, choices=Direction)
    limit = models.FloatField(_("Limit"))
    value = models.FloatField(_("Value"), null=True, blank=True)
    met = models.BooleanField(_("Met"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["probation", "measure"], name="probation_target_once"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="probation_target_direction"),
            models.CheckConstraint(
                condition=Q(value__isnull=True, met__isnull=True) | Q(value__isnull=False, met__isnull=False),
                name="probation_target_judged_pair",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="agreed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__measure__df=pgtrigger.F("new__measure"))
                | pgtrigger.Q(old__direction__df=pgtrigger.F("new__direction"))
                | pgtrigger.Q(old__limit__df=pgtrigger.F("new__limit")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.direction} {self.limit}"

    def as_target(self) -> Target:
        """What was agreed, without what came of it."""
        return Target(self.measure, self.direction, self.limit)

"""The nightly judgement and the watch list."""

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import Versioned
from common.validation import Checked
from providers.conduct.enums import WATCH_OPEN, WatchStatus
from providers.criteria.enums import Outcome
from providers.criteria.models import CriteriaSet
from providers.registry.models import Provider

PEOPLE: dict[str, Any] = {"on_delete": models.PROTECT, "null": True, "blank": True, "related_name": "+"}


class Judgement(Checked):
    """One night: every active provider judged by the set in force. Written once; a day has one per criteria set."""

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="judgements")
    judged_on = models.DateField(_("Day"))
    created_at = models.DateTimeField(default=timezone.now)
    passed = models.PositiveIntegerField(pgettext_lazy("verdict", "Pass"))
    open = models.PositiveIntegerField(_("Needs a human"))
    failed = models.PositiveIntegerField(pgettext_lazy("verdict", "Fail"))
    forecasts = models.PositiveIntegerField(_("Breach in sight"))

    class Meta:
        ordering = ["-judged_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "judged_on"], name="judgement_once_a_day"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.judged_on} · C{self.criteria_set.number}"

    @property
    def total(self) -> int:
        return self.passed + self.open + self.failed


class JudgementRow(Checked):
    """One provider in a night that did not pass or is about to stop passing; who has no row passed."""

    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="rows")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="judgement_rows")
    outcome = models.CharField(_("Outcome"), max_length=14, choices=Outcome)
    failed = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    open = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    forecast_on = models.DateField(_("Breach expected"), null=True, blank=True)
    forecast_key = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["judgement", "provider"]
        indexes = [models.Index(fields=["provider", "-judgement"], name="judgement_row_of_provider")]
        constraints = [
            models.UniqueConstraint(fields=["judgement", "provider"], name="judgement_row_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="judgement_row_outcome_known"),
            models.CheckConstraint(
                condition=Q(forecast_on__isnull=True, forecast_key="")
                | (Q(forecast_on__isnull=False) & ~Q(forecast_key="")),
                name="judgement_row_forecast_pair",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.judgement_id} · {self.provider_id}"


@pghistory.track()
class WatchEntry(Versioned):
    """One criterion that one provider breaks or is about to break, from the first sign to the end of the matter.

    `breach_on` is the first night of the breach, `forecast_on` the day on which it is expected; the clock keeps both
    current. `due_on` is until when the provider has to act. `clear_nights` counts the nights in a row without a sign.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="watch_entries")
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="+")
    criterion_key = models.CharField(_("Criterion"), max_length=40)
    status = models.CharField(_("Status"), max_length=12, choices=WatchStatus, default=WatchStatus.WATCHING)
    opened_at = models.DateTimeField(_("On the list since"), default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PEOPLE)
    forecast_on = models.DateField(_("Breach expected"), null=True, blank=True)
    breach_on = models.DateField(_("Breach since"), null=True, blank=True)
    value = models.FloatField(_("Value"), null=True, blank=True)
    judged_on = models.DateField(_("Last judged on"))
    clear_nights = models.PositiveSmallIntegerField(_("Nights without a sign"), default=0)
    due_on = models.DateField(_("To act until"), null=True, blank=True)
    notice = models.TextField(_("Notice"), max_length=4000, blank=True)
    plan = models.TextField(_("Cure plan"), max_length=4000, blank=True)
    plan_at = models.DateTimeField(null=True, blank=True)
    plan_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PEOPLE)
    acted_at = models.DateTimeField(null=True, blank=True)
    acted_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PEOPLE)
    closed_at = models.DateTimeField(_("Closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PEOPLE)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(fields=["status", "due_on"], name="watch_due")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WatchStatus.values), name="watch_status_known"),
            models.UniqueConstraint(
                fields=["provider", "criterion_key"],
                condition=Q(status__in=WATCH_OPEN),
                name="watch_one_open_per_criterion",
            ),
            models.CheckConstraint(
                condition=Q(plan_at__isnull=True, plan_by__isnull=True, plan="")
                | (Q(plan_at__isnull=False, plan_by__isnull=False) & ~Q(plan="")),
                name="watch_plan_triple",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(WatchStatus.PLANNED, WatchStatus.CURING)) | Q(plan_at__isnull=False),
                name="watch_cure_has_a_plan",
            ),
            models.CheckConstraint(
                condition=Q(status__in=(WatchStatus.WATCHING, WatchStatus.CLOSED)) | ~Q(notice=""),
                name="watch_notice_given",
            ),
            models.CheckConstraint(
                condition=Q(status__in=(WatchStatus.CLOSED, WatchStatus.CLEARED_OUT), closed_at__isnull=False)
                | (
                    ~Q(status__in=(WatchStatus.CLOSED, WatchStatus.CLEARED_OUT))
                    & Q(closed_at__isnull=True, closed_by__isnull=True)
                ),
                name="watch_closed_pair",
            ),
            models.CheckConstraint(
                condition=~Q(status=WatchStatus.WATCHING) | Q(forecast_on__isnull=False) | Q(breach_on__isnull=False),
                name="watch_has_a_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider.code} · {self.criterion_key}"

    @property
    def is_beyond(self) -> bool:
        """Whether the newest night found the measure on the wrong side of its limit, though not failing yet."""
        return self.breach_on is None and self.forecast_on == self.judged_on and not self.clear_nights

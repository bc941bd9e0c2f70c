"""Work for merchants that may count for duties: told from above, one row each time something changes."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.validation import Checked
from providers.registry.models import Provider
from scoring.duties.enums import Help, Shop, WorkState


class DutyWork(Checked):
    """What is known of one piece of work from `recorded_at` on; the newest row of a `reference` counts.

    `new_shop`: the merchant was at its cold start when the work began. `measured` is what facts say against `target`,
    in the target's unit, NULL while there are none; `measured_until` is the last day that they cover.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="duty_works")
    reference = models.CharField(max_length=40)
    merchant = models.CharField(max_length=40)
    help = models.CharField(max_length=12, choices=Help)
    shop = models.CharField(max_length=12, choices=Shop)
    new_shop = models.BooleanField()
    state = models.CharField(max_length=12, choices=WorkState)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    target = models.BigIntegerField()
    measured = models.BigIntegerField(null=True, blank=True)
    measured_until = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["reference", "-pk"]
        indexes = [
            models.Index(fields=["provider", "reference", "-id"], name="duty_work_newest"),
            models.Index(fields=["reference", "-id"], name="duty_work_by_reference"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(help__in=Help.values, shop__in=Shop.values, state__in=WorkState.values),
                name="duty_work_words_known",
            ),
            models.CheckConstraint(
                condition=Q(state=WorkState.RUNNING, ended_on__isnull=True)
                | (~Q(state=WorkState.RUNNING) & Q(ended_on__isnull=False, ended_on__gte=models.F("started_on"))),
                name="duty_work_ends_when_it_is_over",
            ),
            models.CheckConstraint(condition=Q(target__gt=0), name="duty_work_target_positive"),
            models.CheckConstraint(
                condition=Q(measured__isnull=True, measured_until__isnull=True)
                | Q(measured__isnull=False, measured_until__isnull=False),
                name="duty_work_measured_pair",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"

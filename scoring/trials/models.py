"""What the orders to try rules on the past have in common."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.models import Job, Versioned
from common.states import StateTable
from scoring.trials.enums import OPEN_TRIALS, TrialStatus

DIGEST = r"^[0-9a-f]{64}$"


class Trial(Versioned):
    """One order to try exactly the rules of `digest`, carried out by `job`; `options` say what is varied."""

    table: ClassVar[StateTable]

    digest = models.CharField(max_length=64, editable=False)
    options = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=TrialStatus.choices, default=TrialStatus.QUEUED)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    failure = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_TRIALS


def trial_constraints(name: str) -> list[models.CheckConstraint]:
    """What holds for every trial of one kind."""
    return [
        models.CheckConstraint(condition=Q(status__in=TrialStatus.values), name=f"{name}_status_known"),
        models.CheckConstraint(condition=Q(digest__regex=DIGEST), name=f"{name}_digest_shape"),
        models.CheckConstraint(
            condition=Q(status__in=OPEN_TRIALS, finished_at__isnull=True)
            | Q(~Q(status__in=OPEN_TRIALS), finished_at__isnull=False),
            name=f"{name}_finished_when_closed",
        ),
    ]

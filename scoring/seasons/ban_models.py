"""A sanction: for some days a provider is shown on no board."""

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import ExpressionWrapper, F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from providers.registry.models import Provider


@pghistory.track()
class BoardBan(Versioned):
    """From `starts_on` to `ends_on`, both included; lifted early, to the day before `lifted_on`. Nights before the
    first day keep their boards: a ban never reaches back."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="board_bans")
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))
    reason = models.TextField(_("Reason"), max_length=2000)
    imposed_at = models.DateTimeField(_("Imposed"), default=timezone.now)
    imposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lifted_on = models.DateField(_("Lifted on"), null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lift_reason = models.TextField(_("Why it was lifted"), max_length=2000, blank=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["provider", "-starts_on"], name="board_ban_of_provider")]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="board_ban_days_in_order"),
            models.CheckConstraint(condition=~Q(reason=""), name="board_ban_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True, lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | (
                    Q(lifted_on__isnull=False, lifted_at__isnull=False, lifted_by__isnull=False)
                    & ~Q(lift_reason="")
                    & Q(lifted_on__gte=F("starts_on"), lifted_on__lte=F("ends_on"))
                ),
                name="board_ban_lifted_triple",
            ),
            # A range of one provider stands where btree_gist would let the plain number stand.
            ExclusionConstraint(
                name="board_ban_periods_apart",
                expressions=[
                    (
                        Func(
                            F("provider"),
                            F("provider"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("starts_on"),
                            Coalesce(F("lifted_on"), ExpressionWrapper(F("ends_on") + Value(1), models.DateField())),
                            Value("[)"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.provider_id}"

    @property
    def number(self) -> str:
        """How people call it, such as N000012."""
        return f"N{self.pk:06d}"

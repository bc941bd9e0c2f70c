"""The engagement: a merchant and a provider at work on one goal, and the traders who do it."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from merchants.engagements.enums import ENDED, RUNNING, EngagementStatus
from merchants.matching.models import Invitation
from merchants.registry.enums import MerchantStage
from merchants.registry.models import Merchant
from merchants.requests.enums import BudgetModel, Goal, TargetMetric
from merchants.requests.models import HelpRequest
from providers.enums import Category
from providers.registry.models import Provider
from providers.traders.models import Trader


@pghistory.track()
class Engagement(Versioned):
    """The work that an accepted invitation opened. Goal, target and terms are those of the request at that moment."""

    request = models.OneToOneField(HelpRequest, on_delete=models.PROTECT, related_name="engagement")
    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="engagement")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="engagements")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="engagements")
    scope = models.TextField(_("Scope"), max_length=4000, blank=True)
    goal = models.CharField(_("Goal"), max_length=20, choices=Goal)
    target_metric = models.CharField(_("Measured by"), max_length=20, choices=TargetMetric)
    target_amount = models.BigIntegerField(_("Target"))
    target_by = models.DateField(_("By"))
    category = models.CharField(_("Category"), max_length=20, choices=Category)
    stage = models.CharField(_("Stage at the start"), max_length=12, choices=MerchantStage)
    rooms = models.PositiveSmallIntegerField(_("Live rooms at once"))
    budget_model = models.CharField(_("Budget model"), max_length=12, choices=BudgetModel)
    budget_max_minor = models.BigIntegerField(_("Budget up to"), null=True, blank=True)
    commission_max_bp = models.PositiveIntegerField(_("Highest commission"), null=True, blank=True)
    currency = models.CharField(max_length=3, default=settings.CURRENCY)
    status = models.CharField(_("Status"), max_length=12, choices=EngagementStatus, default=EngagementStatus.ACTIVE)
    status_at = models.DateTimeField(default=timezone.now)
    status_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(_("Started"), default=timezone.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("Ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_note = models.TextField(_("Reason of the end"), max_length=2000, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(fields=["provider", "status"], name="engagement_provider_status"),
            models.Index(fields=["merchant", "status"], name="engagement_merchant_status"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=EngagementStatus.values), name="engagement_status_known"),
            models.CheckConstraint(condition=Q(rooms__gte=1), name="engagement_rooms_positive"),
            models.CheckConstraint(condition=Q(target_amount__gt=0), name="engagement_target_positive"),
            models.CheckConstraint(
                condition=Q(status__in=RUNNING, ended_at__isnull=True, ended_by__isnull=True)
                | Q(status__in=ENDED, ended_at__isnull=False, ended_by__isnull=False),
                name="engagement_end_triple",
            ),
            models.CheckConstraint(
                condition=~Q(status=EngagementStatus.TERMINATED) | ~Q(end_note=""),
                name="engagement_reason_when_terminated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.request.title}"

    @property
    def code(self) -> str:
        """What people call the engagement by."""
        return f"E{self.pk:06d}"


@pghistory.track()
class Assignment(Checked):
    """A trader at work on an engagement with so many live rooms; ended ones stay."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="assignments")
    trader = models.ForeignKey(Trader, on_delete=models.PROTECT, related_name="assignments")
    rooms = models.PositiveSmallIntegerField(_("Live rooms"))
    started_at = models.DateTimeField(_("Since"), default=timezone.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("Until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(rooms__gte=1), name="assignment_rooms_positive"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_at__gte=F("started_at"), ended_by__isnull=False),
                name="assignment_end_pair",
            ),
            models.UniqueConstraint(
                fields=["engagement", "trader"],
                condition=Q(ended_at__isnull=True),
                name="assignment_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trader_id} · {self.engagement_id}"

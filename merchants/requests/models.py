"""The help request: what a merchant wants to reach, by when, and what it takes."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Job, Versioned
from merchants.registry.enums import MerchantStage
from merchants.registry.models import Merchant
from merchants.requests.enums import BudgetModel, Goal, Mode, RequestStatus, TargetMetric
from providers.enums import Capability, Category, Region

NEED_LEVELS = (0, 1, 2, 3)
MAX_ROOMS = 50


def no_needs() -> list[int]:
    """Nothing chosen yet, one entry per capability."""
    return [0] * len(Capability)


@pghistory.track()
class HelpRequest(Versioned):
    """A merchant's request for help. Only a draft may be incomplete.

    `needs` says how much each capability matters, 0 to 3, in the order of `Capability.values`. `due_at` is the clock of
    the present state, kept here so that it outlives any process.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="help_requests")
    title = models.CharField(_("Title"), max_length=120)
    goal = models.CharField(_("Goal"), max_length=20, choices=Goal)
    target_metric = models.CharField(_("Measured by"), max_length=20, choices=TargetMetric, blank=True)
    target_amount = models.BigIntegerField(_("Target"), null=True, blank=True, validators=[MinValueValidator(1)])
    target_by = models.DateField(_("By"), null=True, blank=True)
    description = models.TextField(_("Description"), max_length=4000, blank=True)
    needs = ArrayField(models.SmallIntegerField(), default=no_needs, size=len(Capability))
    category = models.CharField(_("Category"), max_length=20, choices=Category, blank=True)
    region = models.CharField(_("Preferred region"), max_length=20, choices=Region, blank=True)
    rooms = models.PositiveSmallIntegerField(
        _("Live rooms at once"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_ROOMS)]
    )
    budget_model = models.CharField(_("Budget model"), max_length=12, choices=BudgetModel, blank=True)
    budget_min_minor = models.BigIntegerField(
        _("Budget from"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    budget_max_minor = models.BigIntegerField(
        _("Budget up to"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    commission_max_bp = models.PositiveIntegerField(
        _("Highest commission"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    currency = models.CharField(max_length=3, default=settings.CURRENCY)
    mode = models.CharField(_("Who chooses"), max_length=10, choices=Mode, blank=True)
    stage = models.CharField(_("Stage when asked"), max_length=12, choices=MerchantStage, blank=True)
    status = models.CharField(_("Status"), max_length=12, choices=RequestStatus, default=RequestStatus.DRAFT)
    status_at = models.DateTimeField(default=timezone.now)
    status_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_at = models.DateTimeField(_("Due"), null=True, blank=True)
    created_at = models.DateTimeField(_("Created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(_("Submitted"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    shortlist_job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "status"], name="help_request_merchant_status"),
            models.Index(fields=["status", "due_at"], name="help_request_by_clock"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RequestStatus.values), name="help_request_status_known"),
            models.CheckConstraint(condition=Q(goal__in=Goal.values), name="help_request_goal_known"),
            models.CheckConstraint(
                condition=Q(target_metric__in=["", *TargetMetric.values]), name="help_request_metric_known"
            ),
            models.CheckConstraint(
                condition=Q(needs__contained_by=list(NEED_LEVELS), needs__len=len(Capability)),
                name="help_request_needs_known",
            ),
            models.CheckConstraint(
                condition=Q(category__in=["", *Category.values], region__in=["", *Region.values]),
                name="help_request_place_known",
            ),
            models.CheckConstraint(
                condition=Q(budget_model__in=["", *BudgetModel.values], mode__in=["", *Mode.values]),
                name="help_request_terms_known",
            ),
            models.CheckConstraint(condition=Q(rooms__range=(1, MAX_ROOMS)), name="help_request_rooms_in_range"),
            models.CheckConstraint(
                condition=Q(budget_min_minor__isnull=True)
                | Q(
                    budget_min_minor__gte=0, budget_max_minor__isnull=False, budget_max_minor__gte=F("budget_min_minor")
                ),
                name="help_request_budget_in_order",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[RequestStatus.DRAFT, RequestStatus.CANCELLED])
                | Q(
                    ~Q(target_metric=""),
                    ~Q(category=""),
                    ~Q(mode=""),
                    ~Q(stage=""),
                    Q(budget_model=BudgetModel.FIXED_FEE, budget_max_minor__isnull=False, budget_max_minor__gt=0)
                    | Q(
                        budget_model=BudgetModel.COMMISSION,
                        commission_max_bp__isnull=False,
                        commission_max_bp__range=(1, 10_000),
                    ),
                    target_amount__isnull=False,
                    target_amount__gt=0,
                    target_by__isnull=False,
                ),
                name="help_request_complete_when_sent",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="help_request_submitted_pair",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[RequestStatus.DRAFT, RequestStatus.CANCELLED]) | Q(submitted_at__isnull=False),
                name="help_request_submitted_once_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        """What people call the request by."""
        return f"R{self.pk:06d}"

    @property
    def needs_by_capability(self) -> dict[str, int]:
        """How much each capability matters."""
        return dict(zip(Capability.values, self.needs, strict=True))

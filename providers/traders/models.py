"""The trader: a person of a provider who operates live rooms."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from providers.enums import Capability
from providers.registry.models import Provider
from providers.traders.enums import TraderLevel, TraderStatus

MAX_LIVE_ROOMS = 5


@pghistory.track()
class Trader(Versioned):
    """A person at one provider; who goes to another provider is registered there anew."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="traders")
    code = models.CharField(_("Code"), max_length=20, unique=True)
    name = models.CharField(_("Name"), max_length=80)
    level = models.CharField(_("Level"), max_length=10, choices=TraderLevel, default=TraderLevel.TRAINEE)
    max_live_rooms = models.PositiveSmallIntegerField(
        _("Live rooms at once"),
        default=MAX_LIVE_ROOMS,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_LIVE_ROOMS)],
    )
    capabilities = ArrayField(
        models.CharField(max_length=20, choices=Capability), verbose_name=_("Capabilities"), size=len(Capability)
    )
    status = models.CharField(_("Status"), max_length=10, choices=TraderStatus, default=TraderStatus.ACTIVE)
    joined_at = models.DateTimeField(_("Joined"), default=timezone.now)
    joined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    left_at = models.DateTimeField(_("Left at"), null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["provider", "status"], name="trader_provider_status")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TraderStatus.values), name="trader_status_known"),
            models.CheckConstraint(condition=Q(level__in=TraderLevel.values), name="trader_level_known"),
            models.CheckConstraint(
                condition=Q(max_live_rooms__range=(1, MAX_LIVE_ROOMS)), name="trader_live_rooms_in_range"
            ),
            models.CheckConstraint(
                condition=Q(capabilities__contained_by=Capability.values, capabilities__len__gte=1),
                name="trader_capabilities_known",
            ),
            models.CheckConstraint(
                condition=(~Q(status=TraderStatus.LEFT) & Q(left_at__isnull=True, left_by__isnull=True))
                | Q(status=TraderStatus.LEFT, left_at__isnull=False, left_by__isnull=False),
                name="trader_left_triple",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

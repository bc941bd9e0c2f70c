"""The provider: the company that serves merchants."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import Versioned
from providers.enums import Category, ProviderType, Region
from providers.registry.enums import ACTIVE, ProviderOrigin, ProviderStatus

PORTAL_CODE = r"^P\d{6,}$"


@pghistory.track()
class Provider(Versioned):
    """A company. `code` is public, `uscc` its unified social credit code; external ones have no uscc and no members."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="provider"
    )
    code = models.CharField(_("Code"), max_length=40, unique=True)
    uscc = models.CharField(_("Unified social credit code"), max_length=18, null=True, blank=True)
    name = models.CharField(_("Company name"), max_length=160)
    introduction = models.TextField(_("Introduction"), max_length=2000, blank=True)
    origin = models.CharField(_("Origin"), max_length=10, choices=ProviderOrigin, default=ProviderOrigin.PORTAL)
    provider_type = models.CharField(_("Type"), max_length=20, choices=ProviderType, default=ProviderType.INTEGRATED)
    category = models.CharField(_("Main category"), max_length=20, choices=Category, default=Category.OTHER)
    region = models.CharField(_("Region"), max_length=20, choices=Region, blank=True)
    registered_at = models.DateTimeField(_("Registered"), default=timezone.now)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("Status"), max_length=12, choices=ProviderStatus, default=ProviderStatus.REGISTERED)
    status_at = models.DateTimeField(default=timezone.now)
    status_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    admitted_at = models.DateTimeField(_("Admitted since"), null=True, blank=True)
    admitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    newcomer_until = models.DateField(_("Newcomer until"), null=True, blank=True)
    leave_from = models.DateField(_("Leave from"), null=True, blank=True)
    leave_until = models.DateField(_("Leave until"), null=True, blank=True)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["status", "category"], name="provider_status_category")]
        constraints = [
            models.UniqueConstraint(fields=["uscc"], name="provider_uscc_once"),
            models.CheckConstraint(condition=Q(status__in=ProviderStatus.values), name="provider_status_known"),
            models.CheckConstraint(condition=Q(provider_type__in=ProviderType.values), name="provider_type_known"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="provider_category_known"),
            models.CheckConstraint(condition=Q(region__in=["", *Region.values]), name="provider_region_known"),
            models.CheckConstraint(
                condition=Q(
                    origin=ProviderOrigin.PORTAL,
                    uscc__isnull=False,
                    organisation__isnull=False,
                    code__regex=PORTAL_CODE,
                )
                | (
                    Q(
                        origin=ProviderOrigin.EXTERNAL,
                        uscc__isnull=True,
                        organisation__isnull=True,
                        status=ProviderStatus.REGISTERED,
                    )
                    & ~Q(code__regex=PORTAL_CODE)
                ),
                name="provider_origin_consistent",
            ),
            models.CheckConstraint(
                condition=Q(admitted_at__isnull=True, admitted_by__isnull=True, newcomer_until__isnull=True)
                | Q(admitted_at__isnull=False, admitted_by__isnull=False, newcomer_until__isnull=False),
                name="provider_admission_triple",
            ),
            models.CheckConstraint(
                condition=Q(status=ProviderStatus.REGISTERED, admitted_at__isnull=True)
                | (~Q(status=ProviderStatus.REGISTERED) & Q(admitted_at__isnull=False)),
                name="provider_admitted_once_past_door",
            ),
            models.CheckConstraint(
                condition=Q(leave_from__isnull=True, leave_until__isnull=True)
                | Q(leave_from__isnull=False, leave_until__isnull=False, leave_until__gte=F("leave_from")),
                name="provider_leave_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_active(self) -> bool:
        """Whether it may work for merchants now."""
        return self.status in ACTIVE

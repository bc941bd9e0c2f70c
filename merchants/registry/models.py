"""The merchant: a shop of the platform."""

import pghistory
from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import Versioned
from merchants.registry.enums import MerchantStage, MerchantType
from providers.enums import Category, Region

SHOP_CODE = r"^[A-Z0-9][A-Z0-9_-]{1,39}$"


@pghistory.track()
class Merchant(Versioned):
    """A shop. `code` is the platform's shop code, by which facts name it; `stage` follows from `followers`."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="merchant")
    code = models.CharField(
        _("Shop code"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(SHOP_CODE, _("Use capital letters, digits, “-” and “_” only, for example M000123."))
        ],
    )
    name = models.CharField(_("Shop name"), max_length=160)
    merchant_type = models.CharField(_("Type"), max_length=20, choices=MerchantType, default=MerchantType.OTHER)
    category = models.CharField(_("Main category"), max_length=20, choices=Category, default=Category.OTHER)
    region = models.CharField(_("Region"), max_length=20, choices=Region, blank=True)
    followers = models.PositiveBigIntegerField(_("Followers"), default=0)
    monthly_gmv_minor = models.BigIntegerField(
        _("Monthly GMV"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, default=settings.CURRENCY)
    stage = models.CharField(_("Stage"), max_length=12, choices=MerchantStage, default=MerchantStage.COLD_START)
    registered_at = models.DateTimeField(_("Registered"), default=timezone.now)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=SHOP_CODE), name="merchant_code_shape"),
            models.CheckConstraint(condition=Q(merchant_type__in=MerchantType.values), name="merchant_type_known"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="merchant_category_known"),
            models.CheckConstraint(condition=Q(region__in=["", *Region.values]), name="merchant_region_known"),
            models.CheckConstraint(
                condition=Q(monthly_gmv_minor__isnull=True) | Q(monthly_gmv_minor__gte=0),
                name="merchant_gmv_positive",
            ),
            models.CheckConstraint(
                condition=Q(stage=MerchantStage.COLD_START, followers__lt=100_000)
                | Q(stage=MerchantStage.GROWTH, followers__gte=100_000, followers__lt=1_000_000)
                | Q(stage=MerchantStage.TRANSITION, followers__gte=1_000_000, followers__lt=5_000_000)
                | Q(stage=MerchantStage.MATURE, followers__gte=5_000_000),
                name="merchant_stage_by_followers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

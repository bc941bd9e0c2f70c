"""Shops that the platform brings in by the hundred, from its own directory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.permissions import check_permission
from accounts.roles import OrganisationKind
from common.audit.services import record_many
from common.exceptions import Conflict
from merchants.registry.enums import stage_of
from merchants.registry.models import Merchant


@dataclass(frozen=True)
class Shop:
    """One row of the directory."""

    code: str
    name: str
    merchant_type: str
    category: str
    region: str
    followers: int
    monthly_gmv_minor: int | None = None


@transaction.atomic
def import_merchants(*, shops: Sequence[Shop], by: User, now: datetime | None = None) -> list[Merchant]:
    """Register many shops at once, without members: all of them or none. A member joins later.

    Raises ValidationError for a wrong value, Conflict when a shop is registered already, NotPermitted.
    """
    now = now or timezone.now()
    check_permission(by, "merchant.register")
    taken = Merchant.objects.filter(code__in=[shop.code for shop in shops]).order_by("code").first()
    if taken is not None:
        raise Conflict(
            _("The shop %(code)s is registered already.") % {"code": taken.code},
            field="code",
            remedy=_("Leave it out and import the rest."),
        )
    organisations = Organisation.objects.bulk_create(
        [Organisation(kind=OrganisationKind.MERCHANT, name=shop.name, created_at=now) for shop in shops]
    )
    merchants = [
        Merchant(
            organisation=organisation,
            code=shop.code,
            name=shop.name,
            merchant_type=shop.merchant_type,
            category=shop.category,
            region=shop.region,
            followers=shop.followers,
            monthly_gmv_minor=shop.monthly_gmv_minor,
            currency=settings.CURRENCY,
            stage=stage_of(shop.followers),
            registered_at=now,
            registered_by=by,
        )
        for shop, organisation in zip(shops, organisations, strict=True)
    ]
    for merchant in merchants:
        merchant.clean_fields()
    created = Merchant.objects.bulk_create(merchants)
    record_many("merchant.import", created, by=by, now=now)
    return created

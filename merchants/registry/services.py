"""Writes about merchants: how a shop comes in and how its own data change."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from accounts.roles import OrganisationKind, Role
from accounts.services import add_member, create_organisation
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput
from common.inserts import insert_once
from common.locks import lock
from merchants.registry.enums import MerchantType, stage_of
from merchants.registry.models import Merchant
from merchants.registry.permissions import check_register

EDITABLE = ("name", "merchant_type", "category", "region", "followers", "monthly_gmv_minor")


@transaction.atomic
def register_merchant(
    *,
    code: str,
    name: str,
    category: str,
    by: User,
    merchant_type: str = MerchantType.OTHER,
    region: str = "",
    followers: int = 0,
    monthly_gmv_minor: int | None = None,
    currency: str = settings.CURRENCY,
    now: datetime | None = None,
) -> Merchant:
    """A shop of the platform enters by its shop code; `by` becomes its owner.

    Raises InvalidInput (field `code`, `name`, `followers`), Conflict when the shop is registered, NotPermitted for
    platform staff.
    """
    now = now or timezone.now()
    check_register(by)
    code, name = code.strip().upper(), _read_name(name)
    if Merchant.objects.filter(code=code).exists():
        raise _already_registered()
    merchant = Merchant(
        code=code,
        name=name,
        merchant_type=merchant_type,
        category=category,
        region=region,
        followers=_read_followers(followers),
        monthly_gmv_minor=monthly_gmv_minor,
        currency=currency,
        stage=stage_of(followers),
        registered_at=now,
        registered_by=by,
    )
    merchant.clean_fields(exclude=["organisation"])
    merchant.organisation = create_organisation(kind=OrganisationKind.MERCHANT, name=name, by=by, now=now)
    insert_once(merchant, or_else=_already_registered())
    add_member(organisation_id=merchant.organisation_id, user=by, role=Role.MERCHANT_OWNER, by=by, now=now)
    record("merchant.register", merchant, by=by, now=now, changes={"code": code, "name": name})
    return merchant


@transaction.atomic
def edit_merchant(
    *, merchant_id: int, changes: dict[str, Any], by: User, version: int | None = None, now: datetime | None = None
) -> Merchant:
    """Change what a shop says about itself; the stage follows the followers.

    Raises InvalidInput for other fields and unknown values, Stale, NotPermitted.
    """
    merchant = lock(Merchant.objects.all(), merchant_id)
    check_permission(by, "merchant.edit", organisation_id=merchant.organisation_id)
    merchant.check_version(version)
    for field in changes:
        if field not in EDITABLE:
            raise InvalidInput(_("This cannot be changed here."), field=field, remedy=_("Ask the platform."))
    if "name" in changes:
        changes = {**changes, "name": _read_name(changes["name"])}
    if "followers" in changes:
        _read_followers(changes["followers"])
    made = {f: [getattr(merchant, f), value] for f, value in changes.items() if getattr(merchant, f) != value}
    if made:
        for field, (_old, value) in made.items():
            setattr(merchant, field, value)
        merchant.stage = stage_of(merchant.followers)
        merchant.save_checked()
        record("merchant.edit", merchant, by=by, now=now, changes=made)
    return merchant


def _read_name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) < 2:
        raise InvalidInput(_("The shop name is missing."), field="name", remedy=_("Give it as the platform shows it."))
    return name


def _read_followers(value: int) -> int:
    if value < 0:
        raise InvalidInput(
            _("The number of followers is negative."), field="followers", remedy=_("Give 0 or a larger number.")
        )
    return value


def _already_registered() -> Conflict:
    return Conflict(
        _("This shop is registered already."),
        field="code",
        remedy=_("Ask its owner to add you, or write to the platform if your shop did not do this."),
    )

"""Writes about providers: how one comes into the registry and how its own data change."""

import re
from datetime import date, datetime

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
from providers.registry.codes import format_code, next_pk, read_uscc
from providers.registry.enums import ProviderOrigin
from providers.registry.models import PORTAL_CODE, Provider
from providers.registry.permissions import check_register

OUTSIDE_CODE = r"\w[\w.\-]{0,39}"
EDITABLE = ("introduction", "provider_type", "category", "region")


@transaction.atomic
def register_provider(
    *,
    uscc: str,
    name: str,
    provider_type: str,
    category: str,
    region: str,
    by: User,
    introduction: str = "",
    now: datetime | None = None,
) -> Provider:
    """A company enters the registry; `by` becomes its owner. It may not work for merchants before it is admitted.

    Raises InvalidInput (field `uscc`, `name` or `region`), Conflict when the company is registered already,
    NotPermitted for platform staff.
    """
    now = now or timezone.now()
    check_register(by)
    number, name = read_uscc(uscc), _read_name(name)
    if not region:
        raise InvalidInput(_("The region is missing."), field="region", remedy=_("Choose where the company works."))
    if Provider.objects.filter(uscc=number).exists():
        raise _already_registered()
    pk = next_pk(Provider)
    provider = Provider(
        pk=pk,
        code=format_code("P", pk),
        uscc=number,
        name=name,
        introduction=introduction.strip(),
        provider_type=provider_type,
        category=category,
        region=region,
        registered_at=now,
        registered_by=by,
        status_at=now,
        status_by=by,
        organisation=create_organisation(kind=OrganisationKind.PROVIDER, name=name, by=by, now=now),
    )
    insert_once(provider, or_else=_already_registered())
    add_member(organisation_id=provider.organisation_id, user=by, role=Role.PROVIDER_OWNER, by=by, now=now)  # type: ignore[arg-type]
    record("provider.register", provider, by=by, now=now, changes={"uscc": number, "name": name})
    return provider


@transaction.atomic
def register_external_provider(*, code: str, name: str, by: User | None, now: datetime | None = None) -> Provider:
    """A provider known from outside data, under the code it has there. `by=None` is the portal's own import.

    Raises InvalidInput (field `code`), Conflict when the code is taken, NotPermitted.
    """
    now = now or timezone.now()
    if by is not None:
        check_permission(by, "provider.register")
    code, name = code.strip(), _read_name(name)
    if not re.fullmatch(OUTSIDE_CODE, code):
        raise InvalidInput(
            _("An outside code has letters, digits, dots, hyphens and underscores."),
            field="code",
            remedy=_("Give the code that the outside data use."),
        )
    if re.search(PORTAL_CODE, code):
        raise InvalidInput(
            _("Codes such as P000123 are given by the portal alone."),
            field="code",
            remedy=_("Put a word before the outside code."),
        )
    taken = Conflict(_("This code is taken."), field="code", remedy=_("Give each provider a code of its own."))
    if Provider.objects.filter(code=code).exists():
        raise taken
    provider = Provider(
        code=code,
        name=name,
        origin=ProviderOrigin.EXTERNAL,
        registered_at=now,
        registered_by=by,
        status_at=now,
        status_by=by,
    )
    insert_once(provider, or_else=taken)
    record("provider.register_external", provider, by=by, now=now, changes={"code": code, "name": name})
    return provider


@transaction.atomic
def edit_provider(
    *, provider_id: int, changes: dict[str, str], by: User, version: int | None = None, now: datetime | None = None
) -> Provider:
    """Change what a company says about itself: introduction, type, main category, region.

    Raises InvalidInput for other fields and unknown values, Stale, NotPermitted.
    """
    provider = lock(Provider.objects.all(), provider_id)
    check_permission(by, "provider.edit", organisation_id=provider.organisation_id)
    provider.check_version(version)
    for field in changes:
        if field not in EDITABLE:
            raise InvalidInput(_("This cannot be changed here."), field=field, remedy=_("Ask the platform."))
    if "region" in changes and not changes["region"]:
        raise InvalidInput(_("The region is missing."), field="region", remedy=_("Choose where the company works."))
    made = {f: [getattr(provider, f), value] for f, value in changes.items() if getattr(provider, f) != value}
    if made:
        for field, (_old, value) in made.items():
            setattr(provider, field, value)
        provider.save_checked()
        record("provider.edit", provider, by=by, now=now, changes=made)
    return provider


@transaction.atomic
def declare_leave(
    *,
    provider_id: int,
    leave_from: date | None,
    leave_until: date | None,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Provider:
    """Say from which to which business day the company pauses; both None takes it back. A pause is never a fault.

    Raises InvalidInput (field `leave_from` or `leave_until`), Stale, NotPermitted.
    """
    provider = lock(Provider.objects.all(), provider_id)
    check_permission(by, "provider.edit", organisation_id=provider.organisation_id)
    provider.check_version(version)
    if (leave_from is None) != (leave_until is None):
        raise InvalidInput(
            _("A leave needs its first and its last day."),
            field="leave_until" if leave_until is None else "leave_from",
            remedy=_("Give both days, or neither."),
        )
    if leave_from and leave_until and leave_until < leave_from:
        raise InvalidInput(
            _("The last day is before the first."), field="leave_until", remedy=_("Give a last day after the first.")
        )
    changes = {"leave_from": [provider.leave_from, leave_from], "leave_until": [provider.leave_until, leave_until]}
    provider.leave_from, provider.leave_until = leave_from, leave_until
    provider.save_checked()
    record("provider.declare_leave", provider, by=by, now=now, changes=changes)
    return provider


def _read_name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) < 2:
        raise InvalidInput(
            _("The company name is missing."), field="name", remedy=_("Give it as the business licence does.")
        )
    return name


def _already_registered() -> Conflict:
    return Conflict(
        _("This company is registered already."),
        field="uscc",
        remedy=_("Ask its owner to add you, or write to the platform if your company did not do this."),
    )

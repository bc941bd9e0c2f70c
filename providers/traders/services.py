"""Writes about traders."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput
from common.locks import lock
from providers.enums import Capability
from providers.registry.codes import format_code, next_pk
from providers.registry.enums import ProviderOrigin, ProviderStatus
from providers.registry.models import Provider
from providers.registry.rejudge_services import ask_rejudge
from providers.traders.claim_services import mark_changed
from providers.traders.employment_services import begin_employment, employer_told, end_employment, take_person
from providers.traders.models import MAX_LIVE_ROOMS, Trader
from providers.traders.permissions import check_act
from providers.traders.policies import check_identity_open, check_working
from providers.traders.states import TRADER

EDITABLE = ("name", "max_live_rooms", "capabilities")


def register_trader(
    *,
    provider_id: int,
    name: str,
    capabilities: Iterable[str],
    by: User,
    identity_number: str = "",
    max_live_rooms: int = MAX_LIVE_ROOMS,
    now: datetime | None = None,
) -> Trader:
    """Add a person to a provider, as a trainee. `max_live_rooms` is 1 to 5; the identity number can be given later.

    Raises InvalidInput (field `name`, `capabilities`, `max_live_rooms` or `identity_number`), Conflict (the person
    works here or elsewhere already, the provider does not take part), NotPermitted.
    """
    now = now or timezone.now()
    with employer_told(by=by, now=now):
        return _register(
            provider_id,
            identity_number.strip(),
            by=by,
            now=now,
            name=_read_name(name),
            capabilities=_read_capabilities(capabilities),
            max_live_rooms=_read_limit(max_live_rooms),
        )


def _register(provider_id: int, identity_number: str, *, by: User, now: datetime, **fields: Any) -> Trader:
    provider = lock(Provider.objects.all(), provider_id)
    check_permission(by, "trader.edit", organisation_id=provider.organisation_id)
    if provider.status == ProviderStatus.CLEARED_OUT or provider.origin == ProviderOrigin.EXTERNAL:
        raise Conflict(_("This provider does not take part any more."), remedy=_("Write to the platform."))
    pk = next_pk(Trader)
    person = take_person(identity_number, by=by, now=now) if identity_number else None
    trader = Trader(
        pk=pk, code=format_code("T", pk), provider=provider, person=person, joined_at=now, joined_by=by, **fields
    )
    trader.full_clean()
    trader.save(force_insert=True)
    if person is not None:
        begin_employment(trader, person)
    record(
        "trader.register",
        trader,
        by=by,
        now=now,
        changes={
            "provider": provider.code,
            "capabilities": trader.capabilities,
            "max_live_rooms": trader.max_live_rooms,
            "identity_number": person.identity_masked if person else "",
        },
    )
    ask_rejudge(provider, now=now)
    return trader


@transaction.atomic
def edit_trader(
    *, trader_id: int, changes: dict[str, Any], by: User, version: int | None = None, now: datetime | None = None
) -> Trader:
    """Change a trader's name, load limit or capabilities. Raises InvalidInput, Conflict, Stale, NotPermitted."""
    now = now or timezone.now()
    trader = lock(Trader.objects.select_related("provider"), trader_id)
    check_permission(by, "trader.edit", organisation_id=trader.provider.organisation_id)
    trader.check_version(version)
    check_working(trader)
    read: dict[str, Callable[[Any], Any]] = {
        "name": _read_name,
        "capabilities": _read_capabilities,
        "max_live_rooms": _read_limit,
    }
    for field in changes:
        if field not in EDITABLE:
            raise InvalidInput(_("This cannot be changed here."), field=field, remedy=_("Ask the platform."))
    new = {field: read[field](value) for field, value in changes.items()}
    made = {field: [getattr(trader, field), value] for field, value in new.items() if getattr(trader, field) != value}
    if "name" in made:
        check_identity_open(trader)
    if made:
        for field, (_old, value) in made.items():
            setattr(trader, field, value)
        trader.save_checked()
        record("trader.edit", trader, by=by, now=now, changes=made)
    if "capabilities" in made:
        mark_changed(trader.provider_id, now=now)
    return trader


@transaction.atomic
def leave_trader(
    *, trader_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Trader:
    """Record that a trader left the provider. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    return _leave("leave", trader_id, by=by, note=note, version=version, now=now)


@transaction.atomic
def release_trader(
    *, trader_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Trader:
    """The platform records the leaving where a provider does not, so that the person can work elsewhere.

    Raises IllegalTransition, InvalidInput, Stale, NotPermitted.
    """
    return _leave("release", trader_id, by=by, note=note, version=version, now=now)


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Trader]] = {"leave": leave_trader, "release": release_trader}


def _leave(action: str, trader_id: int, *, by: User, note: str, version: int | None, now: datetime | None) -> Trader:
    now = now or timezone.now()
    trader = lock(Trader.objects.select_related("provider"), trader_id)
    trader.check_version(version)
    row = TRADER.check(trader, action, note=note)
    check_act(by, trader, row)
    trader.status, trader.left_at, trader.left_by = row.to, now, by
    trader.save_checked()
    end_employment(trader, now=now)
    record(row.audit, trader, by=by, note=note.strip(), now=now)
    mark_changed(trader.provider_id, now=now)
    return trader


def _read_name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise InvalidInput(_("The name is missing."), field="name", remedy=_("Give the trader's name."))
    return name


def _read_limit(value: int) -> int:
    if not 1 <= value <= MAX_LIVE_ROOMS:
        raise InvalidInput(
            _("A trader runs 1 to %(most)s live rooms at once.") % {"most": MAX_LIVE_ROOMS},
            field="max_live_rooms",
            remedy=_("Give a whole number in this range."),
        )
    return value


def _read_capabilities(given: Iterable[str]) -> list[str]:
    wanted = set(given)
    if not wanted or wanted - set(Capability.values):
        raise InvalidInput(
            _("A trader needs at least one of the five capabilities, and no other."),
            field="capabilities",
            remedy=_("Choose from the list."),
        )
    return [value for value in Capability.values if value in wanted]

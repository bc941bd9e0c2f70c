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
from providers.registry.permissions import check_unbiased
from providers.traders.enums import TraderLevel, TraderStatus
from providers.traders.models import MAX_LIVE_ROOMS, Trader
from providers.traders.permissions import check_act
from providers.traders.states import TRADER

EDITABLE = ("name", "max_live_rooms", "capabilities")


@transaction.atomic
def register_trader(
    *,
    provider_id: int,
    name: str,
    capabilities: Iterable[str],
    by: User,
    max_live_rooms: int = MAX_LIVE_ROOMS,
    now: datetime | None = None,
) -> Trader:
    """Add a person to a provider, as a trainee. `max_live_rooms` is 1 to 5.

    Raises InvalidInput (field `name`, `capabilities` or `max_live_rooms`), Conflict, NotPermitted.
    """
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    check_permission(by, "trader.edit", organisation_id=provider.organisation_id)
    if provider.status == ProviderStatus.CLEARED_OUT or provider.origin == ProviderOrigin.EXTERNAL:
        raise Conflict(_("This provider does not take part any more."), remedy=_("Write to the platform."))
    pk = next_pk(Trader)
    trader = Trader(
        pk=pk,
        code=format_code("T", pk),
        provider=provider,
        name=_read_name(name),
        capabilities=_read_capabilities(capabilities),
        max_live_rooms=_read_limit(max_live_rooms),
        joined_at=now,
        joined_by=by,
    )
    trader.full_clean()
    trader.save(force_insert=True)
    record(
        "trader.register",
        trader,
        by=by,
        now=now,
        changes={
            "provider": provider.code,
            "capabilities": trader.capabilities,
            "max_live_rooms": trader.max_live_rooms,
        },
    )
    return trader


@transaction.atomic
def edit_trader(
    *, trader_id: int, changes: dict[str, Any], by: User, version: int | None = None, now: datetime | None = None
) -> Trader:
    """Change a trader's name, load limit or capabilities. Raises InvalidInput, Conflict, Stale, NotPermitted."""
    trader = lock(Trader.objects.select_related("provider"), trader_id)
    check_permission(by, "trader.edit", organisation_id=trader.provider.organisation_id)
    trader.check_version(version)
    if trader.status == TraderStatus.LEFT:
        raise Conflict(
            _("This trader has left, the record stays as it was."),
            remedy=_("Register the person anew when he or she comes back."),
        )
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
    if made:
        for field, (_old, value) in made.items():
            setattr(trader, field, value)
        trader.save_checked()
        record("trader.edit", trader, by=by, now=now, changes=made)
    return trader


@transaction.atomic
def leave_trader(
    *, trader_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Trader:
    """Record that a trader left the provider. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    now = now or timezone.now()
    trader = lock(Trader.objects.select_related("provider"), trader_id)
    trader.check_version(version)
    row = TRADER.check(trader, "leave", note=note)
    check_act(by, trader, row)
    trader.status, trader.left_at, trader.left_by = row.to, now, by
    trader.save_checked()
    record(row.audit, trader, by=by, note=note.strip(), now=now)
    return trader


@transaction.atomic
def certify_trader(
    *, trader_id: int, level: str, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Trader:
    """Set the level that the platform certifies. Raises InvalidInput (field `level` or `note`), Conflict, Stale,
    NotPermitted."""
    trader = lock(Trader.objects.select_related("provider"), trader_id)
    trader.check_version(version)
    check_permission(by, "trader.certify")
    check_unbiased(by, trader.provider)
    if level not in TraderLevel.values:
        raise InvalidInput(_("There is no such level."), field="level", remedy=_("Choose one of the listed levels."))
    if not note.strip():
        raise InvalidInput(
            _("This decision needs a reason."),
            field="note",
            remedy=_("Say what the level rests on."),
            code="note_required",
        )
    if trader.status == TraderStatus.LEFT:
        raise Conflict(_("This trader has left."), remedy=_("Certify the person at the present provider."))
    before, trader.level = trader.level, level
    trader.save_checked()
    record("trader.certify", trader, by=by, note=note.strip(), now=now, changes={"level": [before, level]})
    return trader


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Trader]] = {"leave": leave_trader}


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

"""Writes about the verification of a trader: the provider asks, the platform decides."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.notices.services import send_notice
from common.audit.services import record
from common.locks import lock
from providers.traders.claim_services import mark_changed
from providers.traders.models import Trader
from providers.traders.permissions import check_verify
from providers.traders.states import VERIFICATION, verification_of


@transaction.atomic
def ask_verification(
    *, trader_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Trader:
    """The provider asks the platform to check who the trader is.

    Raises IllegalTransition, InvalidInput without an identity number, Conflict when the trader left, Stale,
    NotPermitted.
    """
    return _move("ask", trader_id, by=by, note=note, version=version, now=now or timezone.now())


@transaction.atomic
def verify_trader(
    *, trader_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Trader:
    """The trader is the person whose number was given. Raises IllegalTransition, Conflict, Stale, NotPermitted."""
    now = now or timezone.now()
    trader = _move("verify", trader_id, by=by, note=note, version=version, now=now)
    mark_changed(trader.provider_id, now=now)
    _tell("trader_verified", trader, now=now)
    return trader


@transaction.atomic
def refuse_trader(
    *, trader_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Trader:
    """The check failed, for the given reason; the provider may ask again.

    Raises IllegalTransition, InvalidInput without a reason, Conflict, Stale, NotPermitted.
    """
    now = now or timezone.now()
    trader = _move("refuse", trader_id, by=by, note=note, version=version, now=now)
    mark_changed(trader.provider_id, now=now)
    _tell("trader_refused", trader, now=now, reason=trader.verification_note)
    return trader


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Trader]] = {
    "ask": ask_verification,
    "verify": verify_trader,
    "refuse": refuse_trader,
}


def _move(action: str, trader_id: int, *, by: User, note: str, version: int | None, now: datetime) -> Trader:
    trader = lock(Trader.objects.select_related("provider"), trader_id)
    trader.check_version(version)
    row = VERIFICATION.check(verification_of(trader), action, note=note)
    check_verify(by, trader, row)
    trader.verification, trader.verification_at, trader.verification_by = row.to, now, by
    trader.verification_note = note.strip()
    trader.save_checked()
    record(row.audit, trader, by=by, note=note.strip(), now=now)
    return trader


def _tell(kind: str, trader: Trader, *, now: datetime, **parameters: Any) -> None:
    send_notice(
        kind,
        organisation_id=trader.provider.organisation_id,
        now=now,
        code=trader.code,
        name=trader.name,
        **parameters,
    )

"""Writes about certificates; a trader's level follows from the valid one."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict, InvalidInput, NotFound
from common.locks import lock
from providers.enums import Capability
from providers.traders.certificates import LIFETIME_MONTHS, due_notice, expiry_of
from providers.traders.claim_services import mark_changed
from providers.traders.enums import CertificateStatus, TraderLevel, TraderStatus
from providers.traders.models import Certificate, Trader
from providers.traders.permissions import check_act, check_certify
from providers.traders.selectors import certificates_to_watch
from providers.traders.states import CERTIFICATE

log = structlog.get_logger(__name__)


@transaction.atomic
def certify_trader(
    *,
    trader_id: int,
    level: str,
    by: User,
    note: str,
    capabilities: Iterable[str] | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Certificate:
    """Issue a certificate of `level` for `capabilities`, all of the trader's unless said otherwise. It supersedes the
    valid one and holds as long as its level says.

    Raises InvalidInput (field `level`, `capabilities` or `note`), Conflict (not verified, left), Stale, NotPermitted.
    """
    now = now or timezone.now()
    trader = lock(Trader.objects.select_related("provider"), trader_id)
    trader.check_version(version)
    check_certify(by, trader)
    if level not in LIFETIME_MONTHS:
        raise InvalidInput(_("There is no such level."), field="level", remedy=_("Choose one of the listed levels."))
    if not note.strip():
        raise InvalidInput(
            _("This decision needs a reason."),
            field="note",
            remedy=_("Say what the level rests on."),
            code="note_required",
        )
    covered = _read_covered(trader, capabilities)
    today = business_day(now)
    for old in trader.certificates.select_for_update().filter(status=CertificateStatus.VALID):
        _close(old, "supersede", by=by, note="", now=now)
    certificate = Certificate(
        trader=trader,
        level=level,
        capabilities=covered,
        issued_on=today,
        issued_by=by,
        expires_on=expiry_of(level, today),
        note=note.strip(),
        status_at=now,
        status_by=by,
    )
    certificate.full_clean()
    certificate.save(force_insert=True)
    _set_level(trader, level, action="trader.certify", by=by, note=note, now=now)
    _tell("certificate_issued", certificate, now=now, expires_on=certificate.expires_on.isoformat())
    return certificate


@transaction.atomic
def revoke_certificate(
    *, certificate_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Certificate:
    """Take a certificate back, with a reason; the trader is a trainee again.

    Raises IllegalTransition, InvalidInput without a reason, Stale, NotPermitted.
    """
    now = now or timezone.now()
    trader, certificate = _lock_both(certificate_id)
    certificate.check_version(version)
    check_act(by, trader, CERTIFICATE.check(certificate, "revoke", note=note))
    _close(certificate, "revoke", by=by, note=note, now=now)
    _set_level(trader, TraderLevel.TRAINEE, action="trader.lose_level", by=by, note=note, now=now)
    _tell("certificate_revoked", certificate, now=now, reason=certificate.status_note)
    return certificate


@transaction.atomic
def expire_certificate(*, certificate_id: int, now: datetime | None = None) -> Certificate:
    """Close a certificate whose last day is over. Raises IllegalTransition, Conflict when it still holds."""
    now = now or timezone.now()
    trader, certificate = _lock_both(certificate_id)
    row = CERTIFICATE.check(certificate, "expire")
    if business_day(now) < certificate.expires_on:
        raise Conflict(_("This certificate still holds."), remedy=_("Wait for its last day."))
    _close(certificate, row.action, by=None, note="", now=now)
    _set_level(trader, TraderLevel.TRAINEE, action="trader.lose_level", by=None, note="", now=now)
    if trader.status == TraderStatus.ACTIVE:
        _tell("certificate_expired", certificate, now=now, expires_on=certificate.expires_on.isoformat())
    return certificate


@transaction.atomic
def announce_expiry(*, certificate_id: int, now: datetime | None = None) -> bool:
    """Tell the provider that a certificate ends soon, once for each announced distance; whether it was told now."""
    now = now or timezone.now()
    trader, certificate = _lock_both(certificate_id)
    days = due_notice(certificate.expires_on, business_day(now), certificate.noticed_days)
    if certificate.status != CertificateStatus.VALID or trader.status != TraderStatus.ACTIVE or days is None:
        return False
    certificate.noticed_days = days
    certificate.save_checked()
    record("certificate.announce_expiry", certificate, by=None, now=now, changes={"noticed_days": days})
    _tell("certificate_due", certificate, now=now, expires_on=certificate.expires_on.isoformat())
    return True


def watch_certificates(*, now: datetime | None = None) -> dict[str, int]:
    """Close what has expired and announce what will, each certificate in a transaction of its own; gives how many.

    Race: a reviewer who revokes or renews at the same moment. The row's lock decides; the watch goes on.
    """
    now = now or timezone.now()
    today = business_day(now)
    expired = announced = 0
    for pk, expires_on in certificates_to_watch(today).values_list("pk", "expires_on"):
        try:
            if expires_on <= today:
                expire_certificate(certificate_id=pk, now=now)
                expired += 1
            else:
                announced += announce_expiry(certificate_id=pk, now=now)
        except Conflict:
            log.info("certificate was closed by somebody else", certificate=pk)
    return {"expired": expired, "announced": announced}


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Certificate]] = {"revoke": revoke_certificate}


def _lock_both(certificate_id: int) -> tuple[Trader, Certificate]:
    found = Certificate.objects.filter(pk=certificate_id).first()
    if found is None:
        raise NotFound()
    trader = lock(Trader.objects.select_related("provider"), found.trader_id)
    certificate = lock(Certificate.objects.all(), certificate_id)
    certificate.trader = trader
    return trader, certificate


def _close(certificate: Certificate, action: str, *, by: User | None, note: str, now: datetime) -> None:
    row = CERTIFICATE.check(certificate, action, note=note)
    certificate.status, certificate.status_at, certificate.status_by = row.to, now, by
    certificate.status_note = note.strip()
    certificate.save_checked()
    record(row.audit, certificate, by=by, note=note.strip(), now=now)


def _set_level(trader: Trader, level: str, *, action: str, by: User | None, note: str, now: datetime) -> None:
    before, trader.level = trader.level, level
    trader.save_checked()
    record(action, trader, by=by, note=note.strip(), now=now, changes={"level": [before, level]})
    mark_changed(trader.provider_id, now=now)


def _read_covered(trader: Trader, given: Iterable[str] | None) -> list[str]:
    wanted = set(trader.capabilities if given is None else given)
    if not wanted or wanted - set(trader.capabilities):
        raise InvalidInput(
            _("A certificate covers at least one capability of the trader, and no other."),
            field="capabilities",
            remedy=_("Choose among the capabilities that the provider gave for this trader."),
        )
    return [value for value in Capability.values if value in wanted]


def _tell(kind: str, certificate: Certificate, *, now: datetime, **parameters: Any) -> None:
    trader = certificate.trader
    send_notice(
        kind,
        organisation_id=trader.provider.organisation_id,
        now=now,
        code=trader.code,
        name=trader.name,
        **parameters,
    )

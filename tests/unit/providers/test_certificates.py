"""Verification and certificates: who decides, what follows, and the clocks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.notices.models import Notice
from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from providers.traders import certificate_services, services, verification_services
from providers.traders.certificates import due_notice, expiry_of
from providers.traders.models import Certificate, Trader
from providers.traders.tasks import watch_certificates
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import (
    make_certified_trader,
    make_identity_number,
    make_provider,
    make_trader,
    make_verified_trader,
    owner_of,
    unchanged,
)

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def kinds(trader: Trader) -> list[str]:
    """What the provider was told, oldest first."""
    sent = Notice.objects.filter(organisation=trader.provider.organisation).order_by("pk")
    return [notice.kind for notice in sent]


@pytest.mark.parametrize(
    ("level", "issued_on", "expires_on"),
    [
        ("certified", date(2026, 3, 1), date(2027, 3, 1)),
        ("senior", date(2026, 3, 1), date(2027, 9, 1)),
        ("senior", date(2026, 8, 31), date(2028, 2, 29)),
        ("senior", date(2025, 8, 31), date(2027, 2, 28)),
        ("gold", date(2026, 12, 31), date(2028, 12, 31)),
        ("certified", date(2024, 2, 29), date(2025, 2, 28)),
    ],
)
def test_lifetimes(level: str, issued_on: date, expires_on: date) -> None:
    assert expiry_of(level, issued_on) == expires_on


@pytest.mark.parametrize(
    ("days", "noticed", "due"),
    [
        (31, None, None),
        (30, None, 30),
        (30, 30, None),
        (15, 30, None),
        (14, 30, 14),
        (14, 14, None),
        (7, 14, 7),
        (1, 7, None),
        (5, None, 7),
        (10, None, 14),
    ],
)
def test_each_distance_is_announced_once(days: int, noticed: int | None, due: int | None) -> None:
    today = date(2026, 3, 1)
    assert due_notice(today + timedelta(days=days), today, noticed) == due


@pytest.mark.django_db
def test_verification() -> None:
    provider, reviewer = make_provider(), make_staff()
    owner = owner_of(provider)
    trader = make_trader(provider, identity_number=make_identity_number(1))
    trader = verification_services.ask_verification(trader_id=trader.pk, by=owner, version=1, now=NOON)
    assert (trader.verification, trader.verification_by, trader.version) == ("asked", owner, 2)
    note = "The photograph does not match."
    trader = verification_services.refuse_trader(trader_id=trader.pk, by=reviewer, note=note, now=NOON)
    assert (trader.verification, trader.verification_note) == ("refused", note)
    verification_services.ask_verification(trader_id=trader.pk, by=owner, now=NOON)
    trader = verification_services.verify_trader(trader_id=trader.pk, by=reviewer, now=NOON)
    assert (trader.verification, trader.verification_at, trader.verification_by) == ("verified", NOON, reviewer)
    assert (trader.verification_note, trader.version) == ("", 5)
    steps = entries_of(trader).order_by("pk").values_list("action", flat=True)
    assert list(steps)[1:] == ["trader.ask", "trader.refuse", "trader.ask", "trader.verify"]
    assert kinds(trader) == ["trader_refused", "trader_verified"]
    assert note in Notice.objects.get(kind="trader_refused").text


@pytest.mark.django_db
def test_refused_verifications() -> None:
    provider, reviewer, insider = make_provider(), make_staff(), make_staff()
    make_member(provider.organisation, Role.PROVIDER_TRADER, insider)
    owner = owner_of(provider)
    unknown = make_trader(provider)
    trader = make_trader(provider, identity_number=make_identity_number(1))
    asked = make_trader(provider, identity_number=make_identity_number(2))
    gone = make_trader(provider, identity_number=make_identity_number(3))
    for each in (asked, gone):
        verification_services.ask_verification(trader_id=each.pk, by=owner)
    services.leave_trader(trader_id=gone.pk, by=owner, note="Left.")
    ask, verify, refuse = (verification_services.ACTIONS[name] for name in ("ask", "verify", "refuse"))
    attempts: list[tuple[Any, Trader, dict[str, Any], type[Exception]]] = [
        (ask, unknown, {"by": owner}, InvalidInput),
        (ask, asked, {"by": owner}, IllegalTransition),
        (ask, trader, {"by": reviewer}, NotPermitted),
        (ask, trader, {"by": owner, "version": 9}, Stale),
        (verify, trader, {"by": reviewer}, IllegalTransition),
        (verify, asked, {"by": owner}, NotPermitted),
        (verify, asked, {"by": insider}, NotPermitted),
        (verify, asked, {"by": make_staff(Role.CONDUCT_OFFICER)}, NotPermitted),
        (verify, gone, {"by": reviewer}, Conflict),
        (refuse, asked, {"by": reviewer, "note": " "}, InvalidInput),
    ]
    with unchanged():
        for service, subject, fields, error in attempts:
            with pytest.raises(error):
                service(trader_id=subject.pk, **{"note": "", **fields})


@pytest.mark.django_db
def test_certify() -> None:
    trader, reviewer = make_verified_trader(make_provider()), make_staff()
    certificate = certificate_services.certify_trader(
        trader_id=trader.pk, level="gold", by=reviewer, note=" Examined. ", version=3, now=NOON
    )
    trader.refresh_from_db()
    assert (trader.level, trader.version) == ("gold", 4)
    assert (certificate.issued_on, certificate.expires_on) == (date(2026, 3, 1), date(2028, 3, 1))
    assert (certificate.issued_by, certificate.note, certificate.status) == (reviewer, "Examined.", "valid")
    assert certificate.capabilities == ["live_operations"]
    entry = entries_of(trader).latest("pk")
    assert (entry.action, entry.note, entry.changes) == ("trader.certify", "Examined.", {"level": ["trainee", "gold"]})
    assert kinds(trader)[-1] == "certificate_issued"


@pytest.mark.django_db
def test_a_new_certificate_supersedes_the_valid_one() -> None:
    trader = make_certified_trader(make_provider(), level="gold", now=NOON)
    later = NOON + timedelta(days=100)
    certificate_services.certify_trader(
        trader_id=trader.pk, level="senior", by=make_staff(), note="Fewer rooms.", now=later
    )
    found = trader.certificates.order_by("pk").values_list("level", "status", "status_at")
    assert list(found) == [("gold", "superseded", later), ("senior", "valid", later)]
    trader.refresh_from_db()
    assert trader.level == "senior"


@pytest.mark.django_db
def test_bad_certifications() -> None:
    provider, reviewer, insider = make_provider(), make_staff(), make_staff()
    make_member(provider.organisation, Role.PROVIDER_TRADER, insider)
    trader, plain, gone = make_verified_trader(provider), make_trader(provider), make_verified_trader(provider)
    services.leave_trader(trader_id=gone.pk, by=owner_of(provider), note="Left.")
    good = {"level": "gold", "by": reviewer, "note": "Examined."}
    attempts: list[tuple[Trader, dict[str, Any], type[Exception], str | None]] = [
        (trader, {"level": "legend"}, InvalidInput, "level"),
        (trader, {"level": "trainee"}, InvalidInput, "level"),
        (trader, {"note": " "}, InvalidInput, "note"),
        (trader, {"capabilities": ["supply_chain"]}, InvalidInput, "capabilities"),
        (trader, {"capabilities": []}, InvalidInput, "capabilities"),
        (trader, {"by": owner_of(provider)}, NotPermitted, None),
        (trader, {"by": make_staff(Role.AUDITOR)}, NotPermitted, None),
        (trader, {"by": insider}, NotPermitted, None),
        (trader, {"version": 9}, Stale, None),
        (plain, {}, Conflict, None),
        (gone, {}, Conflict, None),
    ]
    with unchanged():
        for subject, change, error, field in attempts:
            with pytest.raises(error) as refusal:
                certificate_services.certify_trader(trader_id=subject.pk, **{**good, **change})
            assert getattr(refusal.value, "field", None) == field


@pytest.mark.django_db
def test_revoke() -> None:
    trader, reviewer, insider = make_certified_trader(make_provider(), level="senior"), make_staff(), make_staff()
    make_member(trader.provider.organisation, Role.PROVIDER_TRADER, insider)
    key = trader.certificates.get().pk
    attempts: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"note": ""}, InvalidInput),
        ({"by": insider}, NotPermitted),
        ({"by": owner_of(trader.provider)}, NotPermitted),
        ({"by": make_staff(Role.CONDUCT_OFFICER)}, NotPermitted),
        ({"version": 4}, Stale),
        ({"certificate_id": 0}, NotFound),
    ]
    good = {"certificate_id": key, "by": reviewer, "note": "The examination was taken by somebody else."}
    with unchanged():
        for change, error in attempts:
            with pytest.raises(error):
                certificate_services.revoke_certificate(**{**good, **change})
    certificate = certificate_services.revoke_certificate(**good, version=1)
    assert (certificate.status, certificate.status_by, certificate.status_note) == ("revoked", reviewer, good["note"])
    trader.refresh_from_db()
    assert trader.level == "trainee"
    assert kinds(trader)[-2:] == ["certificate_revoked", "claim_unsupported_live_operations"][::-1]
    with unchanged(), pytest.raises(IllegalTransition):
        certificate_services.revoke_certificate(**good)


@pytest.mark.django_db
def test_the_clocks() -> None:
    trader = make_certified_trader(make_provider(), now=NOON)
    end = datetime(2027, 3, 1, 4, tzinfo=UTC)
    told = len(kinds(trader))
    for days, expected in (
        (31, {"expired": 0, "announced": 0}),
        (30, {"expired": 0, "announced": 1}),
        (29, {"expired": 0, "announced": 0}),
        (12, {"expired": 0, "announced": 1}),
        (7, {"expired": 0, "announced": 1}),
        (1, {"expired": 0, "announced": 0}),
        (0, {"expired": 1, "announced": 0}),
        (-1, {"expired": 0, "announced": 0}),
    ):
        assert certificate_services.watch_certificates(now=end - timedelta(days=days)) == expected, days
    assert kinds(trader)[told:] == [
        *["certificate_due"] * 3,
        "claim_unsupported_live_operations",
        "certificate_expired",
    ]
    certificate = trader.certificates.get()
    assert (certificate.status, certificate.status_at, certificate.status_by) == ("expired", end, None)
    trader.refresh_from_db()
    assert trader.level == "trainee"


@pytest.mark.django_db
def test_a_certificate_holds_through_its_last_day() -> None:
    key = make_certified_trader(make_provider(), now=NOON).certificates.get().pk
    with unchanged(), pytest.raises(Conflict):
        certificate_services.expire_certificate(certificate_id=key, now=datetime(2027, 2, 28, 15, 59, tzinfo=UTC))
    certificate_services.expire_certificate(certificate_id=key, now=datetime(2027, 2, 28, 16, tzinfo=UTC))
    assert Certificate.objects.get().status == "expired"


@pytest.mark.django_db
def test_nobody_is_told_about_who_left() -> None:
    trader = make_certified_trader(make_provider(), now=NOON)
    services.leave_trader(trader_id=trader.pk, by=owner_of(trader.provider), note="Left.", now=NOON)
    told = kinds(trader)
    for days in (20, 0):
        certificate_services.watch_certificates(now=datetime(2027, 3, 1, 4, tzinfo=UTC) - timedelta(days=days))
    assert kinds(trader) == told
    assert trader.certificates.get().status == "expired"


@pytest.mark.django_db
def test_the_task_of_the_night() -> None:
    trader = make_certified_trader(make_provider(), now=datetime(2020, 3, 1, 4, tzinfo=UTC))
    watch_certificates.delay()
    assert trader.certificates.get().status == "expired"

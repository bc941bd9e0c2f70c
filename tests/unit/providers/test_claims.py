"""What a provider can claim through its people, and what happens when one of them changes."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.utils.translation import override

from accounts.notices.models import Notice
from accounts.notices.texts import fill
from common.audit.selectors import entries_of
from providers.registry.models import Provider
from providers.traders import certificate_services, claim_services, services
from providers.traders.claims import claims_of, has_fallen, holders_of, judge_claims
from providers.traders.models import CapabilityClaim
from providers.traders.notices import NOTICES
from providers.traders.signals import SIGNALS, collect_signals
from tests.factories.accounts import make_staff
from tests.factories.providers import (
    make_certified_trader,
    make_provider,
    make_trader,
    make_verified_trader,
    owner_of,
)

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
TODAY = date(2026, 3, 1)
BOTH = ["supply_chain", "live_operations"]


def stored(provider: Provider) -> dict[str, tuple[str, int]]:
    """Status and traders of every stored claim that somebody holds."""
    return {claim.capability: (claim.status, claim.traders) for claim in provider.claims.filter(traders__gt=0)}


def falls(provider: Provider) -> list[str]:
    sent = Notice.objects.filter(organisation=provider.organisation, kind__startswith="claim_").order_by("pk")
    return [notice.kind for notice in sent]


def test_judging() -> None:
    covers = [("certified", BOTH), ("gold", ["live_operations", "live_operations"]), ("trainee", ["traffic_marketing"])]
    claims = judge_claims(covers)
    assert [(str(c.capability), c.certified, c.senior, c.gold, str(c.status)) for c in claims] == [
        ("traffic_marketing", 0, 0, 0, "unsupported"),
        ("anchor_incubation", 0, 0, 0, "unsupported"),
        ("service_fulfilment", 0, 0, 0, "unsupported"),
        ("supply_chain", 1, 0, 0, "thin"),
        ("live_operations", 1, 0, 1, "supported"),
    ]


def test_cases_count_when_they_are_given() -> None:
    claims = {str(claim.capability): claim for claim in judge_claims([("senior", BOTH)], cases={"supply_chain"})}
    assert (claims["supply_chain"].status, claims["live_operations"].status) == ("thin", "unsupported")
    assert claims["live_operations"].traders == 1


@pytest.mark.parametrize(
    ("before", "after", "fallen"),
    [
        ("supported", "thin", True),
        ("supported", "unsupported", True),
        ("thin", "unsupported", True),
        ("thin", "supported", False),
        ("unsupported", "thin", False),
        ("thin", "thin", False),
    ],
)
def test_falling(before: str, after: str, fallen: bool) -> None:
    assert has_fallen(before, after) is fallen


@pytest.mark.django_db
def test_only_verified_and_currently_certified_traders_who_work_there_count() -> None:
    provider = make_provider()
    make_trader(provider)
    make_verified_trader(provider)
    holder = make_certified_trader(provider, capabilities=BOTH, now=NOON)
    gone = make_certified_trader(provider, now=NOON)
    make_certified_trader(make_provider(), now=NOON)
    services.leave_trader(trader_id=gone.pk, by=owner_of(provider), note="Left.", now=NOON)
    held = {str(claim.capability): claim.traders for claim in claims_of(provider.pk, today=TODAY) if claim.traders}
    assert held == {"supply_chain": 1, "live_operations": 1}
    holders = holders_of(provider.pk, today=TODAY)
    assert [certificate.trader for certificate in holders["supply_chain"]] == [holder]
    assert holders["traffic_marketing"] == []
    # The night that closes it may come late: the day alone ends a certificate.
    end = date(2027, 3, 1)
    assert [claim.traders for claim in claims_of(provider.pk, today=end - timedelta(days=1))] == [0, 0, 0, 1, 1]
    assert [claim.traders for claim in claims_of(provider.pk, today=end)] == [0, 0, 0, 0, 0]


@pytest.mark.django_db
def test_everything_that_depends_on_a_trader_is_judged_anew() -> None:
    provider, reviewer = make_provider(), make_staff()
    owner = owner_of(provider)
    first = make_certified_trader(provider, capabilities=BOTH, now=NOON)
    assert stored(provider) == {"supply_chain": ("thin", 1), "live_operations": ("thin", 1)}
    second = make_certified_trader(provider, level="gold", capabilities=BOTH, now=NOON)
    assert stored(provider) == {"supply_chain": ("supported", 2), "live_operations": ("supported", 2)}
    assert falls(provider) == []

    services.edit_trader(trader_id=first.pk, changes={"capabilities": ["live_operations"]}, by=owner, now=NOON)
    assert stored(provider)["supply_chain"] == ("thin", 1)
    assert falls(provider) == ["claim_thin_supply_chain"]

    key = second.certificates.get().pk
    certificate_services.revoke_certificate(certificate_id=key, by=reviewer, note="Fake.", now=NOON)
    assert stored(provider) == {"live_operations": ("thin", 1)}
    assert falls(provider)[1:] == ["claim_unsupported_supply_chain", "claim_thin_live_operations"]

    services.leave_trader(trader_id=first.pk, by=owner, note="Left.", now=NOON + timedelta(days=3))
    assert stored(provider) == {}
    claim = provider.claims.get(capability="live_operations")
    assert (claim.since, claim.as_of) == (date(2026, 3, 4), date(2026, 3, 4))
    assert falls(provider)[3:] == ["claim_unsupported_live_operations"]
    judged = [entry.changes["status"] for entry in entries_of(claim).order_by("pk")]
    assert judged == [
        ["unsupported", "thin"],
        ["thin", "supported"],
        ["supported", "thin"],
        ["thin", "unsupported"],
    ]


@pytest.mark.django_db
def test_old_claims_stay_in_the_history() -> None:
    trader = make_certified_trader(make_provider(), now=NOON)
    services.leave_trader(trader_id=trader.pk, by=owner_of(trader.provider), note="Left.", now=NOON)
    claim = trader.provider.claims.get(capability="live_operations")
    events = claim.events.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [event.status for event in events] == ["unsupported", "thin", "unsupported"]


@pytest.mark.django_db(transaction=True)
def test_claims_are_judged_inside_a_mutation_only() -> None:
    provider = make_provider()
    with pytest.raises(RuntimeError):
        claim_services.mark_changed(provider.pk, now=NOON)
    assert not CapabilityClaim.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_every_notice_has_its_words(kind: str, language: str) -> None:
    values = {"name": "Chen Wei", "code": "T000001", "reason": "Because.", "expires_on": "2026-03-01"}
    with override(language):
        text = fill(NOTICES[kind].title, values), fill(NOTICES[kind].text, values)
    assert all(text)
    assert not any("%" in words or "{" in words for words in text)


@pytest.mark.django_db
def test_signals(django_assert_num_queries: object) -> None:
    full, empty = make_provider(), make_provider()
    make_trader(full)
    make_verified_trader(full)
    make_certified_trader(full, capabilities=BOTH, now=NOON)
    make_certified_trader(full, level="gold", now=NOON)
    make_certified_trader(full, now=NOON - timedelta(days=400))
    ids = np.array([empty.pk, full.pk], dtype=np.int64)
    certificate_services.watch_certificates(now=NOON)
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = collect_signals(ids, TODAY)
    assert {name: list(values) for name, values in found.items()} == {
        "traders_active": [0, 5],
        "traders_verified": [0, 4],
        "traders_certified": [0, 2],
        "traders_senior": [0, 1],
        "certificates_expired": [0, 1],
        "claims_supported": [0, 1],
        "claims_thin": [0, 1],
    }
    assert set(found) == {signal.name for signal in SIGNALS}

"""The same person, the same trader, the same provider, from two connections at once."""

from datetime import date

import pytest

from accounts.notices.models import Notice
from common.exceptions import IllegalTransition
from providers.traders import certificate_services as certificates
from providers.traders.employment_services import EmployedElsewhere, give_identity
from providers.traders.models import Certificate, Employment, Person, Trader
from providers.traders.services import leave_trader, register_trader
from tests.concurrency.test_admission import run_at_once, split
from tests.factories.accounts import make_staff
from tests.factories.providers import (
    make_certified_trader,
    make_identity_number,
    make_provider,
    make_trader,
    make_verified_trader,
    owner_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_providers_register_the_same_person_at_once() -> None:
    providers = [make_provider() for _ in range(2)]
    for round_ in range(4):
        number = make_identity_number(round_, born=date(1985, 5, 5))
        won, lost = split(
            run_at_once(
                [
                    lambda provider=provider, number=number: register_trader(
                        provider_id=provider.pk,
                        name="Chen Wei",
                        capabilities=["live_operations"],
                        identity_number=number,
                        by=owner_of(provider),
                    )
                    for provider in providers
                ]
            )
        )
        assert (len(won), [type(refusal) for refusal in lost]) == (1, [EmployedElsewhere])
        employment = Employment.objects.get(person=won[0].person)
        assert (employment.trader, employment.provider) == (won[0], won[0].provider)
        notice = Notice.objects.get(parameters__code=won[0].code)
        assert (notice.kind, notice.organisation_id) == ("trader_wanted", won[0].provider.organisation_id)
    assert Person.objects.count() == Trader.objects.count() == Employment.objects.count() == 4


def test_one_provider_names_the_same_person_for_two_traders_at_once() -> None:
    provider = make_provider()
    number = make_identity_number(1, born=date(1986, 6, 6))
    traders = [make_trader(provider) for _ in range(2)]
    calls = [
        lambda trader=trader: give_identity(trader_id=trader.pk, identity_number=number, by=owner_of(provider))
        for trader in traders
    ]
    won, lost = split(run_at_once(calls))
    assert (len(won), [refusal.reason for refusal in lost]) == (1, ["registered_here"])
    assert Employment.objects.get().trader == won[0]
    assert Trader.objects.filter(person=None).count() == 1


def test_a_leaving_and_the_next_employer_at_once() -> None:
    """Whoever is first: the periods never overlap, and a refused employer can try again."""
    for round_ in range(4):
        number = make_identity_number(round_, born=date(1987, 7, 7))
        first, second = make_provider(), make_provider()
        trader, owner = make_trader(first, identity_number=number), owner_of(first)
        won, lost = split(
            run_at_once(
                [
                    lambda trader=trader, by=owner: leave_trader(trader_id=trader.pk, by=by, note="Left."),
                    lambda second=second, number=number: make_trader(second, identity_number=number),
                ]
            )
        )
        assert trader in won
        assert [type(refusal) for refusal in lost] == [EmployedElsewhere][: len(lost)]
        if lost:
            make_trader(second, identity_number=number)
        assert Employment.objects.filter(person=trader.person, ends_on=None).get().provider == second


def test_two_reviewers_certify_one_trader_at_once() -> None:
    trader = make_verified_trader(make_provider())
    reviewers = [make_staff() for _ in range(4)]
    won, lost = split(
        run_at_once(
            [
                lambda by=by: certificates.certify_trader(trader_id=trader.pk, level="gold", by=by, note="Good.")
                for by in reviewers
            ]
        )
    )
    assert (len(won), lost) == (4, [])
    assert Certificate.objects.filter(status="valid").count() == 1
    assert Certificate.objects.filter(status="superseded").count() == 3


def test_a_revocation_and_the_clock_at_once() -> None:
    reviewer = make_staff()
    key = make_certified_trader(make_provider()).certificates.get().pk
    Certificate.objects.update(issued_on=date(2020, 1, 1), expires_on=date(2021, 1, 1))
    won, lost = split(
        run_at_once(
            [
                lambda: certificates.revoke_certificate(certificate_id=key, by=reviewer, note="Fake."),
                lambda: certificates.expire_certificate(certificate_id=key),
            ]
        )
    )
    assert (len(won), [type(refusal) for refusal in lost]) == (1, [IllegalTransition])
    assert Certificate.objects.get().status == won[0].status


def test_two_traders_certified_at_once_both_count() -> None:
    provider, reviewer = make_provider(), make_staff()
    traders = [make_verified_trader(provider) for _ in range(4)]
    won, lost = split(
        run_at_once(
            [
                lambda trader=trader: certificates.certify_trader(
                    trader_id=trader.pk, level="senior", by=reviewer, note="Good."
                )
                for trader in traders
            ]
        )
    )
    assert (len(won), lost) == (4, [])
    claim = provider.claims.get(capability="live_operations")
    assert (claim.status, claim.senior, claim.traders) == ("supported", 4, 4)

"""Two connections at once: real threads, real locks, one winner."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.models import Membership, Organisation
from common.audit.models import AuditEntry
from common.exceptions import Conflict, DomainError, IllegalTransition, Stale
from providers.admission import review_services as review
from providers.admission import services
from providers.admission.models import Application
from providers.enums import Capability
from providers.registry.models import Provider
from providers.registry.services import register_provider
from providers.registry.status_services import clear_out_provider, complete_probation
from providers.traders.models import Trader
from providers.traders.services import register_trader
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import make_application, make_provider, make_uscc, owner_of

pytestmark = pytest.mark.django_db(transaction=True)


def run_at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results, or the refusals, of calls that start together, each on its own connection."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=60)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def split(results: list[Any]) -> tuple[list[Any], list[DomainError]]:
    return [r for r in results if not isinstance(r, DomainError)], [r for r in results if isinstance(r, DomainError)]


def test_two_reviewers_decide_at_once() -> None:
    first, second = make_staff(), make_staff()
    for _round in range(5):
        key = make_application().pk
        won, lost = split(
            run_at_once(
                [
                    lambda key=key: review.admit_application(application_id=key, by=first, note="Good."),
                    lambda key=key: review.reject_application(application_id=key, by=second, note="Bad."),
                ]
            )
        )
        assert (len(won), [type(refusal) for refusal in lost]) == (1, [IllegalTransition])
        application = Application.objects.select_related("provider").get(pk=key)
        assert application.status == won[0].status
        assert application.decided_by == (first if application.status == "admitted" else second)
        expected = "probation" if application.status == "admitted" else "registered"
        assert application.provider.status == expected
        decisions = AuditEntry.objects.filter(subject_type="providers.application", subject_id=str(key)).filter(
            action__in=["application.admit", "application.reject"]
        )
        assert [entry.action for entry in decisions] == [
            "application.admit" if application.status == "admitted" else "application.reject"
        ]


def test_two_reviewers_decide_alike_from_the_same_page() -> None:
    application = make_application()
    reviewers = [make_staff(), make_staff()]
    calls = [
        lambda person=person: review.admit_application(
            application_id=application.pk, by=person, note="Good.", version=application.version
        )
        for person in reviewers
    ]
    won, lost = split(run_at_once(calls))
    assert (len(won), [type(refusal) for refusal in lost]) == (1, [Stale])
    assert Provider.objects.get(pk=application.provider_id).version == 2


def test_the_applicant_withdraws_while_the_reviewer_admits() -> None:
    application, reviewer = make_application(), make_staff()
    owner = owner_of(application.provider)
    won, lost = split(
        run_at_once(
            [
                lambda: review.admit_application(application_id=application.pk, by=reviewer, note="Good."),
                lambda: services.withdraw_application(application_id=application.pk, by=owner),
            ]
        )
    )
    assert (len(won), [type(refusal) for refusal in lost]) == (1, [IllegalTransition])
    application.refresh_from_db()
    assert application.status == won[0].status
    assert (application.status == "admitted") == (application.provider.status == "probation")


def test_one_company_registered_by_two_people_at_once() -> None:
    people = [make_user() for _ in range(4)]
    company = {"name": "Lantern", "provider_type": "brand", "category": "beauty", "region": "zhejiang"}
    calls = [
        lambda person=person: register_provider(uscc=make_uscc(77_000_001), by=person, **company) for person in people
    ]
    won, lost = split(run_at_once(calls))
    assert (len(won), [type(refusal) for refusal in lost]) == (1, [Conflict] * 3)
    assert {refusal.field for refusal in lost} == {"uscc"}
    assert Provider.objects.count() == Organisation.objects.count() == Membership.objects.count() == 1


def test_one_company_begins_two_applications_at_once() -> None:
    provider = make_provider()
    owner = owner_of(provider)
    calls = [lambda: services.create_application(provider_id=provider.pk, by=owner)] * 3
    won, lost = split(run_at_once(calls))
    assert (len(won), [type(refusal) for refusal in lost]) == (1, [Conflict] * 2)
    assert Application.objects.count() == 1


def test_codes_stay_unique() -> None:
    provider = make_provider()
    owner = owner_of(provider)
    calls = [
        lambda number=number: register_trader(
            provider_id=provider.pk, name=f"Trader {number}", capabilities=[Capability.LIVE_OPERATIONS], by=owner
        )
        for number in range(8)
    ]
    won, lost = split(run_at_once(calls))
    assert lost == []
    assert len({trader.code for trader in won}) == Trader.objects.count() == 8


def test_an_officer_and_a_reviewer_act_on_one_provider() -> None:
    provider, reviewer = make_provider(status="probation"), make_staff()
    officer = make_staff("conduct_officer")
    version = provider.version
    won, lost = split(
        run_at_once(
            [
                lambda: complete_probation(provider_id=provider.pk, by=reviewer, note="Met.", version=version),
                lambda: clear_out_provider(provider_id=provider.pk, by=officer, note="Fake.", version=version),
            ]
        )
    )
    assert (len(won), [type(refusal) for refusal in lost]) == (1, [Stale])
    provider.refresh_from_db()
    assert (provider.status, provider.version) == (won[0].status, version + 1)

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
from providers.admission.review import services as reviews
from providers.admission.review.models import Panel, PanelResult, Review
from providers.admission.review.rubric_models import Rubric, RubricLevel
from providers.enums import Capability
from providers.registry.models import Provider
from providers.registry.services import register_provider
from providers.registry.status_services import clear_out_provider, complete_probation
from providers.traders.models import Trader
from providers.traders.services import register_trader
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import (
    REASONS,
    make_application,
    make_provider,
    make_review,
    make_scores,
    make_uscc,
    owner_of,
    settle_panel,
)

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
        application = make_application()
        settle_panel(application)
        key = application.pk
        won, lost = split(
            run_at_once(
                [
                    lambda key=key: review.admit_application(application_id=key, by=first, note="Good."),
                    lambda key=key: review.reject_application(
                        application_id=key, by=second, note="Bad.", reasons=REASONS
                    ),
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
    settle_panel(application)
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
    settle_panel(application)
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


def test_two_reviewers_take_the_last_seat_at_once() -> None:
    for _round in range(5):
        application = make_application()
        make_review(application, status="assigned")
        people = [make_staff(), make_staff()]
        calls = [
            lambda person=person, key=application.pk: reviews.take_review(application_id=key, by=person)
            for person in people
        ]
        won, lost = split(run_at_once(calls))
        assert (len(won), [type(refusal) for refusal in lost]) == (1, [Conflict])
        held = Review.objects.filter(panel__application=application)
        assert sorted(held.values_list("seat", flat=True)) == [1, 2]


def test_reviewers_who_take_the_next_one_at_once_share_the_queue() -> None:
    """Five seats are asked for and four are there: each case gets two different people, nobody waits in vain."""
    applications = [make_application(), make_application()]
    people = [make_staff() for _ in range(5)]
    won, lost = split(run_at_once([lambda person=person: reviews.take_next_review(by=person) for person in people]))
    assert (len(won), [type(refusal) for refusal in lost]) == (4, [Conflict])
    for application in applications:
        held = Review.objects.filter(panel__application=application)
        assert sorted(held.values_list("seat", flat=True)) == [1, 2]
    assert len({review.reviewer_id for review in won}) == 4


def test_both_reviews_handed_in_at_once_settle_the_panel_once() -> None:
    for recommendations, status in ((("admit", "admit"), "settled"), (("admit", "reject"), "third")):
        application = make_application()
        pair = [make_review(application, status="assigned") for _ in range(2)]
        calls = [
            lambda review=review, word=word: reviews.submit_review(
                review_id=review.pk,
                scores=make_scores([1, 2, 3, 4, None]),
                recommendation=word,
                reasons="So.",
                by=review.reviewer,
            )
            for review, word in zip(pair, recommendations, strict=True)
        ]
        won, lost = split(run_at_once(calls))
        assert (len(won), lost) == (2, [])
        panel = Panel.objects.get(application=application)
        assert panel.status == status
        assert PanelResult.objects.filter(panel=panel).count() == (1 if status == "settled" else 0)


def test_a_review_is_handed_in_while_the_application_is_withdrawn() -> None:
    application = make_application()
    review = make_review(application, status="assigned")
    owner = owner_of(application.provider)
    won, _lost = split(
        run_at_once(
            [
                lambda: reviews.submit_review(
                    review_id=review.pk,
                    scores=make_scores([1, 2, 3, 4, None]),
                    recommendation="admit",
                    reasons="So.",
                    by=review.reviewer,
                ),
                lambda: services.withdraw_application(application_id=application.pk, by=owner),
            ]
        )
    )
    review.refresh_from_db()
    application.refresh_from_db()
    assert application.status == "withdrawn"
    assert Panel.objects.get(application=application).status == "closed"
    assert review.status == ("submitted" if len(won) == 2 else "lapsed")


def test_two_first_submissions_put_the_rubric_in_place_once() -> None:
    drafts = [make_application(status="draft") for _ in range(3)]
    calls = [
        lambda draft=draft: services.submit_application(application_id=draft.pk, by=owner_of(draft.provider))
        for draft in drafts
    ]
    won, lost = split(run_at_once(calls))
    assert (len(won), lost) == (3, [])
    assert (Rubric.objects.count(), RubricLevel.objects.count(), Panel.objects.count()) == (1, 25, 3)


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

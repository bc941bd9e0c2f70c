"""Two connections at once about rejections and windows: real threads, real locks, one winner who is told so."""

from datetime import UTC, datetime, timedelta

import pytest

from common.audit.models import AuditEntry
from common.exceptions import Conflict, IllegalTransition
from providers.admission import review_services as review
from providers.admission import window_services as lists
from providers.admission.decision_models import ApplicationAnswer
from providers.admission.decision_services import finalise_due_rejections, finalise_rejection
from providers.admission.models import Application
from providers.admission.services import submit_application
from providers.windows.models import AdmissionWindow
from tests.concurrency.test_admission import run_at_once, split
from tests.factories.accounts import make_staff
from tests.factories.providers import make_application, make_window, owner_of

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
UNTIL = NOON + timedelta(days=10)
MINUTE = timedelta(minutes=1)


def test_the_clock_and_an_answer() -> None:
    for _round in range(5):
        application = make_application(status="standstill", now=NOON)
        key, owner = application.pk, owner_of(application.provider)
        won, lost = split(
            run_at_once(
                [
                    lambda key=key: finalise_rejection(application_id=key, now=UNTIL),
                    lambda key=key, owner=owner: review.answer_rejection(
                        application_id=key, by=owner, note="See page 3.", now=UNTIL - MINUTE
                    ),
                ]
            )
        )
        assert (len(won), len(lost)) == (1, 1)
        application.refresh_from_db()
        answers = ApplicationAnswer.objects.filter(application=key).count()
        if application.status == "rejected":
            assert (answers, type(lost[0])) == (0, IllegalTransition)
        else:
            assert (application.status, answers, type(lost[0])) == ("standstill", 1, Conflict)
        steps = AuditEntry.objects.filter(subject_type="providers.application", subject_id=str(key))
        assert steps.filter(action__in=["application.answer", "application.finalise"]).count() == 1


def test_two_ticks_of_the_clock() -> None:
    keys = [make_application(status="standstill", now=NOON).pk for _ in range(3)]
    done = run_at_once([lambda: finalise_due_rejections(now=UNTIL)] * 2)
    assert sum(done) == 3
    assert set(Application.objects.filter(pk__in=keys).values_list("status", flat=True)) == {"rejected"}
    assert AuditEntry.objects.filter(action="application.finalise").count() == 3
    window = make_window(status="announced", now=NOON - timedelta(days=9), opens_at=NOON, closes_at=UNTIL)
    assert sum(run_at_once([lambda: lists.advance_due_windows(now=NOON)] * 2)) == 1
    assert AuditEntry.objects.filter(action="window.open", subject_id=str(window.pk)).count() == 1


def test_two_reviewers_give_away_the_last_place() -> None:
    window = make_window(now=NOON, places=1)
    keys = [make_application(window=window, now=NOON, status="settled").pk for _ in range(2)]
    reviewers = [make_staff() for _ in keys]
    calls = [
        lambda key=key, person=person: review.admit_application(application_id=key, by=person, note="Good.", now=NOON)
        for key, person in zip(keys, reviewers, strict=True)
    ]
    won, lost = split(run_at_once(calls))
    assert (len(won), [refusal.reason for refusal in lost]) == (1, ["no_place_left"])
    assert sorted(Application.objects.filter(pk__in=keys).values_list("status", flat=True)) == ["admitted", "submitted"]


def test_the_last_minute_of_a_window() -> None:
    window, planner = make_window(now=NOON), make_staff("programme_manager")
    application = make_application(window=window, now=NOON, status="draft")
    owner = owner_of(application.provider)
    results = run_at_once(
        [
            lambda: submit_application(application_id=application.pk, by=owner, now=NOON + MINUTE),
            lambda: lists.close_window(window_id=window.pk, by=planner, note="Enough.", now=NOON + MINUTE),
        ]
    )
    application.refresh_from_db()
    assert AdmissionWindow.objects.get(pk=window.pk).status == "closed"
    refused = [result.reason for result in results if isinstance(result, Conflict)]
    assert (application.status, refused) in (("submitted", []), ("draft", ["window_closed"]))


def test_two_people_uphold_and_reconsider() -> None:
    application = make_application(status="standstill", now=NOON)
    review.answer_rejection(application_id=application.pk, by=owner_of(application.provider), note="See.", now=NOON)
    first, second = make_staff(), make_staff()
    calls = [
        lambda: review.uphold_rejection(application_id=application.pk, by=first, note="No.", now=NOON),
        lambda: review.reconsider_rejection(application_id=application.pk, by=second, note="Yes.", now=NOON),
    ]
    won, lost = split(run_at_once(calls))
    assert (len(won), [type(refusal) for refusal in lost]) == (1, [IllegalTransition])
    application.refresh_from_db()
    assert application.status == won[0].status

"""Admitting several at once: only where triage and all reviewers agree, and never by one of these."""

import pytest

from accounts.models import User
from providers.admission.bulk_services import Row, act_on_many
from providers.admission.models import Application
from providers.admission.review_services import return_application
from providers.admission.services import submit_application
from providers.admission.triage_services import triage_application
from tests.factories.accounts import make_staff
from tests.factories.criteria import TEAM, make_published_set
from tests.factories.providers import make_application, make_review, make_trader, owner_of, settle_panel, unchanged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

DISAGREE = "Triage and all reviewers of this application do not agree on admitting it."


def passing() -> Application:
    """A waiting application whose triage is a definite pass."""
    application = make_application()
    make_trader(application.provider)
    triage = triage_application(application_id=application.pk)
    assert triage is not None
    assert triage.outcome == "definite_pass"
    return application


def admit(*applications: Application, by: User | None = None, note: str = "All agree.") -> list[Row]:
    items = [(one.pk, one.version) for one in applications]
    return act_on_many(action="admit", items=items, by=by or make_staff(), note=note)


@pytest.fixture(autouse=True)
def _criteria() -> None:
    make_published_set(TEAM)


def test_each_unanimous_pass_is_admitted_and_the_others_stay() -> None:
    agreed, open_, doubtful = passing(), passing(), make_application()
    settle_panel(agreed)
    settle_panel(doubtful)
    triage_application(application_id=doubtful.pk)
    rows = admit(agreed, open_, doubtful)
    assert [(row.done, str(row.message)) for row in rows] == [(True, ""), (False, DISAGREE), (False, DISAGREE)]
    statuses = [Application.objects.get(pk=one.pk).status for one in (agreed, open_, doubtful)]
    assert statuses == ["admitted", "submitted", "submitted"]
    agreed.refresh_from_db()
    assert (agreed.decision_note, agreed.provider.status) == ("All agree.", "probation")


def test_a_panel_that_came_to_admit_by_majority_is_not_unanimous() -> None:
    application = passing()
    for recommendation in ("admit", "reject", "admit"):
        make_review(application, recommendation=recommendation)
    assert application.panels.get().result.recommendation == "admit"
    decider = make_staff()
    with unchanged():
        (row,) = admit(application, by=decider)
    assert (row.done, row.message) == (False, DISAGREE)


def test_a_panel_that_agrees_on_rejecting_admits_nobody() -> None:
    application = passing()
    settle_panel(application, recommendation="reject")
    decider = make_staff()
    with unchanged():
        assert [row.done for row in admit(application, by=decider)] == [False]


@pytest.mark.parametrize("place", [0, 1])
def test_no_reviewer_of_the_case_confirms(place: int) -> None:
    application = passing()
    reviews = settle_panel(application)
    with unchanged():
        (row,) = admit(application, by=reviews[place].reviewer)
    assert (row.done, row.message) == (False, "You reviewed this case, so somebody else confirms this.")


def test_nor_does_a_reviewer_of_an_earlier_round() -> None:
    application = passing()
    earlier = make_review(application).reviewer
    return_application(application_id=application.pk, by=make_staff(), note="Add cases.")
    submit_application(application_id=application.pk, by=owner_of(application.provider))
    settle_panel(application)
    application.refresh_from_db()
    with unchanged():
        assert [row.done for row in admit(application, by=earlier)] == [False]
    assert [row.done for row in admit(application)] == [True]


def test_a_stale_row_is_refused() -> None:
    application = passing()
    settle_panel(application)
    application.version += 1
    decider = make_staff()
    with unchanged():
        assert [row.done for row in admit(application, by=decider)] == [False]

"""Who keeps out of a case, who decides on it, and that nothing leaks before a panel has settled."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, NotPermitted
from providers.admission import policies, review_services
from providers.admission.models import Application
from providers.admission.review import conflicts, selectors, services
from providers.admission.review.models import Panel, Review
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import (
    REASONS,
    make_application,
    make_provider,
    make_review,
    make_scores,
    owner_of,
    settle_panel,
    unchanged,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
LEVELS = (3, 2, None, 0, 4)


def submit(review: Review, **changes: Any) -> Review:
    arguments: dict[str, Any] = {
        "scores": make_scores(LEVELS),
        "recommendation": "admit",
        "reasons": "Good.",
        "by": review.reviewer,
        **changes,
    }
    return services.submit_review(review_id=review.pk, **arguments)


def panel_of(application: Application) -> Panel:
    return Panel.objects.get(application=application, round=Panel.objects.filter(application=application).count())


def make_linked(user: User) -> Application:
    """An application of a company that shares a former member with a company of `user`."""
    shared, mine = make_user(), make_provider()
    make_member(mine.organisation, Role.PROVIDER_MANAGER, user)
    make_member(mine.organisation, Role.PROVIDER_TRADER, shared)
    return make_application(make_provider(by=shared))


def test_conflicts_of_interest() -> None:
    reviewer = make_staff()
    insider_case = make_application()
    make_member(insider_case.provider.organisation, Role.PROVIDER_TRADER, reviewer)
    linked_case = make_linked(reviewer)
    free_case = make_application()
    with unchanged():
        for case in (insider_case, linked_case):
            with pytest.raises(NotPermitted) as refusal:
                services.take_review(application_id=case.pk, by=reviewer)
            assert refusal.value.reason == "conflict_of_interest"
            assert reviewer not in selectors.assignable_to(panel_of(case))
    assert services.take_next_review(by=reviewer).panel.application == free_case
    with unchanged(), pytest.raises(Conflict, match="No application waits"):
        services.take_next_review(by=reviewer)
    with unchanged(), pytest.raises(NotPermitted, match="linked"):
        review_services.return_application(application_id=linked_case.pk, by=reviewer, note="More.")


def test_whoever_entered_a_case_does_not_judge_it() -> None:
    application, reviewer = make_application(), make_staff()
    for field in ("created_by", "submitted_by"):
        Application.objects.update(created_by=owner_of(application.provider), submitted_by=application.submitted_by)
        Application.objects.filter(pk=application.pk).update(**{field: reviewer})
        application.refresh_from_db()
        with pytest.raises(NotPermitted, match="entered"):
            conflicts.check_impartial(reviewer, application)
        with unchanged(), pytest.raises(Conflict, match="No application waits"):
            services.take_next_review(by=reviewer)


@pytest.mark.parametrize("decide", [review_services.admit_application, review_services.reject_application])
def test_a_decision_needs_a_settled_panel_and_another_person(decide: Any) -> None:
    application = make_application()
    first = make_review(application, now=NOON)
    people = [make_staff(), first.reviewer]
    with unchanged():
        for person in people:
            with pytest.raises(Conflict) as refusal:
                decide(application_id=application.pk, by=person, note="So.")
            assert refusal.value.reason == "panel_open"
    second = make_review(application)
    with unchanged(), pytest.raises(NotPermitted) as barred:
        decide(application_id=application.pk, by=first.reviewer, note="So.")
    assert barred.value.reason == "reviewed_first"
    reasons = {"reasons": REASONS} if decide is review_services.reject_application else {}
    decided = decide(application_id=application.pk, by=second.reviewer, note="So.", **reasons)
    assert decided.decided_by == second.reviewer


def test_any_reviewer_may_return_before_the_panel_settles_but_the_first_not_afterwards() -> None:
    application = make_application()
    review = make_review(application)
    returned = review_services.return_application(application_id=application.pk, by=review.reviewer, note="More.")
    assert (returned.status, panel_of(application).status) == ("returned", "closed")
    settled = make_application()
    first, second = settle_panel(settled)
    with unchanged(), pytest.raises(NotPermitted):
        review_services.return_application(application_id=settled.pk, by=first.reviewer, note="More.")
    review_services.return_application(application_id=settled.pk, by=second.reviewer, note="More.")
    assert panel_of(settled).status == "settled"


def test_no_definite_fail_without_a_triage() -> None:
    assert policies.is_definite_fail(make_application()) is False
    assert [policies.needs_settled_panel(Application(), action) for action in ("admit", "reject", "return")] == [
        True,
        True,
        False,
    ]


def test_reviewers_learn_nothing_of_each_other_before_the_panel_has_settled() -> None:
    application = make_application()
    first, second = make_review(application), make_review(application, status="assigned")
    third = make_staff()
    for person, own in ((first.reviewer, first), (second.reviewer, second), (third, None)):
        view = selectors.view_panel(person, application)
        assert view is not None
        assert (view.own, view.seats, view.reviews, view.result, view.may_assign) == (own, [], [], None, False)
        assert list(selectors.visible_to(person)) == ([own] if own else [])
        log = selectors.without_hidden(person, AuditEntry.objects.filter(subject_type="providers.review"))
        assert {entry.subject_id for entry in log} == ({str(own.pk)} if own else set())
    admin = make_staff(Role.ADMINISTRATOR)
    assert set(selectors.visible_to(admin)) == {first, second}
    assert not selectors.may_read_judgement(admin, Review.objects.get(pk=first.pk))
    assert selectors.view_panel(owner_of(application.provider), application) is None
    submit(second, scores=make_scores((None, None, None, None, 3)))
    for person in (first.reviewer, second.reviewer, third, admin):
        assert set(selectors.visible_to(person)) == {first, second}
        assert selectors.may_read_judgement(person, Review.objects.get(pk=first.pk))
        assert len(selectors.view_panel(person, application).reviews) == 2  # type: ignore[union-attr]

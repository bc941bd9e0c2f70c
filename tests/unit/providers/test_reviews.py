"""Reviews: who takes, gets and hands in one; refusals change nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.models import Notice
from accounts.roles import Role
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from providers.admission.models import Application
from providers.admission.review import selectors, services
from providers.admission.review.models import PanelResult, Review, ReviewScore
from providers.admission.review.rubric_models import Rubric, RubricLevel
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import (
    make_application,
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


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"scores": {}}, InvalidInput, "scores"),
        ({"scores": {**make_scores(LEVELS), "cooking": (1, "x")}}, InvalidInput, "scores"),
        ({"scores": {**make_scores(LEVELS), "supply_chain": (5, "x")}}, InvalidInput, "scores.supply_chain"),
        ({"scores": {**make_scores(LEVELS), "supply_chain": (-1, "x")}}, InvalidInput, "scores.supply_chain"),
        ({"scores": {**make_scores(LEVELS), "supply_chain": (1, " ")}}, InvalidInput, "scores.supply_chain"),
        ({"scores": {**make_scores(LEVELS), "supply_chain": (1, "x" * 2001)}}, InvalidInput, "scores.supply_chain"),
        ({"recommendation": "crown"}, InvalidInput, "recommendation"),
        ({"reasons": "  "}, InvalidInput, "reasons"),
        ({"version": 7}, Stale, None),
    ],
)
def test_bad_judgements(changes: dict[str, Any], error: type[Exception], field: str | None) -> None:
    review = make_review(make_application(), status="assigned")
    with unchanged(), pytest.raises(error) as refusal:
        submit(review, **changes)
    assert refusal.value.field == field  # type: ignore[attr-defined]


def test_who_may_hand_in() -> None:
    review = make_review(make_application(), status="assigned")
    others = [make_staff(), make_staff(Role.ADMINISTRATOR), owner_of(review.panel.application.provider)]
    with unchanged():
        for person in others:
            with pytest.raises(NotPermitted):
                submit(review, by=person)
        with pytest.raises(NotFound):
            services.submit_review(review_id=0, scores={}, recommendation="", reasons="", by=review.reviewer)
    submit(review)
    with unchanged(), pytest.raises(IllegalTransition):
        submit(review)


def test_stepping_back_and_taking_away_free_the_seat() -> None:
    application, admin = make_application(), make_staff(Role.ADMINISTRATOR)
    mine, other = make_review(application, status="assigned"), make_review(application, status="assigned")
    late = make_staff()
    with unchanged(), pytest.raises(Conflict, match="has all its reviewers"):
        services.take_review(application_id=application.pk, by=late)
    with unchanged():
        with pytest.raises(InvalidInput):
            services.recuse_review(review_id=mine.pk, by=mine.reviewer, note=" ")
        with pytest.raises(NotPermitted):
            services.recuse_review(review_id=mine.pk, by=other.reviewer, note="He knows them.")
        with pytest.raises(NotPermitted):
            services.release_review(review_id=mine.pk, by=mine.reviewer, note="Ill.")
    recused = services.recuse_review(review_id=mine.pk, by=mine.reviewer, note="I know them.", version=1, now=NOON)
    assert (recused.status, recused.note, recused.finished_at) == ("recused", "I know them.", NOON)
    released = services.release_review(review_id=other.pk, by=admin, note="Ill.", version=1)
    assert (released.status, released.note) == ("lapsed", "Ill.")
    with unchanged(), pytest.raises(Conflict, match="had a review of this round"):
        services.take_review(application_id=application.pk, by=mine.reviewer)
    assert [make_review(application, status="assigned").seat for _ in range(2)] == [1, 2]


def test_assign() -> None:
    application, admin, reviewer = make_application(), make_staff(Role.ADMINISTRATOR), make_staff()
    both = make_staff(Role.ADMINISTRATOR, make_staff())
    attempts = [
        (make_staff(), reviewer.pk, NotPermitted),
        (both, reviewer.pk, NotPermitted),
        (admin, make_staff(Role.AUDITOR).pk, NotPermitted),
        (admin, make_user().pk, NotPermitted),
        (admin, 0, NotFound),
    ]
    with unchanged():
        for person, whom, error in attempts:
            with pytest.raises(error):
                services.assign_review(application_id=application.pk, reviewer_id=whom, by=person)
    review = services.assign_review(application_id=application.pk, reviewer_id=reviewer.pk, by=admin)
    assert (review.reviewer, review.created_by) == (reviewer, admin)
    notice = Notice.objects.get(user=reviewer)
    assert (notice.kind, notice.title) == ("review.assigned", f"A review for you: {application.provider.name}")
    assert reviewer not in selectors.assignable_to(review.panel)
    assert selectors.view_panel(both, application).seats == []  # type: ignore[union-attr]


def test_the_next_one_is_the_longest_wait_with_a_free_seat() -> None:
    late, early, full = make_application(), make_application(), make_application()
    for application, days in ((late, 1), (early, 5), (full, 9)):
        Application.objects.filter(pk=application.pk).update(submitted_at=NOON - timedelta(days=days))
    settle_panel(full)
    reviewer = make_staff()
    assert [services.take_next_review(by=reviewer).panel.application for _ in range(2)] == [early, late]
    auditor = make_staff(Role.AUDITOR)
    with unchanged(), pytest.raises(NotPermitted):
        services.take_next_review(by=auditor)


def test_what_was_handed_in_stays() -> None:
    application = make_application()
    settle_panel(application)
    rows = (
        Review.objects.filter(panel__application=application),
        ReviewScore.objects.all(),
        PanelResult.objects.all(),
        Rubric.objects.all(),
        RubricLevel.objects.all(),
    )
    fields = ("reasons", "comment", "how", "margin", "text_en")
    for queryset, field in zip(rows, fields, strict=True):
        value = 2 if field == "margin" else "third"
        with pytest.raises(InternalError), transaction.atomic():
            queryset.update(**{field: value})
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            queryset._raw_delete(queryset.db)
    waiting = make_review(make_application(), status="assigned")
    Review.objects.filter(pk=waiting.pk).update(note="Still open to change.")

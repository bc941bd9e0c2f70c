"""Panels: how they open, settle, ask for a third reviewer, and by which rubric."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, InvalidInput, NotPermitted
from providers.admission import review_services
from providers.admission import services as applications
from providers.admission.models import Application
from providers.admission.review import services
from providers.admission.review.models import Panel, PanelResult, Review
from providers.admission.review.rubric_services import publish_rubric
from providers.enums import Capability
from tests.factories.accounts import make_staff
from tests.factories.providers import (
    make_application,
    make_review,
    make_scores,
    owner_of,
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


def test_a_submission_opens_a_panel_and_each_round_a_new_one() -> None:
    application = make_application()
    first = panel_of(application)
    assert (first.round, first.status, str(first.rubric)) == (1, "reviewing", "v1")
    review = make_review(application, status="assigned")
    review_services.return_application(application_id=application.pk, by=make_staff(), note="Add figures.", now=NOON)
    first.refresh_from_db()
    review.refresh_from_db()
    assert (first.status, first.finished_at, review.status) == ("closed", NOON, "lapsed")
    notice = Notice.objects.get(user=review.reviewer)
    assert (notice.kind, notice.parameters["number"]) == ("review.lapsed", application.number)
    applications.submit_application(application_id=application.pk, by=owner_of(application.provider))
    assert (panel_of(application).round, panel_of(application).status) == (2, "reviewing")
    again = services.take_review(application_id=application.pk, by=review.reviewer)
    assert again.panel.round == 2


def test_two_alike_settle() -> None:
    application = make_application()
    one, two = make_review(application, status="assigned"), make_review(application, status="assigned")
    submit(two, now=NOON)
    assert panel_of(application).status == "reviewing"
    done = submit(one, now=NOON + timedelta(hours=1))
    assert (done.status, done.finished_at, done.recommendation, done.reasons) == (
        "submitted",
        NOON + timedelta(hours=1),
        "admit",
        "Good.",
    )
    assert [(s.capability, s.level, s.comment) for s in done.scores.all()] == [
        (key, level, f"Level {level}.") for key, level in zip(Capability.values, LEVELS, strict=True)
    ]
    panel = panel_of(application)
    assert (panel.status, panel.finished_at) == ("settled", NOON + timedelta(hours=1))
    assert (panel.result.how, panel.result.recommendation) == ("consensus", "admit")
    assert panel.result.scores == [Decimal(3), Decimal(2), None, Decimal(0), Decimal(4)]
    assert sorted(Notice.objects.filter(kind="review.settled").values_list("user", flat=True)) == sorted(
        [one.reviewer_id, two.reviewer_id]
    )
    actions = AuditEntry.objects.filter(subject_type__in=["providers.panel", "providers.review"])
    assert list(actions.order_by("pk").values_list("action", "by")) == [
        ("panel.open", application.submitted_by_id),
        ("review.take", one.reviewer_id),
        ("review.take", two.reviewer_id),
        ("review.submit", two.reviewer_id),
        ("review.submit", one.reviewer_id),
        ("panel.settle", None),
    ]


def test_two_within_the_margin_settle_on_the_mean() -> None:
    application = make_application()
    make_review(application, levels=(3, 2, None, 0, 4))
    make_review(application, levels=(2, 2, None, 1, 4))
    result = PanelResult.objects.get()
    assert (result.how, [None if s is None else float(s) for s in result.scores]) == ("margin", [2.5, 2, None, 0.5, 4])


@pytest.mark.parametrize(
    ("levels", "recommendation"),
    [((1, 2, None, 0, 4), "admit"), ((3, 2, 1, 0, 4), "admit"), ((3, 2, None, 0, 4), "return")],
)
def test_a_third_is_asked_and_the_median_counts(levels: tuple[Any, ...], recommendation: str) -> None:
    application = make_application()
    make_review(application, levels=LEVELS)
    make_review(application, levels=levels, recommendation=recommendation)
    assert (panel_of(application).status, PanelResult.objects.count()) == ("third", 0)
    make_review(application, levels=(2, 2, None, 4, 1), recommendation="reject")
    result = PanelResult.objects.get()
    assert result.how == "third"
    assert result.recommendation == ("return" if recommendation == "return" else "admit")
    assert panel_of(application).status == "settled"
    late = make_staff()
    with unchanged(), pytest.raises(Conflict, match="needs no reviewer"):
        services.take_review(application_id=application.pk, by=late)


def test_the_margin_is_a_part_of_the_rubric() -> None:
    make_application()
    anchors = {key: [(f"{key}{n}", f"{key}{n}") for n in range(5)] for key in Capability.values}
    rubric = publish_rubric(anchors=anchors, margin=0, note="Stricter.", by=make_staff(Role.ADMINISTRATOR), version=1)
    assert (rubric.number, rubric.margin, rubric.levels.count()) == (2, 0, 25)
    application = make_application()
    make_review(application, levels=(3, 2, None, 0, 4))
    make_review(application, levels=(2, 2, None, 0, 4))
    assert (panel_of(application).rubric, panel_of(application).status) == (rubric, "third")


def test_bad_rubrics() -> None:
    make_application()
    admin = make_staff(Role.ADMINISTRATOR)
    good = {key: [("中", "en")] * 5 for key in Capability.values}
    attempts: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"anchors": {**good, "supply_chain": [("中", "en")] * 4}}, InvalidInput),
        ({"anchors": {**good, "cooking": [("中", "en")] * 5}}, InvalidInput),
        ({"anchors": {**good, "supply_chain": [("中", " ")] * 5}}, InvalidInput),
        ({"margin": 5}, InvalidInput),
        ({"note": " "}, InvalidInput),
        ({"version": 0}, Conflict),
        ({"by": make_staff()}, NotPermitted),
    ]
    with unchanged():
        for change, error in attempts:
            with pytest.raises(error):
                publish_rubric(**{"anchors": good, "margin": 1, "note": "So.", "by": admin, **change})

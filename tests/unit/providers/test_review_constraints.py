"""What the database itself holds of panels, reviews, scores and rubrics."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from providers.admission.models import Application
from providers.admission.review.models import Panel, PanelResult, Review, ReviewScore
from providers.admission.review.rubric_models import Rubric, RubricLevel
from tests.factories.providers import (
    make_application,
    make_review,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def panel_of(application: Application) -> Panel:
    return Panel.objects.get(application=application, round=Panel.objects.filter(application=application).count())


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "lost", "finished_at": NOON}, "review_status_known"),
        ({"seat": 4}, "review_seat_range"),
        ({"seat": 0}, "review_seat_range"),
        ({"finished_at": NOON}, "review_finished_past_assigned"),
        ({"status": "submitted", "finished_at": NOON}, "review_judges_when_submitted"),
        ({"recommendation": "admit"}, "review_judges_when_submitted"),
        ({"status": "recused", "finished_at": NOON}, "review_recused_with_reason"),
        ({"seat": 2}, "review_one_per_seat"),
    ],
)
def test_constraints_of_a_review(changes: dict[str, Any], constraint: str) -> None:
    application = make_application()
    review = make_review(application, status="assigned")
    make_review(application, status="assigned")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**changes)


def test_one_review_per_panel_and_reviewer() -> None:
    review = make_review(make_application(), status="assigned")
    with pytest.raises(IntegrityError, match="review_once_per_panel_and_reviewer"), transaction.atomic():
        Review.objects.create(panel=review.panel, seat=2, reviewer=review.reviewer, created_by=review.reviewer)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "lost", "finished_at": NOON}, "panel_status_known"),
        ({"round": 0}, "panel_round_counts_from_one"),
        ({"status": "settled"}, "panel_finished_when_not_open"),
        ({"finished_at": NOON}, "panel_finished_when_not_open"),
    ],
)
def test_constraints_of_a_panel(changes: dict[str, Any], constraint: str) -> None:
    panel = panel_of(make_application())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Panel.objects.filter(pk=panel.pk).update(**changes)


def test_one_open_panel_per_application() -> None:
    panel = panel_of(make_application())
    for number, constraint in ((1, "panel_once_per_round"), (2, "panel_one_open_per_application")):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Panel.objects.create(application=panel.application, round=number, rubric=panel.rubric)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"capability": "cooking", "level": 1, "comment": "x"}, "review_score_capability_known"),
        ({"capability": "supply_chain", "level": 5, "comment": "x"}, "review_score_level_range"),
        ({"capability": "supply_chain", "level": 1}, "review_score_level_with_comment"),
    ],
)
def test_constraints_of_a_score(values: dict[str, Any], constraint: str) -> None:
    review = make_review(make_application(), status="assigned")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReviewScore.objects.create(review=review, **values)


def test_constraints_of_scores_results_and_rubrics() -> None:
    application = make_application()
    panel, review = panel_of(application), make_review(application, status="assigned")
    ReviewScore.objects.create(review=review, capability="supply_chain")
    result = {"panel": panel, "scores": [None] * 5, "recommendation": "admit", "how": "third"}
    level = {"rubric": panel.rubric, "capability": "supply_chain", "level": 4, "text_zh": "中", "text_en": "en"}
    attempts: list[tuple[Any, dict[str, Any], str]] = [
        (ReviewScore, {"review": review, "capability": "supply_chain"}, "review_score_once_per_capability"),
        (PanelResult, {**result, "scores": [None] * 4}, "panel_result_five_scores"),
        (PanelResult, {**result, "recommendation": "crown"}, "panel_result_recommendation_known"),
        (PanelResult, {**result, "how": "dice"}, "panel_result_how_known"),
        (Rubric, {"number": 2, "margin": 5}, "rubric_margin_range"),
        (Rubric, {"number": 0}, "rubric_number_counts_from_one"),
        (RubricLevel, level, "rubric_level_once"),
        (RubricLevel, {**level, "capability": "cooking"}, "rubric_capability_known"),
        (RubricLevel, {**level, "level": 5}, "rubric_level_range"),
        (RubricLevel, {**level, "level": 5, "text_en": ""}, "rubric_level_(in_both_languages|range)"),
    ]
    for model, values, constraint in attempts:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model.objects.create(**values)

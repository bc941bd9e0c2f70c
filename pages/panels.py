"""A panel of reviewers as its pages draw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.admission.models import Application
from providers.admission.review import selectors
from providers.admission.review.models import Review, ReviewScore
from providers.admission.review.selectors import PanelView
from providers.enums import Capability


@dataclass(frozen=True)
class ResultRow:
    """One capability of a settled panel: what each reviewer gave, in their order, and the panel's score."""

    capability: Capability
    given: Sequence[ReviewScore | None]
    score: Decimal | None


def describe_panel(user: Any, application: Application) -> dict[str, Any]:
    """The context of templates/staff/panel_card.html; empty where there is no panel to show."""
    view = selectors.view_panel(user, application)
    if view is None:
        return {}
    return {
        "panel_view": view,
        "panel_rows": result_rows(view),
        "panel_people": selectors.assignable_to(view.panel) if view.may_assign else [],
    }


def result_rows(view: PanelView) -> list[ResultRow]:
    """A row for each capability once the panel has settled."""
    if view.result is None:
        return []
    by_review = [scores_by_capability(review) for review in view.reviews]
    return [
        ResultRow(capability, [scores.get(capability.value) for scores in by_review], score)
        for capability, score in zip(Capability, view.result.scores, strict=True)
    ]


def scores_by_capability(review: Review) -> dict[str, ReviewScore]:
    """The scores of a review by capability; empty until it is handed in."""
    return {score.capability: score for score in review.scores.all()}

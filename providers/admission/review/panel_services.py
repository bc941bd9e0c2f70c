"""Writes about panels: open one with each submission, settle it, close it when the application leaves its hands.

Each locks the panel's row after the application's, if that is locked too, and before a review's.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.notices.services import send_notice
from common.audit.services import record
from common.locks import lock
from engine.panel import Judgement, settle
from providers.admission.models import Application
from providers.admission.review.draft_services import drop_drafts
from providers.admission.review.enums import OPEN_PANELS, Recommendation, ReviewStatus
from providers.admission.review.models import Panel, PanelResult, Review
from providers.admission.review.rubric_services import ensure_rubric
from providers.admission.review.selectors import submitted_in
from providers.admission.review.states import PANEL, REVIEW
from providers.enums import Capability

REVIEWERS_AT_FIRST = 2


@transaction.atomic
def open_panel(*, application: Application, by: User, now: datetime | None = None) -> Panel:
    """Begin the next round of a locked application that was just submitted."""
    now = now or timezone.now()
    rounds = Panel.objects.filter(application=application).count()
    panel = Panel(application=application, round=rounds + 1, rubric=ensure_rubric(now=now), created_at=now)
    panel.full_clean()
    panel.save()
    record("panel.open", panel, by=by, now=now)
    return panel


@transaction.atomic
def close_panel(*, application: Application, by: User, now: datetime | None = None) -> Panel | None:
    """End an open panel of a locked application that was withdrawn, returned or confirmed as a fail.

    What was not handed in lapses, and its reviewers are told. A settled panel stays as it is.
    """
    now = now or timezone.now()
    panel = Panel.objects.select_for_update().filter(application=application, status__in=OPEN_PANELS).first()
    if panel is None:
        return None
    row = PANEL.check(panel, "close")
    panel.status, panel.finished_at = row.to, now
    panel.full_clean()
    panel.save()
    record(row.audit, panel, by=by, now=now)
    drop_drafts(panel=panel)
    for review in Review.objects.select_for_update().filter(panel=panel, status=ReviewStatus.ASSIGNED).order_by("pk"):
        step = REVIEW.check(review, "lapse")
        review.status, review.finished_at = step.to, now
        review.save_checked()
        record(step.audit, review, by=by, now=now)
        send_notice(
            "review.lapsed",
            user_id=review.reviewer_id,
            now=now,
            number=application.number,
            company=application.provider.name,
            application=application.pk,
        )
    return panel


@transaction.atomic
def advance_panel(*, panel_id: int, now: datetime | None = None) -> Panel:
    """After a review was handed in: settle, or ask for a third reviewer, or go on waiting. The portal itself acts."""
    now = now or timezone.now()
    panel = lock(Panel.objects.select_related("application__provider", "rubric"), panel_id)
    reviews = list(submitted_in(panel))
    if len(reviews) < REVIEWERS_AT_FIRST:
        return panel
    settlement = settle(
        [_judgement_of(one) for one in reviews], margin=panel.rubric.margin, order=Recommendation.values
    )
    row = PANEL.check(panel, "ask_third" if settlement is None else "settle")
    panel.status = row.to
    if settlement is not None:
        panel.finished_at = now
        result = PanelResult(
            panel=panel,
            scores=[None if score is None else Decimal(str(score)) for score in settlement.scores],
            recommendation=settlement.recommendation,
            how=settlement.how,
            created_at=now,
        )
        result.full_clean()
        result.save()
    panel.full_clean()
    panel.save()
    record(row.audit, panel, by=None, now=now)
    if settlement is not None:
        _tell_reviewers(panel, reviews, now)
    return panel


def _judgement_of(review: Review) -> Judgement:
    levels = {score.capability: score.level for score in review.scores.all()}
    return Judgement(tuple(levels[capability] for capability in Capability.values), review.recommendation or "")


def _tell_reviewers(panel: Panel, reviews: list[Review], now: datetime) -> None:
    for review in reviews:
        send_notice(
            "review.settled",
            user_id=review.reviewer_id,
            now=now,
            number=panel.application.number,
            company=panel.application.provider.name,
            application=panel.application_id,
        )

"""Writes about reviews: take or give a seat, hand in, step back, take one away.

Each locks the panel before the review; a seat is given under the panel's lock, so that nobody gets a taken one.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, NotFound
from common.locks import lock
from providers.admission.models import Application
from providers.admission.review import policies
from providers.admission.review.draft_services import drop_drafts
from providers.admission.review.enums import OPEN_PANELS
from providers.admission.review.models import Panel, Review, ReviewScore
from providers.admission.review.panel_services import advance_panel
from providers.admission.review.permissions import check_act, check_assign, check_take
from providers.admission.review.selectors import held_seats, waiting_for
from providers.admission.review.states import REVIEW
from providers.enums import Capability

Scores = Mapping[str, tuple[int | None, str]]


@transaction.atomic
def take_next_review(*, by: User, now: datetime | None = None) -> Review:
    """A seat in the panel that waits longest and raises no conflict of interest. Raises Conflict when none does.

    Race: several reviewers take the next one at once. Each skips the panels that another one holds this moment; only
    when nothing else is left does it wait for those.
    """
    check_permission(by, "review.submit")
    for skip_locked in (True, False):
        waiting = waiting_for(by).select_for_update(of=("self",), skip_locked=skip_locked)
        passed: list[int] = []
        while (panel := waiting.exclude(pk__in=passed).first()) is not None:
            # The count of seats was read before the lock was there: look again.
            if policies.find_seat(panel, held_seats(panel)) is not None:
                return _seat(panel, by, by=by, audit="review.take", now=now)
            passed.append(panel.pk)
    raise Conflict(
        _("No application waits for a review by you."), remedy=_("Come back later, or look at the whole queue.")
    )


@transaction.atomic
def take_review(*, application_id: int, by: User, now: datetime | None = None) -> Review:
    """A seat in the panel of this application. Raises Conflict when none is free, NotPermitted, NotFound."""
    check_permission(by, "review.submit")
    panel = _lock_panel(application_id)
    return _seat(panel, by, by=by, audit="review.take", now=now)


@transaction.atomic
def assign_review(*, application_id: int, reviewer_id: int, by: User, now: datetime | None = None) -> Review:
    """Give a seat to a reviewer, who is told. Raises Conflict when none is free, NotPermitted, NotFound."""
    check_assign(by)
    panel = _lock_panel(application_id)
    reviewer = User.objects.filter(pk=reviewer_id, is_active=True).first()
    if reviewer is None:
        raise NotFound()
    review = _seat(panel, reviewer, by=by, audit="review.assign", now=now)
    send_notice(
        "review.assigned",
        user_id=reviewer.pk,
        now=now,
        number=panel.application.number,
        company=panel.application.provider.name,
        review=review.pk,
    )
    return review


@transaction.atomic
def submit_review(
    *,
    review_id: int,
    scores: Scores,
    recommendation: str,
    reasons: str,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Review:
    """Hand in a judgement: per capability a level, or None without evidence, and a comment; it cannot be changed again.

    The panel settles, or asks for a third reviewer, in the same transaction. Raises InvalidInput, IllegalTransition,
    Stale, NotPermitted.
    """
    now = now or timezone.now()
    review = _lock_review(review_id)
    review.check_version(version)
    row = REVIEW.check(review, "submit")
    check_act(by, review, row)
    policies.check_judgement(scores, recommendation, reasons)
    review.status, review.finished_at = row.to, now
    review.recommendation, review.reasons = recommendation, reasons.strip()
    review.save_checked()
    ReviewScore.objects.bulk_create(
        ReviewScore(
            review=review, capability=capability, level=scores[capability][0], comment=scores[capability][1].strip()
        )
        for capability in Capability.values
    )
    drop_drafts(review=review)
    record(row.audit, review, by=by, now=now)
    advance_panel(panel_id=review.panel_id, now=now)
    return review


@transaction.atomic
def recuse_review(
    *, review_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Review:
    """Step back from one's own review, with the conflict of interest as the reason; the seat is free again.

    Raises IllegalTransition, InvalidInput, Stale, NotPermitted.
    """
    return _end(review_id, "recuse", by=by, note=note, version=version, now=now)


@transaction.atomic
def release_review(
    *, review_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Review:
    """Take an unwritten review away from its reviewer, who may be ill; the seat is free again. Raises as above."""
    return _end(review_id, "release", by=by, note=note, version=version, now=now)


# What pages and endpoints may ask for by the action's name; handing in needs more than a note.
ACTIONS: dict[str, Callable[..., Review]] = {"recuse": recuse_review, "release": release_review}


def _end(review_id: int, action: str, *, by: User, note: str, version: int | None, now: datetime | None) -> Review:
    now = now or timezone.now()
    review = _lock_review(review_id)
    review.check_version(version)
    row = REVIEW.check(review, action, note=note)
    check_act(by, review, row)
    review.status, review.finished_at, review.note = row.to, now, note.strip()
    review.save_checked()
    drop_drafts(review=review)
    record(row.audit, review, by=by, note=note.strip(), now=now)
    return review


def _seat(panel: Panel, reviewer: User, *, by: User, audit: str, now: datetime | None) -> Review:
    """Place `reviewer` on a locked panel."""
    check_take(reviewer, panel)
    seat = policies.check_seat(panel, held_seats(panel))
    review = Review(panel=panel, seat=seat, reviewer=reviewer, created_by=by, created_at=now or timezone.now())
    review.full_clean()
    review.save()
    changes: dict[str, Any] = {} if by == reviewer else {"reviewer": str(reviewer)}
    record(audit, review, by=by, now=now, changes=changes)
    return review


def _lock_panel(application_id: int) -> Panel:
    """The open panel of an application. Raises Conflict when it has none, NotFound when it was never submitted."""
    if not Application.objects.filter(pk=application_id, submitted_at__isnull=False).exists():
        raise NotFound()
    panels = Panel.objects.select_related("application__provider").select_for_update(of=("self",))
    panel = panels.filter(application=application_id, status__in=OPEN_PANELS).first()
    if panel is None:
        raise Conflict(_("This application needs no reviewer any more."), remedy=_("Take the next one from the queue."))
    return panel


def _lock_review(review_id: int) -> Review:
    review = Review.objects.filter(pk=review_id).first()
    if review is None:
        raise NotFound()
    lock(Panel.objects.all(), review.panel_id)
    return lock(Review.objects.select_related("panel__application__provider"), review_id)

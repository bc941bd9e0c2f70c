"""Writes about half-written reviews: keep what is there so far, drop it with its review."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit.services import check_in_transaction, record
from common.locks import lock
from providers.admission.review import policies
from providers.admission.review.draft_models import ReviewDraft
from providers.admission.review.models import Panel, Review
from providers.admission.review.permissions import check_act
from providers.admission.review.states import REVIEW


@transaction.atomic
def save_draft(*, review_id: int, content: Mapping[str, Any], by: User, now: datetime | None = None) -> ReviewDraft:
    """Keep what the reviewer has written so far, in place of what was kept before; nobody else ever reads it.

    `content` as ReviewDraft has it; whatever is left out is empty. Raises InvalidInput (the field at fault),
    IllegalTransition when the review is written or gone, NotPermitted, NotFound.
    """
    now = now or timezone.now()
    review = lock(Review.objects.select_related("panel__application__provider"), review_id)
    check_act(by, review, REVIEW.check(review, "submit"))
    draft = ReviewDraft.objects.filter(review=review).first() or ReviewDraft(review=review)
    draft.content = policies.read_draft(content)
    draft.saved_at, draft.saved_by = now, by
    draft.full_clean()
    draft.save()
    record("review.save_draft", review, by=by, now=now)
    return draft


def drop_drafts(*, review: Review | None = None, panel: Panel | None = None) -> None:
    """Forget the draft of a locked review, or all of a locked panel: it was handed in, or nothing comes of it."""
    check_in_transaction()
    drafts = ReviewDraft.objects.all()
    drafts = drafts.filter(review=review) if review is not None else drafts.filter(review__panel=panel)
    drafts.delete()

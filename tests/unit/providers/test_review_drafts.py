"""Half-written reviews: kept for their writer alone, gone with the review."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import IllegalTransition, InvalidInput, NotFound, NotPermitted
from providers.admission.review.draft_models import ReviewDraft
from providers.admission.review.draft_services import save_draft
from providers.admission.review.models import Review
from providers.admission.review.selectors import draft_of, due_for
from providers.admission.review.services import recuse_review, release_review, submit_review
from providers.admission.services import withdraw_application
from providers.enums import Capability
from tests.factories.accounts import make_staff
from tests.factories.providers import make_application, make_review, make_scores, owner_of, settle_panel, unchanged

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
SOME = {"levels": {"live_operations": "3", "supply_chain": "none"}, "comments": {"live_operations": "Six rooms."}}


def begun(**content: Any) -> Review:
    """An assigned review with a draft."""
    review = make_review(make_application(), status="assigned")
    save_draft(review_id=review.pk, content={**SOME, **content}, by=review.reviewer, now=NOON)
    return review


def test_what_is_there_so_far_is_kept_and_replaced() -> None:
    review = begun()
    draft = draft_of(review.reviewer, review)
    assert draft is not None
    assert (draft.saved_at, draft.saved_by) == (NOON, review.reviewer)
    assert draft.content["levels"] == {**dict.fromkeys(Capability.values, ""), **SOME["levels"]}
    assert draft.content["comments"] == {**dict.fromkeys(Capability.values, ""), **SOME["comments"]}
    assert (draft.content["recommendation"], draft.content["reasons"]) == ("", "")
    save_draft(review_id=review.pk, content={"reasons": "On record."}, by=review.reviewer)
    (kept,) = ReviewDraft.objects.all()
    assert kept.content["levels"] == dict.fromkeys(Capability.values, "")
    assert kept.content["reasons"] == "On record."
    review.refresh_from_db()
    assert (review.status, review.version) == ("assigned", 1)
    entries = [entry for entry in entries_of(review) if entry.action == "review.save_draft"]
    assert [entry.changes for entry in entries] == [{}, {}]


def test_nobody_else_reads_it() -> None:
    review = begun()
    for other in (make_staff(), make_staff(Role.ADMINISTRATOR), owner_of(review.panel.application.provider)):
        assert draft_of(other, review) is None


def test_nobody_else_writes_it() -> None:
    review = make_review(make_application(), status="assigned")
    for other in (make_staff(), owner_of(review.panel.application.provider)):
        with unchanged(), pytest.raises(NotPermitted):
            save_draft(review_id=review.pk, content=SOME, by=other)
    with pytest.raises(NotFound):
        save_draft(review_id=0, content=SOME, by=review.reviewer)
    assert not ReviewDraft.objects.exists()


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"levels": {"charm": "1"}}, "levels"),
        ({"comments": {"charm": "Yes."}}, "levels"),
        ({"levels": {"live_operations": "5"}}, "levels.live_operations"),
        ({"comments": {"live_operations": "x" * 2001}}, "scores.live_operations"),
        ({"recommendation": "perhaps"}, "recommendation"),
        ({"reasons": "x" * 4001}, "reasons"),
    ],
)
def test_what_could_never_be_handed_in(content: dict[str, Any], field: str) -> None:
    review = make_review(make_application(), status="assigned")
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        save_draft(review_id=review.pk, content=content, by=review.reviewer)
    assert refusal.value.field == field
    assert not ReviewDraft.objects.exists()


def hand_in(review: Review) -> None:
    submit_review(
        review_id=review.pk,
        scores=make_scores([1, 2, 3, 4, None]),
        recommendation="admit",
        reasons="Good.",
        by=review.reviewer,
    )


def withdraw(review: Review) -> None:
    application = review.panel.application
    withdraw_application(application_id=application.pk, by=owner_of(application.provider))


ENDS = {
    "handed in": hand_in,
    "recused": lambda review: recuse_review(review_id=review.pk, by=review.reviewer, note="A friend."),
    "released": lambda review: release_review(review_id=review.pk, by=make_staff(Role.ADMINISTRATOR), note="Ill."),
    "lapsed": withdraw,
}


@pytest.mark.parametrize("end", ENDS)
def test_it_is_gone_with_its_review(end: str) -> None:
    review, other = begun(), begun()
    ENDS[end](review)
    assert [draft.review for draft in ReviewDraft.objects.all()] == [other]
    with unchanged(), pytest.raises(IllegalTransition):
        save_draft(review_id=review.pk, content=SOME, by=review.reviewer)


def test_what_is_due() -> None:
    review = begun()
    later = make_review(make_application(), review.reviewer, status="assigned")
    make_review(make_application(), review.reviewer)
    settle_panel(make_application())
    due = due_for(User.objects.get(pk=review.reviewer_id))
    assert [(one.pk, one.draft_at) for one in due] == [(review.pk, NOON), (later.pk, None)]

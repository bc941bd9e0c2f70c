"""Comments on announced rules: who may write and answer, when, and what becomes public."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from accounts.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, InvalidInput, NotFound, NotPermitted, Stale
from scoring.seasons import selectors, services
from scoring.seasons.comment_models import SeasonComment
from scoring.seasons.comment_services import answer_comment, write_comment
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import make_provider, owner_of
from tests.unit.scoring.seasons.test_seasons import WHEN, make_in

pytestmark = pytest.mark.django_db
WRITTEN = WHEN["announce"] + timedelta(days=1)


def make_comment(**changes) -> SeasonComment:
    provider = changes.pop("provider", None) or make_provider(status="admitted")
    season = changes.pop("season", None) or make_in("announced")
    values = {"text": "Why 15 %?", "by": owner_of(provider), "now": WRITTEN, **changes}
    return write_comment(season_id=season.pk, provider_id=provider.pk, **values)


def test_a_comment_is_written_answered_told_and_public() -> None:
    comment = make_comment()
    season, owner = comment.season, comment.written_by
    assert list(selectors.comments_of(season, AnonymousUser())) == []
    assert list(selectors.comments_of(season, owner)) == [comment]
    answered = answer_comment(comment_id=comment.pk, answer=" As in spring. ", by=make_staff(Role.RACE_STEWARD))
    assert (answered.answer, answered.version) == ("As in spring.", 2)
    assert list(selectors.comments_of(season, AnonymousUser())) == [comment]
    notice = Notice.objects.get(kind="season.answer_comment")
    assert (notice.organisation_id, notice.parameters["answer"]) == (comment.provider.organisation_id, "As in spring.")
    written = AuditEntry.objects.filter(subject_type="scoring.seasoncomment").order_by("pk")
    assert list(written.values_list("action", flat=True)) == ["season.comment", "season.answer_comment"]


@pytest.mark.parametrize("status", ["running", "settling", "standstill", "final"])
def test_comments_are_taken_only_while_the_rules_are_announced(status: str) -> None:
    with pytest.raises(Conflict) as refusal:
        make_comment(season=make_in(status))
    assert (refusal.value.reason, SeasonComment.objects.count()) == ("not_commentable", 0)


def test_a_draft_cannot_be_commented_on_nor_known() -> None:
    with pytest.raises(NotFound):
        make_comment(season=make_in("draft"))


def test_only_members_comment_and_only_stewards_answer() -> None:
    for stranger in (make_user(), make_staff(Role.AUDITOR), owner_of(make_provider())):
        with pytest.raises(NotPermitted):
            make_comment(by=stranger, season=selectors.announced().first())
    comment = make_comment(season=selectors.announced().first())
    for other in (comment.written_by, make_staff(Role.SCORING_ANALYST)):
        with pytest.raises(NotPermitted):
            answer_comment(comment_id=comment.pk, answer="No.", by=other)
    comment.refresh_from_db()
    assert (comment.answer, SeasonComment.objects.count()) == ("", 1)


def test_empty_texts_stale_forms_and_second_answers_are_refused() -> None:
    steward = make_staff(Role.RACE_STEWARD)
    with pytest.raises(InvalidInput) as empty:
        make_comment(text="  ")
    comment = make_comment(season=selectors.announced().first())
    with pytest.raises(InvalidInput) as unanswered:
        answer_comment(comment_id=comment.pk, answer="", by=steward)
    with pytest.raises(Stale):
        answer_comment(comment_id=comment.pk, answer="Yes.", by=steward, version=9)
    answer_comment(comment_id=comment.pk, answer="Yes.", by=steward, version=1)
    with pytest.raises(Conflict) as twice:
        answer_comment(comment_id=comment.pk, answer="No.", by=steward)
    assert [error.value.field for error in (empty, unanswered)] == ["text", "answer"]
    assert twice.value.reason == "answered_already"
    comment.refresh_from_db()
    assert comment.answer == "Yes."


def test_five_comments_may_wait_for_an_answer() -> None:
    provider, season = make_provider(status="admitted"), make_in("announced")
    for _ in range(5):
        make_comment(provider=provider, season=season)
    with pytest.raises(Conflict) as refusal:
        make_comment(provider=provider, season=season)
    assert (refusal.value.reason, SeasonComment.objects.count()) == ("too_many_comments", 5)


def test_a_season_starts_when_every_comment_is_answered() -> None:
    steward, comment = make_staff(Role.RACE_STEWARD), make_comment()
    with pytest.raises(Conflict) as refusal:
        services.start(season_id=comment.season_id, by=steward, now=WHEN["start"])
    assert refusal.value.reason == "comments_open"
    answer_comment(comment_id=comment.pk, answer="As in spring.", by=steward)
    assert services.start(season_id=comment.season_id, by=steward, now=WHEN["start"]).status == "running"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"text": ""}, "season_comment_says_something"),
        ({"answer": "Yes."}, "season_comment_answer_triple"),
        ({"answered_at": WRITTEN}, "season_comment_answer_triple"),
    ],
)
def test_the_database_holds_what_a_comment_is(values: dict[str, object], constraint: str) -> None:
    comment = make_comment()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SeasonComment.objects.filter(pk=comment.pk).update(**values)

"""Writes about comments on announced rules: a provider comments, staff answer."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput, NotFound
from common.locks import lock
from providers.registry.models import Provider
from scoring.seasons import policies
from scoring.seasons.comment_models import SeasonComment
from scoring.seasons.models import Season


@transaction.atomic
def write_comment(
    *, season_id: int, provider_id: int, text: str, by: User, now: datetime | None = None
) -> SeasonComment:
    """A provider says what it thinks of announced rules. The lock on the season keeps it from starting meanwhile.

    Raises InvalidInput (field `text`), Conflict when the season is past its announcement or too many comments wait,
    NotPermitted, NotFound.
    """
    now = now or timezone.now()
    season = lock(Season.objects.all(), season_id)
    provider = Provider.objects.filter(pk=provider_id).first()
    if provider is None or not season.is_public:
        raise NotFound()
    policies.check_commentable(season)
    check_permission(by, "season.comment", organisation_id=provider.organisation_id)
    said = read_text(text, "text")
    waiting = season.comments.filter(provider=provider, answered_at__isnull=True).count()
    if waiting >= policies.MOST_COMMENTS:
        raise Conflict(
            _("%(count)s comments of your company wait for an answer.") % {"count": waiting},
            field="text",
            remedy=_("Wait for the answers."),
            code="too_many_comments",
        )
    comment = SeasonComment(season=season, provider=provider, text=said, written_at=now, written_by=by)
    comment.full_clean()
    comment.save()
    record("season.comment", comment, by=by, now=now, changes={"season": season.code, "text": said})
    return comment


@transaction.atomic
def answer_comment(
    *, comment_id: int, answer: str, by: User, version: int | None = None, now: datetime | None = None
) -> SeasonComment:
    """Answer a comment once; the provider is told, and both become public.

    Raises InvalidInput (field `answer`), Conflict when it was answered, Stale, NotPermitted, NotFound.
    """
    now = now or timezone.now()
    comment = lock(SeasonComment.objects.select_related("provider", "season"), comment_id)
    check_permission(by, "season.answer")
    if comment.answered_at is not None:
        raise Conflict(_("This comment was answered already."), remedy=_("Reload the page."), code="answered_already")
    comment.check_version(version)
    comment.answer, comment.answered_at, comment.answered_by = read_text(answer, "answer"), now, by
    comment.save_checked()
    record("season.answer_comment", comment, by=by, now=now, note=comment.answer)
    if comment.provider.organisation_id is not None:
        send_notice(
            "season.answer_comment",
            organisation_id=comment.provider.organisation_id,
            now=now,
            name_zh=comment.season.name_zh,
            name_en=comment.season.name_en,
            code=comment.season.code,
            answer=comment.answer,
        )
    return comment


def read_text(text: str, field: str) -> str:
    """What was written, without spaces around it; raises InvalidInput when nothing is left."""
    said = text.strip()
    if not said:
        raise InvalidInput(_("The text is missing."), field=field, remedy=_("Write one or two sentences."))
    return said

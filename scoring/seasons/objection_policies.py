"""When a provider may object, and who may decide."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.exceptions import Conflict, InvalidInput, NotPermitted
from common.states import ActionOffer, Transition
from common.templatetags.paddock import day as day_text
from providers.registry.permissions import check_unbiased
from scoring.seasons.enums import Relief, SeasonStatus
from scoring.seasons.models import Season
from scoring.seasons.objection_models import Objection
from scoring.seasons.states import DECISIONS, OBJECTION
from scoring.seasons.verdict_models import Settlement


def check_objectable(season: Season, today: date) -> None:
    """The season stands still and the last day for objections is not over."""
    if season.status != SeasonStatus.STANDSTILL or season.objections_until is None:
        raise Conflict(
            _("Objections are taken while the season stands still."),
            remedy=_("Read the dates on the season's rules."),
            code="not_objectable",
        )
    if today > season.objections_until:
        raise Conflict(
            _("Objections were taken until %(day)s.") % {"day": day_text(season.objections_until)},
            remedy=_("Dispute facts that are wrong: later seasons read them."),
            code="too_late",
        )


def can_object(season: Season, today: date) -> bool:
    """Whether an objection would be heard on that day."""
    try:
        check_objectable(season, today)
    except Conflict:
        return False
    return True


def check_relief(relief: str) -> None:
    """One of the two reliefs; raises InvalidInput."""
    if relief not in Relief.values:
        raise InvalidInput(
            _("There is no such relief."),
            field="relief",
            remedy=_("Use %(keys)s.") % {"keys": ", ".join(Relief.values)},
        )


def check_changes(before: Settlement | None, digest: str) -> None:
    """An objection that is upheld changes something; raises Conflict."""
    if before is not None and before.digest == digest:
        raise Conflict(
            _("Settled again, nothing would change."),
            field="relief",
            remedy=_("Correct what is wrong with the facts first, choose the other relief, or reject the objection."),
            code="nothing_changes",
        )


def check_act(user: User | AnonymousUser, objection: Objection, row: Transition) -> None:
    """Whether `user` may take the step `row`. Decided is by somebody who belongs to neither side and settled nothing of
    the track; raises NotPermitted."""
    check_permission(user, row.permission, organisation_id=objection.provider.organisation_id)
    if row.action in DECISIONS:
        check_unbiased(user, objection.provider)
        first = Settlement.objects.filter(track=objection.track_id, supersedes__isnull=True, settled_by=user.pk)
        if first.exists():
            raise NotPermitted(
                _("You settled this track, so you cannot decide about objections to it."),
                remedy=_("Leave the decision to a colleague."),
                code="conflict_of_interest",
            )


def offer_actions(user: User | AnonymousUser, objection: Objection) -> list[ActionOffer]:
    """All steps of the present state, each allowed or with its reason."""
    return OBJECTION.offer_actions(objection, lambda row: check_act(user, objection, row))

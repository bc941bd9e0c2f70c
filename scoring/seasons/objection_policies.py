"""When a provider may object or appeal, and who may decide."""

from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.days import business_day
from common.exceptions import Conflict, InvalidInput, NotPermitted
from common.states import ActionOffer, Transition
from common.templatetags.paddock import day as day_text
from providers.registry.permissions import check_unbiased
from scoring.seasons.enums import CLOSED_SEASONS, ObjectionKind, Relief, SeasonStatus
from scoring.seasons.models import Season
from scoring.seasons.objection_models import Objection
from scoring.seasons.policies import terms_of
from scoring.seasons.states import DECISIONS, TABLES
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


def appeals_until(season: Season) -> date | None:
    """The last day for appeals against the final verdicts of a season; None before it is final."""
    if season.status not in CLOSED_SEASONS or season.finalised_at is None:
        return None
    return business_day(season.finalised_at) + timedelta(days=terms_of(season)["appeal_days"])


def check_appealable(season: Season, today: date) -> None:
    """The season is final and the last day for appeals is not over."""
    last = appeals_until(season)
    if last is None:
        raise Conflict(
            _("Appeals are taken once the season is final."),
            remedy=_("Object to the verdict while the season stands still."),
            code="not_appealable",
        )
    if today > last:
        raise Conflict(
            _("Appeals were taken until %(day)s.") % {"day": day_text(last)},
            remedy=_("Dispute facts that are wrong: later seasons read them."),
            code="too_late",
        )


CHECKS = {ObjectionKind.OBJECTION: check_objectable, ObjectionKind.APPEAL: check_appealable}


def open_kind(season: Season, today: date) -> ObjectionKind | None:
    """What would be heard on that day: an objection, an appeal, or nothing."""
    for kind, check in CHECKS.items():
        try:
            check(season, today)
        except Conflict:
            continue
        return kind
    return None


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
    """Whether `user` may take the step `row`. An objection is decided by somebody who belongs to neither side and did
    not settle the track; an appeal besides by nobody who settled it again or decided on this provider's objection.
    Raises NotPermitted."""
    check_permission(user, row.permission, organisation_id=objection.provider.organisation_id)
    if row.action in DECISIONS:
        check_unbiased(user, objection.provider)
        settled = Settlement.objects.filter(track=objection.track_id, settled_by=user.pk)
        if objection.kind == ObjectionKind.OBJECTION:
            settled = settled.filter(supersedes__isnull=True)
        if settled.exists():
            raise NotPermitted(
                _("You settled this track, so you cannot decide about objections to it."),
                remedy=_("Leave the decision to a colleague."),
                code="conflict_of_interest",
            )
        if objection.kind == ObjectionKind.APPEAL and decided_before(user, objection):
            raise NotPermitted(
                _("You decided on this provider's objection, so you cannot decide on its appeal."),
                remedy=_("Leave the decision to a colleague."),
                code="conflict_of_interest",
            )


def decided_before(user: User | AnonymousUser, appeal: Objection) -> bool:
    """Whether `user` decided on what the provider said about this track before."""
    earlier = Objection.objects.filter(track=appeal.track_id, provider=appeal.provider_id, decided_by=user.pk)
    return earlier.exclude(pk=appeal.pk).exists()


def offer_actions(user: User | AnonymousUser, objection: Objection) -> list[ActionOffer]:
    """All steps of the present state, each allowed or with its reason."""
    return TABLES[ObjectionKind(objection.kind)].offer_actions(objection, lambda row: check_act(user, objection, row))

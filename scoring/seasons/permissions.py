"""Who may do what with a season in its present state; for buttons and `allowed_actions`."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.days import business_day
from common.exceptions import Conflict
from common.states import ActionOffer, Transition
from scoring.seasons import closing_policies, policies
from scoring.seasons.models import Season
from scoring.seasons.states import SEASON
from scoring.seasons.verdict_models import Settlement

CHECKS = {
    "announce": policies.check_announceable,
    "start": policies.check_startable,
    "close": policies.check_closable,
    "open_objections": closing_policies.check_settled,
    "finalise": closing_policies.check_final,
    "archive": closing_policies.check_archivable,
}


def offer_season_actions(season: Season, user: User) -> list[ActionOffer]:
    """The season's actions, each allowed or with its reason."""
    today = business_day(timezone.now())

    def check(row: Transition) -> None:
        CHECKS[row.action](season, today)
        check_permission(user, row.permission)

    return SEASON.offer_actions(season, check)


def check_clears_out(user: User, settlement: Settlement) -> None:
    """Whoever settled a track does not carry out its verdicts of clear-out; raises Conflict."""
    if settlement.settled_by_id == user.pk:
        raise Conflict(
            _("You settled this track, so you do not clear out by it."), remedy=_("Leave it to a colleague.")
        )

"""What can be tried on which seasons, whoever asks."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from scoring.season_lab.options import MAX_SEASONS
from scoring.season_lab.selectors import past_seasons
from scoring.seasons.enums import SeasonStatus
from scoring.seasons.models import Season

TRIABLE = (SeasonStatus.DRAFT, SeasonStatus.ANNOUNCED)


def check_triable(season: Season) -> None:
    """Rules are tried before anybody races by them."""
    if season.status not in TRIABLE:
        raise Conflict(
            _("This season has started; its rules are settled."),
            remedy=_("Try the rules of the next season."),
            code="not_triable",
        )


def check_seasons(season: Season, season_ids: Sequence[int]) -> list[Season]:
    """The finished seasons that a trial names, oldest first, by default the newest of all; raises InvalidInput or
    Conflict."""
    past = list(past_seasons(season))
    if not past:
        raise Conflict(
            _("No season before this one is final yet."),
            remedy=_("Come back when the first result is final."),
            code="no_past_seasons",
        )
    wanted = set(season_ids)
    chosen = [one for one in past if one.pk in wanted] if wanted else past[:MAX_SEASONS]
    if wanted - {one.pk for one in chosen}:
        raise InvalidInput(
            _("A season that is named here is not final, or is not before this one."),
            field="season_ids",
            remedy=_("Choose seasons whose result is final."),
            code="season_not_final",
        )
    if len(chosen) > MAX_SEASONS:
        raise InvalidInput(
            _("A trial takes at most %(count)s seasons.") % {"count": MAX_SEASONS},
            field="season_ids",
            remedy=_("Choose fewer."),
            code="too_many_seasons",
        )
    return sorted(chosen, key=lambda one: (one.starts_on, one.pk))

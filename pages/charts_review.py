"""The charts of a season's review, each with its table; see templates/components/chart.html."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import day, number
from scoring.seasons.models import StandingNight
from scoring.seasons.review import LadderMoves, Line

Chart = dict[str, Any]


def draw_bump(nights: Sequence[StandingNight], lines: Sequence[Line], own: frozenset[int]) -> Chart | None:
    """The places of the best over the nights of the season, the viewer's own marked; None for fewer than two nights."""
    if len(nights) < 2 or not lines:
        return None
    places = [place for line in lines for place in line.places if place is not None]
    return {
        "kind": "bump",
        "label": _("Places over the season"),
        "data": {
            "x": [day(night.day) for night in nights],
            "worst": max(places, default=1),
            "decimals": 0,
            "series": [
                {"name": line.provider.name, "values": line.places, "mark": line.provider.organisation_id in own}
                for line in lines
            ],
        },
        "head": [_("Provider"), *(day(night.day) for night in nights)],
        "rows": [[line.provider.name, *(number(place) for place in line.places)] for line in lines],
    }


def level_table(moves: LadderMoves) -> dict[str, Any]:
    """A ladder's moves as a table: from the row's level to the column's, each cell with what it means."""
    names = [_("Level %(level)s") % {"level": number(level)} for level in range(1, moves.levels + 1)]
    rows = []
    for row, name in enumerate([*names, _("Newcomers")]):
        counts = moves.matrix[row].tolist()
        cells = [(count, tone_of(row, column, moves.levels)) for column, count in enumerate(counts)]
        rows.append((name, cells, sum(counts)))
    return {"head": [*names, _("No level")], "rows": rows, "moved": moves.moved}


def tone_of(row: int, column: int, levels: int) -> str:
    """Whether a cell holds those who rose, fell or stayed; none for newcomers and leavers."""
    if row >= levels or column >= levels:
        return ""
    return "is-stay" if row == column else "is-rose" if column < row else "is-fell"

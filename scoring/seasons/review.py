"""A season in hindsight: places over its nights, moves between levels, who rose and who fell. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q

from engine.arrays import IntArray
from engine.season_review import count_moves, order_by_change
from providers.registry.models import Provider
from scoring.seasons.ban_selectors import BANNED
from scoring.seasons.models import Season, Standing, StandingNight, Track
from scoring.seasons.verdict_selectors import current_verdicts

MOST_NIGHTS, MOST_LINES, MOST_MOVERS = 14, 10, 5


@dataclass(frozen=True)
class Line:
    """One provider's places over the nights, None where it held none."""

    provider: Provider
    places: list[int | None]


@dataclass(frozen=True)
class Mover:
    """What a provider won or lost between the first and the last night of a season."""

    provider: Provider
    first: int
    last: int

    @property
    def change(self) -> int:
        return self.first - self.last


@dataclass(frozen=True)
class LadderMoves:
    """How many went from which level to which in one ladder, newcomers last; see `engine.season_review`."""

    ladder: str
    levels: int
    matrix: IntArray

    @property
    def moved(self) -> int:
        """How many race on another level next, newcomers and leavers not counted."""
        inner = self.matrix[: self.levels, : self.levels]
        return int(inner.sum() - np.trace(inner))


def chosen_nights(track: Track) -> list[StandingNight]:
    """At most MOST_NIGHTS nights of a track, evenly spread, the first and the last among them."""
    nights = list(StandingNight.objects.filter(track=track).order_by("day"))
    if len(nights) <= MOST_NIGHTS:
        return nights
    at = np.linspace(0, len(nights) - 1, MOST_NIGHTS).round().astype(int)
    return [nights[index] for index in np.unique(at).tolist()]


def draw_lines(nights: Sequence[StandingNight], own: frozenset[int] = frozenset()) -> list[Line]:
    """The places of those who stood best on the last of `nights`, and of the viewer's own companies (organisation ids).

    Who was banned from the boards on a night has no place on it here.
    """
    if not nights:
        return []
    shown = Standing.objects.filter(~Q(BANNED), place__isnull=False)
    last = shown.filter(night=nights[-1]).order_by("place", "provider__code").select_related("provider")
    chosen = {row.provider_id: row.provider for row in last[:MOST_LINES]}
    if own:
        chosen |= {row.provider_id: row.provider for row in last.filter(provider__organisation__in=own)}
    rows = shown.filter(night__in=nights, provider__in=chosen).values_list("provider_id", "night_id", "place")
    places = {(provider, night): place for provider, night, place in rows}
    return [Line(provider, [places.get((pk, night.pk)) for night in nights]) for pk, provider in chosen.items()]


def find_movers(nights: Sequence[StandingNight]) -> tuple[list[Mover], list[Mover]]:
    """Who won and who lost most places from the first to the last of `nights`."""
    if len(nights) < 2:
        return [], []
    shown = Standing.objects.filter(~Q(BANNED), place__isnull=False)
    first = {row.provider_id: row.place or 0 for row in shown.filter(night=nights[0])}
    last = shown.filter(night=nights[-1]).order_by("place", "provider__code").select_related("provider")
    movers = [Mover(row.provider, first[row.provider_id], row.place or 0) for row in last if row.provider_id in first]
    order = order_by_change([one.change for one in movers])
    risen = [movers[row] for row in order if movers[row].change > 0][:MOST_MOVERS]
    fallen = [movers[row] for row in reversed(order) if movers[row].change < 0][:MOST_MOVERS]
    return risen, fallen


def level_moves(season: Season) -> list[LadderMoves]:
    """The moves between levels that a final season decided, ladder by ladder; none before it is final."""
    if not season.is_closed:
        return []
    levels: dict[str, int] = {}
    for ladder, level in season.tracks.filter(level__isnull=False).values_list("ladder", "level"):
        levels[ladder] = max(levels.get(ladder, 0), level or 0)
    moves: dict[str, tuple[list[int], list[int]]] = {ladder: ([], []) for ladder in levels}
    rows = current_verdicts(season).values_list(
        "settlement__track__ladder", "settlement__track__leads_to", "settlement__track__level", "to_level"
    )
    for ladder, leads_to, level, to_level in rows:
        before, after = moves.get(leads_to or ladder, ([], []))
        before.append(level or 0)
        after.append(to_level or 0)
    return [
        LadderMoves(ladder, levels[ladder], count_moves(before=before, after=after, levels=levels[ladder]))
        for ladder, (before, after) in sorted(moves.items())
    ]

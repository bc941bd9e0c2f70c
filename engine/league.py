"""League: match results to a table of points, ready to be ranked and settled.

    table = tally_results(division=..., home=..., away=..., home_goals=..., away_goals=..., points=MatchPoints())
    table = deduct_points(table, subject=["Reading"], points=[2.0])
    table.columns["points"], ["goal_difference"], ["goals_for"], ["played"], ["won"], ...

One row per subject and division, sorted by both. A match without goals has not been played and counts for nothing,
but its sides are in the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import FloatArray, as_floats, check_length
from engine.errors import EngineError


@dataclass(frozen=True)
class MatchPoints:
    """Points of a match."""

    win: float = 3
    draw: float = 1
    loss: float = 0


@dataclass(frozen=True)
class LeagueTable:
    """Sums of each subject in its division; `columns`: points, goal_difference, goals_for, goals_against, played,
    won, drawn, lost, deducted."""

    subject: NDArray[Any]
    division: NDArray[Any]
    columns: Mapping[str, FloatArray]


def tally_results(
    *,
    home: ArrayLike,
    away: ArrayLike,
    home_goals: ArrayLike,
    away_goals: ArrayLike,
    division: ArrayLike | None = None,
    points: MatchPoints | None = None,
) -> LeagueTable:
    """Sum results, one entry per match. Raises EngineError for a side that plays itself, goals below 0 or half a
    result."""
    worth = points or MatchPoints()
    hosts = np.asarray(home)
    size = len(hosts)
    guests = np.asarray(away)
    where = np.zeros(size, dtype=np.int64) if division is None else np.asarray(division)
    check_length("away", guests, size)
    check_length("division", where, size)
    scored = [as_floats("home_goals", home_goals, size), as_floats("away_goals", away_goals, size)]
    _check_matches(hosts, guests, *scored)

    names, name_index = np.unique(np.concatenate([hosts, guests]), return_inverse=True)
    divisions, division_index = np.unique(where, return_inverse=True)
    code = np.tile(division_index.reshape(size), 2) * len(names) + name_index.reshape(2 * size)
    codes, row = np.unique(code, return_inverse=True)
    row = row.reshape(2 * size)
    made, let = np.concatenate(scored), np.concatenate(scored[::-1])
    played = ~np.isnan(made)

    def add_up(values: NDArray[Any]) -> FloatArray:
        weights = np.where(played, values, 0).astype(np.float64)
        return np.bincount(row, weights=weights, minlength=len(codes)).astype(np.float64)

    won, drawn, lost = add_up(made > let), add_up(made == let), add_up(made < let)
    goals_for, goals_against = add_up(made), add_up(let)
    return LeagueTable(
        subject=names[codes % max(len(names), 1)],
        division=divisions[codes // max(len(names), 1)],
        columns={
            "points": worth.win * won + worth.draw * drawn + worth.loss * lost,
            "goal_difference": goals_for - goals_against,
            "goals_for": goals_for,
            "goals_against": goals_against,
            "played": won + drawn + lost,
            "won": won,
            "drawn": drawn,
            "lost": lost,
            "deducted": np.zeros(len(codes)),
        },
    )


def deduct_points(
    table: LeagueTable, *, subject: ArrayLike, points: ArrayLike, division: ArrayLike | None = None
) -> LeagueTable:
    """Take points off, in every division of the subject or in the one named; several deductions of a subject add up.

    Raises EngineError for a subject that is not in the table, or for missing points.
    """
    names = np.asarray(subject)
    amounts = as_floats("points", points, len(names))
    where = None if division is None else np.asarray(division)
    taken = np.zeros(len(table.subject))
    for index, name in enumerate(names.tolist()):
        rows = table.subject == name
        if where is not None:
            rows = rows & (table.division == where[index])
        if not rows.any() or np.isnan(amounts[index]):
            raise EngineError(
                "bad_deduction",
                "The deduction of '%(subject)s' names nobody in the table, or no points.",
                field="subject",
                remedy="Write the name as in the results and a number of points.",
                params={"subject": name},
            )
        taken[rows] += amounts[index]
    columns = {**table.columns, "points": table.columns["points"] - taken}
    return replace(table, columns={**columns, "deducted": table.columns["deducted"] + taken})


def _check_matches(home: NDArray[Any], away: NDArray[Any], home_goals: FloatArray, away_goals: FloatArray) -> None:
    faults = (
        ("plays_itself", home == away, "The side plays itself.", "Name two different sides."),
        ("negative_goals", (home_goals < 0) | (away_goals < 0), "A number of goals is negative.", "Correct it."),
        (
            "half_a_result",
            np.isnan(home_goals) != np.isnan(away_goals),
            "Only one side has goals.",
            "Give both, or neither for a match that is still to be played.",
        ),
    )
    for code, mask, message, remedy in faults:
        rows = np.flatnonzero(mask)
        if len(rows):
            raise EngineError(
                code,
                "Match %(row)s (%(home)s against %(away)s): " + message,
                field="results",
                remedy=remedy,
                params={"row": int(rows[0]) + 1, "home": home[rows[0]], "away": away[rows[0]]},
            )

"""League tables from match results."""

from typing import Any

import pytest

from engine.errors import EngineError
from engine.league import LeagueTable, MatchPoints, deduct_points, tally_results

MATCHES: dict[str, list[Any]] = {
    "home": ["Ash", "Birch", "Cedar", "Ash", "Dane"],
    "away": ["Birch", "Cedar", "Ash", "Cedar", "Elk"],
    "home_goals": [2, 1, 0, None, 3],
    "away_goals": [0, 1, 4, None, 3],
    "division": ["top", "top", "top", "top", "low"],
}


def rows(table: LeagueTable) -> dict[tuple[str, str], dict[str, float]]:
    return {
        (division, subject): {name: float(column[row]) for name, column in table.columns.items()}
        for row, (division, subject) in enumerate(zip(table.division.tolist(), table.subject.tolist(), strict=True))
    }


def test_results_become_points_goals_and_counts() -> None:
    table = rows(tally_results(**MATCHES))
    assert list(table) == [("low", "Dane"), ("low", "Elk"), ("top", "Ash"), ("top", "Birch"), ("top", "Cedar")]
    assert table["top", "Ash"] == {
        "points": 6,
        "goal_difference": 6,
        "goals_for": 6,
        "goals_against": 0,
        "played": 2,
        "won": 2,
        "drawn": 0,
        "lost": 0,
        "deducted": 0,
    }
    assert table["top", "Birch"]["points"] == 1 and table["top", "Birch"]["goal_difference"] == -2
    assert table["top", "Cedar"]["points"] == 1 and table["top", "Cedar"]["played"] == 2
    assert table["low", "Elk"]["drawn"] == 1


def test_points_are_a_choice() -> None:
    table = rows(tally_results(**MATCHES, points=MatchPoints(win=2, draw=1, loss=0)))
    assert table["top", "Ash"]["points"] == 4


def test_deductions_add_up_and_are_shown() -> None:
    table = deduct_points(tally_results(**MATCHES), subject=["Ash", "Ash", "Elk"], points=[1, 2, 9])
    assert rows(table)["top", "Ash"]["points"] == 3 and rows(table)["top", "Ash"]["deducted"] == 3
    assert rows(table)["low", "Elk"]["points"] == -8
    only = deduct_points(tally_results(**MATCHES), subject=["Ash"], points=[1], division=["top"])
    assert rows(only)["top", "Ash"]["points"] == 5


def test_no_matches_make_an_empty_table() -> None:
    table = tally_results(home=[], away=[], home_goals=[], away_goals=[])
    assert table.subject.tolist() == [] and table.columns["points"].tolist() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"away": ["Ash", "Cedar", "Ash", "Cedar", "Elk"]}, "plays_itself"),
        ({"home_goals": [-2, 1, 0, None, 3]}, "negative_goals"),
        ({"home_goals": [None, 1, 0, None, 3]}, "half_a_result"),
        ({"home_goals": [2, 1]}, "unequal_length"),
        ({"home_goals": ["a", 1, 0, None, 3]}, "not_a_number"),
    ],
)
def test_bad_results_are_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(EngineError) as caught:
        tally_results(**{**MATCHES, **changes})
    assert caught.value.code == code


@pytest.mark.parametrize(
    "deduction",
    [
        {"subject": ["Oak"], "points": [3]},
        {"subject": ["Ash"], "points": [None]},
        {"subject": ["Ash"], "points": [1], "division": ["low"]},
    ],
)
def test_a_deduction_must_find_its_subject(deduction: dict[str, Any]) -> None:
    with pytest.raises(EngineError) as caught:
        deduct_points(tally_results(**MATCHES), **deduction)
    assert caught.value.code == "bad_deduction"

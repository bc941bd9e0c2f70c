"""Three quarters of Australian aged-care ratings (2023) raced as three seasons through the command line.

A home is a subject, its state and level are its track. Ratings of a quarter are weighted as the published rules weight
them; four stars are the entry threshold. What one season decides is carried into the next: level, protection after a
promotion, last places, previous place.
"""

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine.__main__ import main
from engine.season_rules import Quota
from engine.tables import Table, read_table, write_table

ROOT = Path(__file__).resolve().parents[2]
AGED_CARE = Path(os.environ.get("PADDOCK_SHARED_DATA", ROOT.parent / "shared" / "data")) / "agedcare" / "ratings.csv.gz"
WEIGHTS = {
    "residents_experience_rating": 0.33,
    "compliance_rating": 0.30,
    "staffing_rating": 0.22,
    "quality_measures_rating": 0.15,
}
SHARE, THRESHOLD, FLOOR = 0.15, 4.0, 3.0
RULES = f"""
order = ["score", "compliance_rating", "residents_experience_rating"]

[settlement]
promote = {{ share = {SHARE} }}
relegate = {{ share = {SHARE} }}
entry_threshold = {THRESHOLD}
clear_out_after = 3

[settlement.floors]
compliance_rating = {FLOOR}
"""


@dataclass
class Season:
    """What came out, and what it was decided on."""

    quarter: str
    given: Table
    board: Table
    outcomes: Counter[str] = field(default_factory=Counter)

    def outcome(self) -> dict[str, str]:
        return dict(zip(self.board["subject"].tolist(), self.board["outcome"].tolist(), strict=True))


def write_rules(path: Path, tracks: list[str]) -> None:
    """Nobody rises from level 1 or falls from level 2."""
    own = "".join(
        f'\n[settlement.tracks."{track}"]\n{"promote" if track.endswith("-1") else "relegate"} = 0\n'
        for track in sorted(tracks)
    )
    path.write_text(RULES + own, encoding="utf-8")


def first_rows(rows: Table) -> Table:
    """One row for each home: a quarter lists a few of them twice."""
    _names, first = np.unique(rows["facility_id"].astype(str), return_index=True)
    return {name: column[np.sort(first)] for name, column in rows.items()}


def weigh(rows: Table) -> np.ndarray:
    """The weighted ratings; NaN where one is missing."""
    total = sum(np.asarray(rows[name], dtype=np.float64) * weight for name, weight in WEIGHTS.items())
    return np.asarray(total, dtype=np.float64)


def race_quarters(folder: Path) -> list[Season]:
    """The quarters in order, each raced on the levels that the one before left."""
    table = read_table(AGED_CARE)
    days = np.array([str(day)[:10] for day in table["quarter_date"]])
    levels: dict[str, int] = {}
    first_seen: dict[str, date] = {}
    last: dict[str, int] = {}
    seasons: list[Season] = []
    for quarter in sorted(set(days.tolist())):
        rows = first_rows({name: column[days == quarter] for name, column in table.items()})
        names = [str(name) for name in rows["facility_id"]]
        score = weigh(rows)
        day = date.fromisoformat(quarter)
        if not seasons:  # nobody has a history, so the first levels are drawn by lot
            levels = dict(zip(names, np.random.default_rng(1).integers(1, 3, len(names)).tolist(), strict=True))
        for name in names:
            levels.setdefault(name, 2)
            first_seen.setdefault(name, day if seasons else date(2020, 1, 1))
        before = seasons[-1].outcome() if seasons else {}
        given: Table = {
            "subject": np.array(names, dtype=object),
            "track": np.array(
                [f"{state}-{levels[name]}" for state, name in zip(rows["state"], names, strict=True)], dtype=object
            ),
            "score": score,
            "compliance_rating": np.asarray(rows["compliance_rating"], dtype=np.float64),
            "residents_experience_rating": np.asarray(rows["residents_experience_rating"], dtype=np.float64),
            "days_admitted": np.array([(day - first_seen[name]).days for name in names], dtype=np.int64),
            "promoted_last_season": np.array([before.get(name) == "promoted" for name in names]),
            "last_places": np.array([last.get(name, 0) for name in names], dtype=np.int64),
        }
        seasons.append(race(folder, quarter, given, seasons[-1:]))
        for name, outcome in seasons[-1].outcome().items():
            levels[name] += {"promoted": -1, "relegated": 1}.get(outcome, 0)
        last = carry_last_places(seasons[-1], last)
    return seasons


def race(folder: Path, quarter: str, given: Table, before: list[Season]) -> Season:
    rules, table, out = (folder / f"{quarter}{suffix}" for suffix in (".toml", ".csv", "-board.csv"))
    write_rules(rules, sorted(set(given["track"].tolist())))
    write_table(table, given)
    words = ["race", "--rules", str(rules), "--table", str(table), "--out", str(out)]
    if before:
        words += ["--previous", str(folder / f"{before[-1].quarter}-board.csv")]
    assert main(words) == 0
    board = read_table(out)
    return Season(quarter, given, board, Counter(board["outcome"].tolist()))


def carry_last_places(season: Season, before: dict[str, int]) -> dict[str, int]:
    """How often in a row each home stood last alone."""
    board = season.board
    ranked = [
        (track, int(place), name)
        for track, place, name in zip(board["track"], board["place"], board["subject"], strict=True)
        if place is not None and not np.ma.is_masked(place) and not np.isnan(float(place))
    ]
    size = Counter(track for track, _place, _name in ranked)
    return {name: before.get(name, 0) + 1 for track, place, name in ranked if place == size[track] > 1}


@pytest.fixture(scope="module")
def seasons(tmp_path_factory: pytest.TempPathFactory) -> list[Season]:
    if not AGED_CARE.is_file():
        pytest.skip(f"no reference data at {AGED_CARE}; set PADDOCK_SHARED_DATA to its folder")
    return race_quarters(tmp_path_factory.mktemp("aged_care"))


@pytest.mark.shared_data
def test_three_seasons_come_out_as_they_did(seasons: list[Season]) -> None:
    assert [(season.quarter, len(season.board["subject"]), dict(season.outcomes)) for season in seasons] == [
        ("2023-05-01", 2619, {"not_ranked": 138, "play_off": 27, "promoted": 141, "relegated": 161, "stay": 2152}),
        ("2023-08-01", 2607, {"not_ranked": 161, "play_off": 12, "promoted": 98, "relegated": 166, "stay": 2170}),
        (
            "2023-12-01",
            2572,
            {"cleared_out": 1, "not_ranked": 110, "play_off": 18, "promoted": 93, "relegated": 155, "stay": 2195},
        ),
    ]


@pytest.mark.shared_data
def test_no_season_moves_more_than_its_quotas_or_against_its_lines(seasons: list[Season]) -> None:
    for season in seasons:
        given, board = season.given, season.board
        score = dict(zip(given["subject"].tolist(), given["score"].tolist(), strict=True))
        floor = dict(zip(given["subject"].tolist(), given["compliance_rating"].tolist(), strict=True))
        safe = {
            name
            for name, days, rose in zip(
                given["subject"], given["days_admitted"], given["promoted_last_season"], strict=True
            )
            if days < 90 or rose
        }
        for track in sorted(set(board["track"].tolist())):
            inside = board["track"] == track
            names, outcome = board["subject"][inside], board["outcome"][inside]
            ranked = np.array([int((outcome != "not_ranked").sum())])
            most = int(Quota(share=SHARE).number_of(ranked)[0])
            up, down = names[outcome == "promoted"].tolist(), names[outcome == "relegated"].tolist()
            assert len(up) <= (0 if track.endswith("-1") else most)
            assert len(down) <= (0 if track.endswith("-2") else most)
            assert all(score[name] >= THRESHOLD and floor[name] >= FLOOR for name in up)
            assert all(score[name] < 0.9 * THRESHOLD and name not in safe for name in down)
            assert not safe & set(names[outcome == "cleared_out"].tolist())


@pytest.mark.shared_data
def test_each_season_starts_where_the_one_before_ended(seasons: list[Season]) -> None:
    for before, after in pairwise(seasons):
        level = {
            name: int(track[-1]) for name, track in zip(before.board["subject"], before.board["track"], strict=True)
        }
        outcome = before.outcome()
        now = {name: int(track[-1]) for name, track in zip(after.board["subject"], after.board["track"], strict=True)}
        moved = {"promoted": -1, "relegated": 1}
        assert all(now[name] == at + moved.get(outcome[name], 0) for name, at in level.items() if name in now)
        assert any(value is not None for value in after.board["movement"].tolist())


@pytest.mark.shared_data
def test_the_order_of_the_rows_changes_nothing(seasons: list[Season], tmp_path: Path) -> None:
    season = seasons[1]
    turned = np.random.default_rng(1).permutation(len(season.given["subject"]))
    again = race(tmp_path, season.quarter, {name: column[turned] for name, column in season.given.items()}, [])
    assert again.outcome() == season.outcome()

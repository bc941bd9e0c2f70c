"""`python -m engine race`: files in, files out, errors in one sentence."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.__main__ import main
from engine.race_rules import parse_race_rules
from engine.season_rules import Quota
from engine.tables import read_table, write_table

MODELS = Path(engine.__file__).parent / "models"
ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PADDOCK_SHARED_DATA", ROOT.parent / "shared" / "data"))


def write_csv(path: Path, text: str) -> Path:
    path.write_text(text.replace(" ", ""), encoding="utf-8")
    return path


def rows(path: Path, *names: str) -> list[tuple[Any, ...]]:
    table = read_table(path)
    columns = [[None if value != value else value for value in table[name].tolist()] for name in names]
    return list(zip(*columns, strict=True))


LEAGUE = """\
kind = "results"
[settlement]
promote = 0
relegate = 1
[settlement.tracks.low]
promote = 1
relegate = 0
"""
RESULTS = """\
division,home,away,home_goals,away_goals
top,Ash,Birch,2,0
top,Birch,Cedar,1,1
top,Cedar,Ash,1,2
low,Dane,Elk,3,3
low,Elk,Fir,1,0
low,Fir,Dane,0,2
"""


def test_a_league_is_ranked_settled_and_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(LEAGUE)
    table = write_csv(tmp_path / "results.csv", RESULTS)
    out, moves = tmp_path / "out.csv", tmp_path / "moves.csv"
    assert main(["race", "--rules", str(rules), "--table", str(table), "--out", str(out), "--moves", str(moves)]) == 0
    assert capsys.readouterr().out == "6 of 6 ranked in 2 tracks: 1 promoted, 1 relegated, 4 stay\n"
    assert rows(out, "track", "place", "subject", "points", "goal_difference", "decided_by", "outcome") == [
        ("low", 1, "Dane", 4, 2, None, "promoted"),
        ("low", 2, "Elk", 4, 1, "goal_difference", "stay"),
        ("low", 3, "Fir", 0, -3, "points", "stay"),
        ("top", 1, "Ash", 6, 3, None, "stay"),
        ("top", 2, "Cedar", 1, -1, "points", "stay"),
        ("top", 3, "Birch", 1, -2, "goal_difference", "relegated"),
    ]
    deciding = [row[:-1] for row in rows(moves, "subject", "condition", "met", "deciding") if row[-1]]
    assert [row for row in deciding if row[0] == "Birch"] == [
        ("Birch", "relegation.place", True),
        ("Birch", "relegation.not_newcomer", True),
        ("Birch", "relegation.not_promoted_last_season", True),
        ("Birch", "relegation.no_decisive_dispute", True),
    ]
    assert out.read_text().splitlines()[1].startswith("low,1,Dane,4,4,2,")
    params = {(s, c): json.loads(p) for s, c, p in rows(moves, "subject", "condition", "params")}
    assert params["Dane", "promotion.place"] == {"place": 1, "places": 1, "ranked": 3}


def test_deductions_and_an_earlier_table_count(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(LEAGUE)
    table = write_csv(tmp_path / "results.csv", RESULTS)
    first, second = tmp_path / "first.parquet", tmp_path / "second.jsonl"
    deductions = write_csv(tmp_path / "deductions.csv", "subject,points\nAsh,6\nDane,1\n")
    assert main(["race", "--rules", str(rules), "--table", str(table), "--out", str(first)]) == 0
    given = ["race", "--rules", str(rules), "--table", str(table), "--out", str(second)]
    assert main([*given, "--deductions", str(deductions), "--previous", str(first)]) == 0
    assert rows(second, "subject", "place", "movement", "points", "outcome") == [
        ("Elk", 1, 1, 4, "promoted"),
        ("Dane", 2, -1, 3, "stay"),
        ("Fir", 3, 0, 0, "stay"),
        ("Cedar", 1, 1, 1, "stay"),
        ("Birch", 2, 1, 1, "stay"),
        ("Ash", 3, -2, 0, "relegated"),
    ]


def test_a_tie_across_the_line_of_a_league_plays_off(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('kind = "results"\n[settlement]\npromote = 1\nrelegate = 0\n')
    table = write_csv(tmp_path / "r.csv", "home,away,home_goals,away_goals\nAsh,Birch,1,1\n")
    out = tmp_path / "out.csv"
    assert main(["race", "--rules", str(rules), "--table", str(table), "--out", str(out)]) == 0
    assert rows(out, "subject", "place", "outcome") == [("Ash", 1, "play_off"), ("Birch", 1, "play_off")]


SEASON = """\
order = ["lower", "score", "evidence"]
bans = "BANS"
[columns]
subject = "provider"
[settlement]
promote = 1
relegate = 1
entry_threshold = 60.0
promotion_odds = 0.5
[settlement.floors]
supply_chain = 40.0
[odds]
seed = 3
draws = 2000
"""
SCORES = """\
provider,track,score,lower,se,evidence,supply_chain,banned,days_admitted
p1,t,80,78,1,100,50,false,900
p2,t,79,70,1,90,50,false,900
p3,t,90,85,1,10,50,true,900
p4,t,30,20,1,10,50,false,900
p5,t,,,,0,,false,900
"""


@pytest.mark.parametrize(
    ("bans", "expected"),
    [
        ("hold_place", [("p3", 1, "banned"), ("p1", 2, "stay"), ("p2", 3, "stay"), ("p4", 4, "relegated")]),
        ("leave_out", [("p1", 1, "promoted"), ("p2", 2, "stay"), ("p4", 3, "relegated"), ("p3", None, "banned")]),
    ],
)
def test_a_season_of_scores_with_odds_floors_and_bans(tmp_path: Path, bans: str, expected: list[Any]) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(SEASON.replace("BANS", bans))
    table = write_csv(tmp_path / "scores.csv", SCORES)
    out = tmp_path / "out.csv"
    assert main(["race", "--rules", str(rules), "--table", str(table), "--out", str(out)]) == 0
    assert rows(out, "subject", "place", "outcome") == [*expected, ("p5", None, "not_ranked")]
    result = read_table(out)
    ranked = result["subject"] != "p5"
    total = result["odds_promotion"] + result["odds_stay"] + result["odds_relegation"]
    assert np.allclose(total[ranked & ~np.isnan(total)], 1)
    odds = dict(zip(result["subject"].tolist(), result["odds_promotion"].tolist(), strict=True))
    assert odds["p1"] == (0.0 if bans == "hold_place" else 1.0)


@pytest.mark.parametrize("name", ["league", "season", "rank_sets"])
def test_the_examples_are_valid_rules(name: str) -> None:
    rules = parse_race_rules((MODELS / f"{name}.toml").read_text(encoding="utf-8"))
    assert (rules.settlement is None) is (name == "rank_sets")


def test_the_league_example_moves_what_it_says() -> None:
    rules = parse_race_rules((MODELS / "league.toml").read_text(encoding="utf-8")).settlement
    assert rules is not None
    sizes = np.array([20, 24, 24])
    tracks = ["Premier", "Championship", "League One"]
    assert rules.numbers("promote", tracks, sizes).tolist() == [0, 2, 3]
    assert rules.numbers("relegate", tracks, sizes).tolist() == [3, 3, 3]
    assert rules.tracks["Championship"].play_off == Quota(count=4)


@pytest.mark.shared_data
def test_the_published_rank_sets_come_from_configuration_alone(tmp_path: Path) -> None:
    source = SHARED / "pisa" / "pisa2018.csv"
    if not source.is_file():
        pytest.skip(f"no reference data at {source}; set PADDOCK_SHARED_DATA to its folder")
    rules = tmp_path / "rules.toml"
    columns = '\n[columns]\nsubject = "jurisdiction"\nscore = "math_score"\nse = "math_se"\n'
    rules.write_text((MODELS / "rank_sets.toml").read_text(encoding="utf-8") + columns, encoding="utf-8")
    out = tmp_path / "out.csv"
    assert main(["race", "--rules", str(rules), "--table", str(source), "--out", str(out)]) == 0
    told = {row[0]: row[1:] for row in rows(out, "subject", "place", "rank_lower", "rank_upper", "in_true_top")}
    assert told["United Kingdom"] == (13, 7, 23, False)
    assert sum(row[-1] for row in told.values()) == 12


@pytest.mark.parametrize(
    ("rules", "table", "extra", "sentence"),
    [
        ("kind = 'cups'", SCORES, [], "kind: The value 'cups' is not understood. Use one of: scores, results."),
        ("[settle]", SCORES, [], "settle: There is no key 'settle' here. Use one of: kind, order,"),
        ("[settlement]\npromot = 1", SCORES, [], "promot: There is no rule named 'promot' here."),
        ("kind = ", SCORES, [], "The rules are not valid TOML"),
        ("order = ['score']", SCORES, [], "subject: The column subject is needed and missing."),
        ("[columns]\nsubject = 'name'", SCORES, [], "columns.subject: The column name is needed and missing."),
        ("kind = 'results'", SCORES, [], "home: The column home is needed and missing."),
        ("[columns]\nsubject = 'provider'", SCORES, ["--moves", "m.csv"], "--moves: The rules settle nothing"),
        ("[columns]\nsubject = 'provider'\n[rank_sets]\nlevel = 2", SCORES, [], "level: A level of 2 with"),
        ("order = 3", SCORES, [], "order: The value 3 is not understood."),
        ("[odds]\nseed = 1.5", SCORES, [], "odds.seed: The value 1.5 is not understood. Give a whole number."),
    ],
)
def test_bad_input_ends_with_one_sentence_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rules: str, table: str, extra: list[str], sentence: str
) -> None:
    (tmp_path / "rules.toml").write_text(rules)
    source = write_csv(tmp_path / "table.csv", table)
    out = tmp_path / "out.csv"
    extra = [str(tmp_path / part) if part.endswith(".csv") else part for part in extra]
    code = main(["race", "--rules", str(tmp_path / "rules.toml"), "--table", str(source), "--out", str(out), *extra])
    captured = capsys.readouterr()
    assert code == 2 and captured.out == ""
    assert captured.err.startswith(f"error: {sentence}") and captured.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rules.toml", "table.csv"]


def test_a_missing_rules_file_and_deductions_from_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write_csv(tmp_path / "table.csv", SCORES)
    out = str(tmp_path / "out.csv")
    assert main(["race", "--rules", str(tmp_path / "no.toml"), "--table", str(table), "--out", out]) == 2
    assert "--rules: The rules file" in capsys.readouterr().err
    (tmp_path / "rules.toml").write_text("[columns]\nsubject = 'provider'")
    given = ["--rules", str(tmp_path / "rules.toml"), "--table", str(table), "--out", out]
    assert main(["race", *given, "--deductions", str(table)]) == 2
    assert "deductions: Points are deducted from results only." in capsys.readouterr().err


def test_numbers_of_a_large_race_are_whole_in_the_file(tmp_path: Path) -> None:
    source = tmp_path / "scores.parquet"
    count = 5000
    generator = np.random.default_rng(1)
    write_table(
        source,
        {
            "subject": np.arange(count),
            "track": np.arange(count) % 10,
            "score": generator.random(count),
        },
    )
    (tmp_path / "rules.toml").write_text("order = ['score']\n[settlement]\npromote = {share = 0.1}\nrelegate = 0")
    out = tmp_path / "out.parquet"
    assert main(["race", "--rules", str(tmp_path / "rules.toml"), "--table", str(source), "--out", str(out)]) == 0
    result = read_table(out)
    assert result["place"].dtype == np.int64 and (result["outcome"] == "promoted").sum() == 500

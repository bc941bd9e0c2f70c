"""`python -m engine match`: files in, files out, errors in one sentence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.__main__ import main
from engine.fit import FitWeights
from engine.flow import FlowRules
from engine.match import keep_best
from engine.match_rules import MatchRules, parse_match_rules
from engine.tables import read_table

MODELS = Path(engine.__file__).parent / "models"

REQUESTS = "request,budget_minor,need_live,need_supply\nr1,1000,3,1\nr2,,1,0\nr3,500,0,1\n"
PROVIDERS = """\
provider,capacity,load,newcomer,capability_live,capability_supply,price_minor,on_leave
p1,1,0,false,90,80,800,false
p2,2,0,false,70,,400,false
p3,2,1,true,60,50,300,false
p4,5,0,false,99,99,100,true
"""
CANDIDATES = """\
request,provider,declined_before
r1,p1,false
r1,p2,false
r1,p4,false
r2,p1,false
r2,p2,true
r2,p3,false
r3,p1,false
r3,p3,false
"""


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def rows(path: Path, *names: str) -> list[tuple[Any, ...]]:
    table = read_table(path)
    columns = [[None if value != value else value for value in table[name].tolist()] for name in names]
    return list(zip(*columns, strict=True))


def run(tmp_path: Path, requests: str, candidates: str, *extra: str) -> int:
    return main(
        [
            "match",
            "--requests",
            write(tmp_path / "requests.csv", requests),
            "--candidates",
            write(tmp_path / "candidates.csv", candidates),
            "--out",
            str(tmp_path / "out.csv"),
            *extra,
        ]
    )


def test_a_round_from_features_to_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    providers = write(tmp_path / "providers.csv", PROVIDERS)
    reasons = tmp_path / "reasons.csv"
    assert run(tmp_path, REQUESTS, CANDIDATES, "--providers", providers, "--reasons", str(reasons)) == 0
    out = rows(tmp_path / "out.csv", "request", "provider", "fit")
    assert [(request, provider) for request, provider, _ in out] == [("r1", "p2"), ("r2", "p1"), ("r3", "p3")]
    printed = capsys.readouterr().out
    assert printed.startswith("3 of 3 requests matched, total utility ")
    assert f"total utility {sum(round(fit, 6) for _, _, fit in out):.6f}" in printed
    told = rows(reasons, "request", "provider", "kind", "code", "params")
    assert ("r1", "p1", "why_not", "flow.full") in [row[:4] for row in told]
    assert ("r1", "p4", "filter", "filter.on_leave") in [row[:4] for row in told]
    assert ("r3", "p1", "filter", "filter.budget") in [row[:4] for row in told]
    assert ("r2", "p2") not in [row[:2] for row in told], "declined before, and liked less than what r2 got"
    against = [row[3] for row in told if row[:3] == ("r1", "p2", "against")]
    assert "capability.not_assessed" in against
    params = json.loads(next(row[4] for row in told if row[:2] == ("r1", "p1")))
    assert params["capacity"] == 1 and params["utility"] > params["own_utility"]


def test_a_round_from_given_fit_without_a_table_of_providers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    candidates = "request,provider,fit,capacity\n1,10,0.9,1\n1,20,0.8,1\n2,10,0.9,1\n2,20,0.1,1\n"
    assert run(tmp_path, "request\n1\n2\n3\n", candidates) == 0
    assert rows(tmp_path / "out.csv", "request", "provider", "fit") == [(1, 20, 0.8), (2, 10, 0.9), (3, None, None)]
    assert capsys.readouterr().out == (
        "2 of 3 requests matched, total utility 1.700000, objective 1.700000, load Gini 0.000, 0 idle\n"
    )
    assert (tmp_path / "out.csv").read_text().splitlines()[-1] == "3,,"


def test_the_limit_and_the_tiers_of_the_rules_count(tmp_path: Path) -> None:
    candidates = "request,provider,fit,capacity\n1,10,0.9,1\n1,20,0.8,1\n2,10,0.9,1\n2,20,0.1,1\n"
    rules = write(tmp_path / "rules.toml", "limit = 1\n[flow]\ntiers = [[1.0, 0.0]]\nnewcomer_places = 0\n")
    assert run(tmp_path, "request\n1\n2\n", candidates, "--rules", rules) == 0
    assert sorted(row[0] is None for row in rows(tmp_path / "out.csv", "provider")) == [False, True]


NAMES = ("Anderson", "Chen", "Ford", "Davis", "Eastman")
LIKES = {
    "Anderson": ["City"],
    "Chen": ["City", "Mercy"],
    "Ford": ["City", "General", "Mercy"],
    "Davis": ["Mercy", "City", "General"],
    "Eastman": ["City", "Mercy", "General"],
}
WANTS = {
    "Mercy": ["Chen", "Ford"],
    "City": ["Eastman", "Anderson", "Chen", "Davis", "Ford"],
    "General": ["Eastman", "Anderson", "Ford", "Davis"],
}


def test_the_published_resident_match_comes_from_tables_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["request,provider,request_rank,provider_rank"]
    for name, liked in LIKES.items():
        for rank, provider in enumerate(liked, 1):
            theirs = WANTS[provider].index(name) + 1 if name in WANTS[provider] else ""
            lines.append(f"{name},{provider},{rank},{theirs}")
    providers = write(tmp_path / "providers.csv", "provider,capacity\nMercy,2\nCity,2\nGeneral,2\n")
    requests = "request\n" + "\n".join(NAMES)
    reasons = tmp_path / "reasons.jsonl"
    extra = ("--providers", providers, "--mode", "acceptance", "--reasons", str(reasons))
    assert run(tmp_path, requests, "\n".join(lines), *extra) == 0
    assert rows(tmp_path / "out.csv", "request", "provider", "request_rank", "provider_rank") == [
        ("Anderson", "City", 1, 2),
        ("Chen", "Mercy", 2, 1),
        ("Ford", "General", 2, 3),
        ("Davis", "General", 3, 4),
        ("Eastman", "City", 1, 1),
    ]
    assert capsys.readouterr().out == "5 of 5 requests matched, 0 blocking pairs, load Gini 0.133, 0 idle\n"
    assert {row[:2] for row in rows(reasons, "request", "provider", "code")} == {
        ("Chen", "City"),
        ("Ford", "City"),
        ("Davis", "City"),
    }


def test_the_fit_ranks_for_requests_that_give_no_ranks(tmp_path: Path) -> None:
    candidates = "request,provider,fit,provider_rank,capacity,load\n1,10,0.9,2,2,1\n1,20,0.2,1,1,0\n2,10,0.8,1,2,1\n"
    assert run(tmp_path, "request\n1\n2\n", candidates, "--mode", "acceptance") == 0
    assert rows(tmp_path / "out.csv", "request", "provider") == [(1, 20), (2, 10)]


def test_keep_best_is_by_request_and_deterministic() -> None:
    kept = keep_best(
        np.array([0, 0, 0, 1, 1, 1]),
        np.array([0.5, 0.9, 0.5, 0.1, 0.2, 0.3]),
        np.array([2, 1, 0, 0, 1, 2]),
        np.array([True, True, True, True, True, False]),
        2,
    )
    assert kept.tolist() == [1, 2, 3, 4]


def test_the_example_holds_the_defaults() -> None:
    assert parse_match_rules((MODELS / "matching.toml").read_text(encoding="utf-8")) == MatchRules(
        limit=50, weights=FitWeights(), flow=FlowRules()
    )


PLAIN = "request,provider,fit,capacity\n1,10,0.9,1\n"


@pytest.mark.parametrize(
    ("requests", "candidates", "rules", "sentence"),
    [
        ("id\n1\n", PLAIN, "", "request: The column request is needed and missing."),
        (
            "request\n1\n",
            "request,provider,fit\n1,10,0.9\n",
            "",
            "capacity: The column capacity is needed and missing.",
        ),
        ("request\n1\n", "request,provider,capacity\n1,10,1\n", "", "fit: The column fit is needed and missing."),
        ("request\n1\n1\n", PLAIN, "", "request: The request 1 stands twice in its table."),
        ("request\n2\n", PLAIN, "", "request: The candidates name a request 1 that has no row of its own."),
        ("request\n1\n", PLAIN + "1,10,0.8,1\n", "", "provider: Request 1 and provider 10 are paired twice."),
        (
            "request\n1\n2\n",
            PLAIN + "2,10,0.8,2\n",
            "",
            "capacity: The provider 10 has two different values of capacity.",
        ),
        ("request\n1\n", PLAIN.replace("0.9", ""), "", "utility: A pair has no utility or one beyond 1000."),
        ("request\n1\n", PLAIN.replace(",1\n", ",-1\n"), "", "capacity: The capacities are not 1 whole numbers"),
        ("request\n1\n", PLAIN, "limit = 0", "limit: The value 0 is not understood."),
        ("request\n1\n", PLAIN, "[flow]\ntiers = [[1.0]]", "flow.tiers: The value [[1.0]] is not understood."),
        ("request\n1\n", PLAIN, "[flow]\nbonus = 1", "flow.bonus: There is no key 'bonus' here."),
        ("request\n1\n", PLAIN, "[weights]\nprice = 0.5", "weights: The fit weights sum to 1.45."),
        ("request\n1\n", PLAIN, "limit = ", "The rules are not valid TOML"),
    ],
)
def test_bad_input_ends_with_one_sentence_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], requests: str, candidates: str, rules: str, sentence: str
) -> None:
    extra = ["--rules", write(tmp_path / "rules.toml", rules)] if rules else []
    assert run(tmp_path, requests, candidates, *extra) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert captured.err.startswith(f"error: {sentence}")
    assert not (tmp_path / "out.csv").exists()


def test_acceptance_needs_ranks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "request\n1\n", PLAIN, "--mode", "acceptance") == 2
    assert "provider_rank: The column provider_rank is needed" in capsys.readouterr().err
    candidates = "request,provider,provider_rank,capacity\n1,10,1,1\n"
    assert run(tmp_path, "request\n1\n", candidates, "--mode", "acceptance") == 2
    assert "request_rank: The column request_rank is needed" in capsys.readouterr().err

"""Rounds in words: every reason of the flow has its sentence, every balance its tiers."""

from itertools import pairwise
from typing import Any

import pytest
from django.utils import translation

from merchants.rounds.enums import Balance
from merchants.rounds.forms import BALANCE_WORDS, RoundForm
from merchants.rounds.rules import TIERS, list_settings, make_rules
from merchants.rounds.sentences import tell_why_not

NAMES = {7: "Willow Works (P000007)"}


def tell(code: str, **params: Any) -> str:
    values = {"provider": 7, "utility": 0.645637, "own_utility": 0.5, **params}
    return tell_why_not({"code": code, "params": values}, NAMES)


@pytest.mark.parametrize(
    ("code", "params", "words"),
    [
        ("flow.full", {"capacity": 1, "least_utility": 0.7}, "at least as well (70.0 or more)"),
        ("flow.full", {"capacity": 1, "least_utility": None}, "taken before, or went to requests that need more"),
        ("flow.margin", {"capacity": 1, "least_utility": 0.4}, "another request less (40.0)"),
        ("flow.load_tier", {"penalty": 0.15}, "costs 15.0 for the balance of the load"),
        ("flow.load_tier", {"penalty": 0.0}, "the place kept for a newcomer counts more"),
        ("flow.equal_total", {"penalty": 0.1}, "would have the same"),
    ],
)
def test_why_not_the_better_liked(code: str, params: dict[str, Any], words: str) -> None:
    with translation.override("en"):
        told = tell(code, **params)
    assert told.startswith("Willow Works (P000007) would fit better (64.6)")
    assert words in told
    with translation.override("zh-hans"):
        assert tell(code, **params).startswith("Willow Works (P000007)的匹配度更高（64.6）")


def test_an_unknown_code_is_shown_as_written() -> None:
    assert tell("flow.luck") == "flow.luck"


@pytest.mark.parametrize("balance", Balance.values)
def test_every_balance_has_tiers_that_the_engine_takes(balance: str) -> None:
    assert make_rules(balance, 2).newcomer_places == 2
    assert max(penalty for _share, penalty in TIERS[balance]) <= 0.4
    assert BALANCE_WORDS[Balance(balance)]


def test_each_further_balance_costs_at_least_as_much_everywhere() -> None:
    def price(balance: str, share: float) -> float:
        return next(penalty for edge, penalty in TIERS[balance] if share <= edge)

    for lighter, stronger in pairwise(Balance.values):
        assert all(price(lighter, share / 20) <= price(stronger, share / 20) for share in range(1, 21))


def test_settings_with_and_without_the_reserve() -> None:
    assert list_settings(0)[:2] == [("none", 0), ("none", 1)]
    assert list_settings(3)[-2:] == [("strong", 0), ("strong", 3)]


def test_the_form_gives_what_the_service_takes() -> None:
    form = RoundForm({"balance": "strong", "newcomer_places": "3", "candidate_limit": "100"})
    assert form.is_valid()
    assert form.cleaned_data == {"balance": "strong", "newcomer_places": 3, "candidate_limit": 100}
    assert not RoundForm({"balance": "strong", "newcomer_places": "3", "candidate_limit": "101"}).is_valid()

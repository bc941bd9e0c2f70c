"""Small pure parts: stage, rooms, reasons in words, forms."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from common.exceptions import Conflict, InvalidInput
from engine.fit import Candidates, Need, measure_fit
from engine.screen import FILTERS, screen_candidates
from engine.shortlist import choose_shortlist, explain_absence, reasons_for_and_against
from merchants.engagements.policies import allocate_rooms
from merchants.matching import sentences
from merchants.matching.judge import describe_reason
from merchants.matching.sentences import name_part, tell_reason
from merchants.registry.enums import stage_of
from merchants.requests.forms import GoalForm, NeedsForm, TermsForm
from providers.enums import Capability
from providers.traders.models import Trader


@pytest.mark.parametrize(
    ("followers", "stage"),
    [
        (0, "cold_start"),
        (99_999, "cold_start"),
        (100_000, "growth"),
        (999_999, "growth"),
        (1_000_000, "transition"),
        (4_999_999, "transition"),
        (5_000_000, "mature"),
        (80_000_000, "mature"),
    ],
)
def test_stage_follows_followers(followers: int, stage: str) -> None:
    assert stage_of(followers) == stage


def traders(*spare: int) -> list[tuple[Trader, int]]:
    return [(Trader(code=f"T{index}"), free) for index, free in enumerate(spare)]


@pytest.mark.parametrize(
    ("spare", "rooms", "shares"),
    [
        ((5,), 2, [("T0", 2)]),
        ((1, 5), 3, [("T0", 1), ("T1", 2)]),
        ((0, 2), 2, [("T1", 2)]),
        ((2, 2, 2), 4, [("T0", 2), ("T1", 2)]),
    ],
)
def test_rooms_go_to_traders_in_order(spare: tuple[int, ...], rooms: int, shares: list[tuple[str, int]]) -> None:
    assert [(trader.code, share) for trader, share in allocate_rooms(traders(*spare), rooms)] == shares


def test_rooms_are_refused_beyond_what_is_free() -> None:
    with pytest.raises(Conflict) as refusal:
        allocate_rooms(traders(1, 0), 2)
    assert (refusal.value.field, refusal.value.reason) == ("traders", "no_capacity")
    with pytest.raises(InvalidInput) as missing:
        allocate_rooms([], 1)
    assert missing.value.field == "traders"


def test_reasons_are_told_in_words_and_numbers() -> None:
    strong = {"code": "capability.strong", "params": {"capability": "live_operations", "points": 90.0, "need": 0.75}}
    busy = {"code": "filter.capacity", "params": {"spare": 1.0, "rooms": 3.0}}
    dear = {"code": "filter.budget", "params": {"price_minor": 250_000.0, "budget_minor": 100_000.0}}
    kept = {"code": "category_record.strong", "params": {"engagements": 3.0, "kept": 0.666667}}
    with translation.override("en"):
        assert tell_reason(strong) == "Live operations: at least 90 of 100 points, it weighs 75%."
        assert tell_reason(busy) == "3 live rooms are asked for, its traders have 1 free."
        assert tell_reason(dear) == "It never worked for less than CN¥2,500.00; the budget is CN¥1,000.00."
        assert tell_reason(kept) == "Completed 2 of 3 engagements in this category."
        assert tell_reason({"code": "unheard.of", "params": {}}) == "unheard.of"
        assert name_part("capability:supply_chain") == "Supply chain"
        assert name_part("price") == "Price"


def test_every_reason_of_the_engine_has_its_sentence() -> None:
    columns: dict[str, Any] = {
        "capabilities": {name: [0.0, 50.0, 100.0, None] for name in Capability.values},
        "stage_engagements": [0, 3, 9, None],
        "category_engagements": [4, 4, 4, 0],
        "category_kept": [0.0, 0.5, 1.0, None],
        "spare_rooms": [5, 3, 5, 0],
        "room_capacity": [5, 5, 5, 0],
        "invitations": [4, 4, 4, 0],
        "answered": [0, 2, 4, 0],
        "price_minor": [90, 50, 10, None],
    }
    need = Need(dict.fromkeys(Capability.values, 1.0), budget_minor=100, rooms=1)
    candidates = Candidates([1, 2, 3, 4], **columns)
    fit, screen = measure_fit(need, candidates), screen_candidates(need, candidates)
    shortlist = choose_shortlist(fit, screen.eligible, size=3)
    said = set()
    for row in range(4):
        pros, cons = reasons_for_and_against(fit, row, limit=99)
        for reason in (*pros, *cons, *explain_absence(fit, screen, shortlist, row)):
            said.add(reason.code)
            assert tell_reason(describe_reason(reason)) != reason.code
    assert said >= {"capability.strong", "capability.weak", "capability.not_assessed", "filter.capacity"}
    assert {f"filter.{name}" for name in FILTERS} <= set(sentences.SENTENCES)
    assert set(FILTERS) == set(sentences.FILTERS)


def test_the_goal_is_read_in_minor_units_or_as_a_count() -> None:
    given = {"title": "T", "goal": "first_500k", "target_by": "2026-09-01"}
    money = GoalForm({**given, "target_metric": "monthly_gmv", "target_amount": "500000.50"})
    assert money.is_valid()
    assert money.read_changes()["target_amount"] == 50_000_050
    orders = GoalForm({**given, "target_metric": "orders", "target_amount": "1200"})
    assert orders.is_valid()
    assert orders.read_changes()["target_amount"] == 1200
    half = GoalForm({**given, "target_metric": "orders", "target_amount": "1.5"})
    assert not half.is_valid()
    assert list(half.errors) == ["target_amount"]


def test_needs_and_terms_are_read_as_the_service_takes_them() -> None:
    rated = {f"need_{name}": str(level) for name, level in zip(Capability.values, (0, 1, 2, 3, 0), strict=True)}
    needs = NeedsForm({**rated, "category": "apparel", "region": "", "rooms": "2"})
    assert needs.is_valid(), needs.errors
    assert needs.read_changes() == {
        "category": "apparel",
        "region": "",
        "rooms": 2,
        "needs": {
            "traffic_marketing": 0,
            "anchor_incubation": 1,
            "service_fulfilment": 2,
            "supply_chain": 3,
            "live_operations": 0,
        },
    }
    terms = TermsForm(
        {"budget_model": "commission", "budget_max_minor": "1000.5", "commission_max_bp": "12.5", "mode": "i_pick"}
    )
    assert terms.is_valid(), terms.errors
    changes = terms.read_changes()
    assert (changes["budget_min_minor"], changes["budget_max_minor"], changes["commission_max_bp"]) == (
        None,
        100_050,
        1250,
    )
    assert TermsForm(initial={"budget_max_minor": 100_050})["budget_max_minor"].value() == Decimal("1000.50")

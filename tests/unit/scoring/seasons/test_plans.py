"""Tracks as data: what a plan makes, and what it refuses."""

from typing import Any

import pytest

from common.exceptions import InvalidInput
from engine.season_rules import Quota
from scoring.seasons.plans import Who, read_plan, read_who

NAMES = {"name_zh": "联赛", "name_en": "League"}


def track(**values: Any) -> dict[str, Any]:
    return {"key": "league", **NAMES, **values}


def test_without_tracks_everybody_races_in_one() -> None:
    plan = read_plan({"order": ["score"]})
    assert [(one.key, one.ladder, one.level) for one in plan.tracks()] == [("main", "main", None)]
    assert "tracks" not in plan.as_mapping()
    assert read_plan(plan.as_mapping()) == plan


def test_levels_make_a_track_each_and_nobody_rises_from_the_top_or_falls_from_the_bottom() -> None:
    settlement = {"promote": 2, "relegate": 3, "tracks": {"league-2": {"promote": 1, "entry_threshold": 50.0}}}
    plan = read_plan({"settlement": settlement, "tracks": [track(levels=3)]})
    made = plan.tracks()
    assert [(one.key, one.ladder, one.level, one.name_en) for one in made] == [
        ("league-1", "league", 1, "League, level 1"),
        ("league-2", "league", 2, "League, level 2"),
        ("league-3", "league", 3, "League, level 3"),
    ]
    moves = [(one.rules.settlement.promote.count, one.rules.settlement.relegate.count) for one in made]
    assert moves == [(0, 3), (1, 3), (2, 0)]
    assert [one.rules.settlement.entry_threshold for one in made] == [None, 50.0, None]
    assert all(one.rules.settlement.tracks == {} for one in made)
    assert read_plan(plan.as_mapping()) == plan


def test_a_split_makes_a_ladder_of_each_part_in_both_languages() -> None:
    plan = read_plan({"tracks": [track(split_by="category", who={"categories": ["food", "beauty"]}, levels=2)]})
    made = plan.tracks()
    assert [one.key for one in made] == ["league-food-1", "league-food-2", "league-beauty-1", "league-beauty-2"]
    assert made[0].who == Who(categories=("food",))
    assert made[0].name_en == "League, Food and drink, level 1"
    assert made[0].name_zh.startswith("联赛 · ")
    assert "Food" not in made[0].name_zh
    every = read_plan({"tracks": [track(split_by="provider_type")]}).tracks()
    assert len(every) == 5


def test_a_track_has_its_own_order_and_settlement_or_the_shared_ones() -> None:
    shared = {"order": ["score"], "settlement": {"promote": 1}}
    plan = read_plan({**shared, "tracks": [track(), track(key="cup", settlement={"promote": {"share": 0.5}})]})
    league, cup = plan.tracks()
    assert (league.rules.order, league.rules.settlement.promote) == (("score",), Quota(count=1))
    assert (cup.rules.order, cup.rules.settlement.promote) == (("score",), Quota(share=0.5))


@pytest.mark.parametrize(
    ("who", "newcomer", "admitted"),
    [
        ({}, True, True),
        ({}, False, True),
        ({"newcomers": "only"}, True, True),
        ({"newcomers": "only"}, False, False),
        ({"newcomers": "never"}, True, False),
        ({"newcomers": "never"}, False, True),
        ({"provider_types": ["brand"]}, False, True),
        ({"provider_types": ["integrated"]}, False, False),
        ({"provider_types": ["brand"], "regions": ["hebei"]}, False, False),
        ({"categories": ["food", "beauty"], "regions": ["zhejiang"]}, False, True),
    ],
)
def test_who_may_race(who: dict[str, Any], newcomer: bool, admitted: bool) -> None:
    traits = {"provider_type": "brand", "category": "food", "region": "zhejiang", "newcomer": newcomer}
    assert read_who(who).admits(**traits) is admitted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "tracks",
    [
        "league",
        [],
        ["league"],
        [track(colour="red")],
        [track(key="")],
        [track(key="a league")],
        [track(name_zh=" ")],
        [track(split_by="size")],
        [track(levels=0)],
        [track(levels=10)],
        [track(levels=True)],
        [track(cohort_most=1)],
        [track(who={"planets": ["mars"]})],
        [track(who={"categories": ["mars"]})],
        [track(who={"newcomers": "maybe"})],
        [track(), track()],
        [track(leads_to="league")],
        [track(), track(key="fresh", leads_to="league", who={"newcomers": "only"})],
        [track(levels=2), track(key="fresh", leads_to="league")],
        [track(levels=2, who={"newcomers": "only"})],
        [track(settlement={"promote": {"share": 2}})],
    ],
)
def test_plans_that_mean_nothing_are_refused(tracks: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_plan({"tracks": tracks})
    assert refusal.value.field == "rules"
    assert str(refusal.value.remedy)


def test_newcomers_lead_to_the_ladder_they_will_join() -> None:
    plan = read_plan({"tracks": [track(levels=2), track(key="fresh", leads_to="league", who={"newcomers": "only"})]})
    assert [(one.key, one.leads_to) for one in plan.tracks()][-1] == ("fresh", "league")

"""Settlement: truth tables of every condition, quota edges, ties across the lines, and properties."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.season_rules import Quota, SettlementRules, TrackRules, rules_from_mapping
from engine.settlement import OUTCOMES, Settlement, settle
from engine.standings import rank_standings

ONE_UP_ONE_DOWN = SettlementRules(promote=Quota(count=1), relegate=Quota(count=1), entry_threshold=60.0)


def settle_scores(scores: list[float | None], rules: SettlementRules, **columns: Any) -> Settlement:
    standings = rank_standings(subject=list(range(len(scores))), score=scores)
    return settle(standings, rules, **columns)


def by_code(settlement: Settlement, row: int) -> dict[str, bool]:
    return {reason.code: reason.met for reason in settlement.reasons(row)}


def test_the_first_rises_the_last_falls_and_every_condition_is_told() -> None:
    settlement = settle_scores([80, 70, 50], ONE_UP_ONE_DOWN, days_admitted=[400, 400, 400])
    assert settlement.outcome.tolist() == ["promoted", "stay", "relegated"]
    assert by_code(settlement, 0) == {
        "ban.none": True,
        "rank.assessed": True,
        "promotion.place": True,
        "promotion.entry_threshold": True,
        "relegation.place": False,
        "relegation.below_line": False,
        "relegation.not_newcomer": True,
        "relegation.not_promoted_last_season": True,
        "relegation.no_decisive_dispute": True,
    }
    reasons = {reason.code: reason.params for reason in settlement.reasons(2)}
    assert reasons["promotion.place"] == {"place": 3, "places": 1, "ranked": 3}
    assert reasons["relegation.place"] == {"place": 3, "zone_from": 3, "places": 1, "ranked": 3}
    assert reasons["relegation.below_line"] == {"score": 50.0, "line": 54.0, "threshold": 60.0}
    assert reasons["relegation.not_newcomer"] == {"days": 400.0, "protected_days": 90}


@pytest.mark.parametrize(
    ("score", "floor_points", "duty", "outcome", "unmet"),
    [
        (60.0, 40.0, True, "promoted", set()),
        (59.999, 40.0, True, "stay", {"promotion.entry_threshold"}),
        (60.0, 39.999, True, "stay", {"promotion.floor"}),
        (60.0, None, True, "stay", {"promotion.floor"}),
        (60.0, 40.0, False, "stay", {"promotion.requirement"}),
        (10.0, None, False, "stay", {"promotion.entry_threshold", "promotion.floor", "promotion.requirement"}),
    ],
)
def test_promotion_asks_for_threshold_floors_and_duties(
    score: float, floor_points: float | None, duty: bool, outcome: str, unmet: set[str]
) -> None:
    rules = SettlementRules(
        promote=Quota(count=1),
        relegate=Quota(count=0),
        entry_threshold=60.0,
        floors={"supply_chain": 40.0},
        requirements=("helped_transitions",),
    )
    settlement = settle_scores(
        [score, 5.0],
        rules,
        capabilities={"supply_chain": [floor_points, 100.0]},
        requirements={"helped_transitions": [duty, True]},
    )
    assert settlement.outcome.tolist() == [outcome, "stay"]
    assert {reason.code for reason in settlement.deciding(0) if not reason.met} == unmet


@pytest.mark.parametrize(
    ("column", "value", "outcome", "code"),
    [
        ("days_admitted", 89, "stay", "relegation.not_newcomer"),
        ("days_admitted", 90, "relegated", None),
        ("promoted_last_season", True, "stay", "relegation.not_promoted_last_season"),
        ("promoted_last_season", False, "relegated", None),
        ("decisive_dispute", True, "stay", "relegation.no_decisive_dispute"),
        ("decisive_dispute", False, "relegated", None),
    ],
)
def test_each_protection_keeps_the_last_from_falling(column: str, value: float, outcome: str, code: str | None) -> None:
    settlement = settle_scores(
        [80, 70, 50],
        ONE_UP_ONE_DOWN,
        **{column: [1000, 1000, value]} if column == "days_admitted" else {column: [False, False, value]},
    )
    assert settlement.outcome.tolist() == ["promoted", "stay", outcome]
    assert by_code(settlement, 1)["relegation.place"] is False, "the place of a protected row is not passed on"
    if code:
        assert [reason.code for reason in settlement.deciding(2)] == [code]


@pytest.mark.parametrize(("score", "outcome"), [(53.999, "relegated"), (54.0, "stay"), (59.0, "stay")])
def test_nobody_falls_from_ninety_per_cent_of_the_threshold_up(score: float, outcome: str) -> None:
    settlement = settle_scores([80, 70, score], ONE_UP_ONE_DOWN)
    assert settlement.outcome[2] == outcome


def test_protections_can_be_switched_off() -> None:
    rules = SettlementRules(
        promote=Quota(count=0),
        relegate=Quota(count=1),
        newcomer_days=0,
        protect_promoted=False,
        protect_disputed=False,
    )
    settlement = settle_scores(
        [2, 1], rules, days_admitted=[0, 0], promoted_last_season=[True, True], decisive_dispute=[True, True]
    )
    assert settlement.outcome.tolist() == ["stay", "relegated"]


@pytest.mark.parametrize(
    ("scores", "promote", "outcomes"),
    [
        ([9, 8, 8, 1], 2, ["promoted", "play_off", "play_off", "stay"]),
        ([9, 8, 8, 1], 3, ["promoted", "promoted", "promoted", "stay"]),
        ([9, 9, 9, 1], 2, ["play_off", "play_off", "play_off", "stay"]),
        ([9, 8, 7, 1], 0, ["stay", "stay", "stay", "stay"]),
        ([9, 8, 7, 1], 9, ["promoted", "promoted", "promoted", "promoted"]),
    ],
)
def test_a_tie_across_the_promotion_line_plays_off(scores: list[float], promote: int, outcomes: list[str]) -> None:
    rules = SettlementRules(promote=Quota(count=promote), relegate=Quota(count=0))
    settlement = settle_scores(scores, rules)
    assert settlement.outcome.tolist() == outcomes
    if outcomes[1] == "play_off":
        reason = next(r for r in settlement.deciding(1) if r.code == "promotion.no_tie")
        assert reason.met is False and reason.params["tied_to"] == 3


@pytest.mark.parametrize(
    ("scores", "relegate", "outcomes"),
    [
        ([9, 5, 5, 1], 2, ["stay", "play_off", "play_off", "relegated"]),
        ([9, 5, 5, 1], 3, ["stay", "relegated", "relegated", "relegated"]),
        ([9, 1, 1, 1], 1, ["stay", "play_off", "play_off", "play_off"]),
    ],
)
def test_a_tie_across_the_relegation_line_plays_off(scores: list[float], relegate: int, outcomes: list[str]) -> None:
    rules = SettlementRules(promote=Quota(count=0), relegate=Quota(count=relegate))
    settlement = settle_scores(scores, rules)
    assert settlement.outcome.tolist() == outcomes
    if outcomes[1] == "play_off":
        assert [r.code for r in settlement.deciding(1)] == ["relegation.no_tie"]


def test_a_tie_across_the_line_spares_who_fails_the_gate_or_is_protected() -> None:
    up = settle_scores([8, 8], SettlementRules(promote=Quota(count=1), relegate=Quota(count=0), entry_threshold=9.0))
    assert up.outcome.tolist() == ["stay", "stay"]
    down = settle_scores(
        [8, 8],
        SettlementRules(promote=Quota(count=0), relegate=Quota(count=1)),
        decisive_dispute=[True, False],
    )
    assert down.outcome.tolist() == ["stay", "play_off"]


def test_places_under_the_line_and_odds_make_a_band() -> None:
    rules = SettlementRules(
        promote=Quota(count=1), relegate=Quota(count=0), play_off=Quota(count=2), entry_threshold=6.0
    )
    assert settle_scores([9, 8, 7, 6], rules).outcome.tolist() == ["promoted", "play_off", "play_off", "stay"]
    assert settle_scores([9, 8, 5, 4], rules).outcome.tolist() == ["promoted", "play_off", "stay", "stay"]
    sure = SettlementRules(promote=Quota(count=2), relegate=Quota(count=0), promotion_odds=0.8, play_off_odds=0.2)
    settlement = settle_scores([9, 8, 7, 6], sure, promotion_odds=[0.99, 0.7, 0.2, 0.11])
    assert settlement.outcome.tolist() == ["promoted", "play_off", "play_off", "stay"]
    assert [r.code for r in settlement.deciding(1)] == ["promotion.odds"]
    assert [r.code for r in settlement.deciding(2)] == ["play_off.odds"]


def test_the_banned_and_the_unranked_have_their_own_outcome() -> None:
    settlement = settle_scores([9, None, 1], ONE_UP_ONE_DOWN, banned=[True, False, False])
    assert settlement.outcome.tolist() == ["banned", "not_ranked", "relegated"]
    assert by_code(settlement, 1) == {"ban.none": True, "rank.assessed": False}
    assert by_code(settlement, 0) == {"ban.none": False, "rank.assessed": True}
    assert [r.code for r in settlement.deciding(0)] == ["ban.none"]


@pytest.mark.parametrize(
    ("scores", "before", "outcome"),
    [
        ([9, 1], 2, "cleared_out"),
        ([9, 1], 1, "stay"),
        ([9, 1], None, "stay"),
        ([1, 9], 2, "stay"),
        ([1, 1], 2, "stay"),
        ([None, 1], 2, "stay"),
        ([99, 98], 2, "stay"),
    ],
)
def test_clear_out_after_repeated_last_places(scores: list[float | None], before: int | None, outcome: str) -> None:
    rules = SettlementRules(promote=Quota(count=0), relegate=Quota(count=0), clear_out_after=3, entry_threshold=60.0)
    settlement = settle_scores(scores, rules, last_places=[0, before])
    assert settlement.outcome[1] == outcome
    if outcome == "cleared_out":
        assert settlement.deciding(1)[-1].params == {"last_places": 3, "limit": 3}


def test_protection_also_stops_a_clear_out() -> None:
    rules = SettlementRules(promote=Quota(count=0), relegate=Quota(count=1), clear_out_after=1)
    assert settle_scores([9, 1], rules).outcome[1] == "cleared_out"
    assert settle_scores([9, 1], rules, decisive_dispute=[False, True]).outcome[1] == "stay"


@pytest.mark.parametrize(
    ("quota", "ranked", "number"),
    [
        (Quota(share=0.15), 20, 3),
        (Quota(share=0.15), 19, 2),
        (Quota(share=0.15), 6, 0),
        (Quota(share=0.29), 100, 29),
        (Quota(count=3), 2, 2),
        (Quota(share=0.5, count=3), 10, 3),
        (Quota(share=0.5, count=3), 4, 2),
        (Quota(share=1.0), 0, 0),
    ],
)
def test_quotas_round_down_and_never_open_more_places_than_rows(quota: Quota, ranked: int, number: int) -> None:
    assert quota.number_of(np.array([ranked])).tolist() == [number]


def test_tracks_have_their_own_numbers_and_thresholds() -> None:
    rules = SettlementRules(
        promote=Quota(count=1),
        relegate=Quota(count=0),
        entry_threshold=50.0,
        tracks={"top": TrackRules(promote=Quota(count=0), relegate=Quota(count=1), entry_threshold=90.0)},
    )
    standings = rank_standings(subject=[1, 2, 3, 4], track=["top", "top", "low", "low"], score=[95, 80, 70, 20])
    settlement = settle(standings, rules)
    assert settlement.outcome.tolist() == ["stay", "relegated", "promoted", "stay"]
    assert settlement.promote.tolist() == [1, 0] and settlement.relegate.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("scores", "outcomes"), [([], []), ([70.0], ["promoted"]), ([10.0], ["relegated"]), ([None], ["not_ranked"])]
)
def test_empty_and_one_row_tracks(scores: list[float | None], outcomes: list[str]) -> None:
    assert settle_scores(scores, ONE_UP_ONE_DOWN).outcome.tolist() == outcomes


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (SettlementRules(floors={"supply_chain": 1.0}), "supply_chain"),
        (SettlementRules(requirements=("duty",)), "duty"),
        (SettlementRules(duties={"transition": 1}), "transition"),
        (SettlementRules(promotion_odds=0.5), "promotion_odds"),
    ],
)
def test_a_rule_without_its_column_is_refused(rules: SettlementRules, field: str) -> None:
    with pytest.raises(EngineError) as caught:
        settle_scores([1.0], rules)
    assert (caught.value.code, caught.value.field) == ("missing_column", field)


@pytest.mark.parametrize(("done", "outcome"), [(2, "stay"), (3, "promoted"), (4, "promoted"), (None, "stay")])
def test_a_duty_is_done_from_its_number_on(done: int | None, outcome: str) -> None:
    rules = SettlementRules(promote=Quota(count=1), relegate=Quota(count=0), duties={"transition": 3})
    settlement = settle_scores([80, 70], rules, duties={"transition": [done, 9]})
    assert settlement.outcome.tolist() == [outcome, "stay"]
    reason = next(reason for reason in settlement.reasons(0) if reason.code == "promotion.duty")
    assert (reason.met, reason.params) == (done in (3, 4), {"duty": "transition", "done": done or 0, "target": 3})


def test_rules_without_duties_read_as_they_did_before_there_were_any() -> None:
    assert "duties" not in SettlementRules().as_mapping()


def test_rules_survive_the_way_through_plain_values() -> None:
    rules = SettlementRules(
        promote=Quota(share=0.1, count=4),
        play_off=Quota(count=2),
        entry_threshold=61.5,
        floors={"b": 2.0, "a": 1.0},
        requirements=("duty",),
        duties={"transition": 3, "cold_start": 1},
        promotion_odds=0.8,
        clear_out_after=3,
        tracks={"t": TrackRules(relegate=Quota(count=2), entry_threshold=70.0)},
    )
    assert rules_from_mapping(rules.as_mapping()) == rules
    assert rules_from_mapping({}) == SettlementRules()


@pytest.mark.parametrize(
    ("mapping", "code", "field"),
    [
        ({"promot": 3}, "unknown_rule", "promot"),
        ({"promote": "3"}, "bad_rule", "promote"),
        ({"promote": {"number": 3}}, "bad_quota", "promote"),
        ({"promote": {"share": 1.5}}, "rule_out_of_range", "promote.share"),
        ({"relegate": -1}, "rule_out_of_range", "relegate.count"),
        ({"entry_threshold": True}, "bad_rule", "entry_threshold"),
        ({"relegation_factor": 1.1}, "rule_out_of_range", "relegation_factor"),
        ({"newcomer_days": 1.5}, "bad_rule", "newcomer_days"),
        ({"floors": {"a": "b"}}, "bad_rule", "floors.a"),
        ({"requirements": "duty"}, "bad_rule", "requirements"),
        ({"duties": ["transition"]}, "bad_rule", "duties"),
        ({"duties": {"transition": 1.5}}, "bad_rule", "duties.transition"),
        ({"duties": {"transition": True}}, "bad_rule", "duties.transition"),
        ({"duties": {"transition": 0}}, "rule_out_of_range", "duties.transition"),
        ({"protect_promoted": 1}, "bad_rule", "protect_promoted"),
        ({"tracks": {"t": {"up": 1}}}, "unknown_rule", "tracks.t.up"),
        ({"tracks": {"t": {"promote": {"count": -1}}}}, "rule_out_of_range", "tracks.t.promote.count"),
    ],
)
def test_bad_rules_are_refused_by_name(mapping: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(EngineError) as caught:
        rules_from_mapping(mapping)
    assert (caught.value.code, caught.value.field) == (code, field)


ROW = st.tuples(
    st.integers(0, 2),  # track
    st.one_of(st.none(), st.integers(0, 8)),  # score
    st.booleans(),  # newcomer
    st.booleans(),  # disputed
    st.sampled_from([False, False, False, True]),  # banned
    st.integers(0, 3),  # last places before
)
RULES = st.builds(
    SettlementRules,
    promote=st.one_of(st.builds(Quota, count=st.integers(0, 4)), st.builds(Quota, share=st.floats(0, 1))),
    relegate=st.one_of(st.builds(Quota, count=st.integers(0, 4)), st.builds(Quota, share=st.floats(0, 1))),
    play_off=st.builds(Quota, count=st.integers(0, 2)),
    entry_threshold=st.one_of(st.none(), st.integers(0, 8).map(float)),
    clear_out_after=st.one_of(st.none(), st.integers(1, 3)),
)


def settle_rows(rows: list[tuple[int, tuple[Any, ...]]], rules: SettlementRules) -> Settlement:
    columns = [list(column) for column in zip(*(row for _, row in rows), strict=True)] or [[] for _ in range(6)]
    standings = rank_standings(subject=[name for name, _ in rows], track=columns[0], score=columns[1])
    return settle(
        standings,
        rules,
        days_admitted=[10 if new else 1000 for new in columns[2]],
        decisive_dispute=np.array(columns[3], dtype=bool),
        banned=np.array(columns[4], dtype=bool),
        last_places=columns[5],
    )


@given(st.lists(ROW, max_size=25), RULES, st.randoms(use_true_random=False))
def test_properties_of_every_settlement(rows: list[tuple[Any, ...]], rules: SettlementRules, random: Any) -> None:
    numbered = list(enumerate(rows))
    settlement = settle_rows(numbered, rules)
    outcome, standings = settlement.outcome, settlement.standings
    assert set(outcome.tolist()) <= set(OUTCOMES)
    for number, _ in enumerate(standings.tracks):
        inside = standings.track_index == number
        assert (inside & (outcome == "promoted")).sum() <= settlement.promote[number], "quota of promotion"
        assert (inside & (outcome == "relegated")).sum() <= settlement.relegate[number], "quota of relegation"
        # Nobody falls while somebody below survives without a stored reason.
        for low in np.flatnonzero(inside & (outcome == "relegated")):
            for other in np.flatnonzero(inside & np.isin(outcome, ["stay", "play_off"])):
                if standings.place[other] >= standings.place[low]:
                    unmet = [r for r in settlement.reasons(other) if r.code.startswith("relegation.") and not r.met]
                    assert unmet
    for row in range(len(rows)):
        told = settlement.reasons(row)
        asked = {"promoted": "promotion.", "relegated": "relegation."}.get(str(outcome[row]))
        if asked:
            assert all(reason.met for reason in told if reason.code.startswith(asked))
        assert settlement.deciding(row), "every outcome has its reasons"
    assert settlement.all_reasons() == [settlement.reasons(row) for row in range(len(rows))]

    shuffled = numbered.copy()
    random.shuffle(shuffled)
    again = settle_rows(shuffled, rules)
    assert {name: str(again.outcome[at]) for at, (name, _) in enumerate(shuffled)} == dict(
        zip(range(len(rows)), outcome.tolist(), strict=True)
    )

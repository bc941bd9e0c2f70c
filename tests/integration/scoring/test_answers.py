"""The questions that a score answers, worked out by hand."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils.translation import override

from common.exceptions import Conflict, InvalidInput
from scoring.capabilities import array_files
from scoring.capabilities.arrays import arrays_of, standpoint_of
from scoring.capabilities.models import Scorecard
from scoring.capabilities.next_steps import find_steps
from scoring.capabilities.outlook import look_ahead
from scoring.capabilities.peers import compare_with_peers
from scoring.capabilities.replay import recompute_run
from scoring.capabilities.what_if import ask
from scoring.capabilities.what_if_weights import ask_weights
from tests.factories.scoring import make_cards

pytestmark = pytest.mark.django_db


@pytest.fixture
def cards() -> list[Scorecard]:
    """The scorecards of three providers; see the factory."""
    return make_cards()


def standpoint(card: Scorecard) -> Any:
    found = standpoint_of(card)
    assert found is not None
    return found


def test_nothing_asked_is_the_scorecard_itself(cards: list[Scorecard]) -> None:
    for card in cards:
        answer = ask(standpoint(card), {})
        assert answer.before == answer.after
        assert (answer.after.composite, answer.after.level, answer.after.rank) == (
            card.composite,
            card.level,
            card.rank,
        )
        assert [row.points for row in answer.metrics] == pytest.approx(
            [value or 0.0 for value in card.points], abs=1e-9
        )
        assert (answer.total, answer.other) == (0.0, 0.0)


def test_other_figures_give_the_score_worked_out_by_hand(cards: list[Scorecard]) -> None:
    # 0.4 * 20 + 0.6 * (50 + 50) / 2 = 38; with every click 0.4 * 100 + 30 = 70, which passes the third and not the
    # first, and reaches level 2.
    answer = ask(standpoint(cards[1]), {"click_rate": 1.0})
    assert (answer.before.composite, answer.after.composite, answer.total) == (38.0, 70.0, 32.0)
    assert (answer.before.level, answer.after.level) == (1, 2)
    assert (answer.before.rank, answer.after.rank, answer.ranked) == (3, 2, 3)
    assert (answer.before.place, answer.after.place, answer.peers) == (4, 3, 4)
    moved = {row.key: row.change for row in answer.metrics if row.change}
    assert moved == pytest.approx({"click_rate": 32.0})
    assert sum(row.points for row in answer.capabilities) == pytest.approx(70.0, abs=1e-9)


def test_a_metric_without_evidence_is_tried_on_the_least(cards: list[Scorecard]) -> None:
    # 0.4 * 30 + 0.6 * 90 = 66; with the refund rate at a half: 12 + 0.6 * (50 + 90) / 2 = 54.
    answer = ask(standpoint(cards[2]), {"refund_rate": 0.5})
    assert (answer.before.composite, answer.after.composite) == (66.0, 54.0)


def test_what_cannot_be_asked_is_refused(cards: list[Scorecard]) -> None:
    for values, code in (
        ({"luck": 1.0}, "unknown_metric"),
        ({"click_rate": 1.5}, "impossible_value"),
        ({"click_rate": float("inf")}, "impossible_value"),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask(standpoint(cards[0]), values)
        assert refused.value.reason == code


def test_steps_are_ranked_and_said(cards: list[Scorecard]) -> None:
    with override("en"):
        steps = find_steps(standpoint(cards[1]))
    # Promises 50 %, 80 %, 90 % and the outside one's 100 %: the first quarter is 72.5 %, worth 0.3 * 22.5 points.
    assert [row.key for row in steps.rows] == ["click_rate", "refund_rate", "promise_rate"]
    promise = steps.rows[2]
    assert (promise.line_name, promise.line_value) == ("first quartile", pytest.approx(0.725))
    assert promise.line_gain == pytest.approx(6.75, abs=1e-6)
    assert promise.sentence == (
        "If Promise rate rose from 50.0% to 72.5% (first quartile of the peers), the score would rise by 6.8 points."
    )
    # A tenth of the way from 72.5 to 97 %: 2.45 points of 50 promises.
    assert promise.effort_value == pytest.approx(0.5245)
    assert promise.effort_text == "1 more of 50 (Service promises due)"
    assert steps.bottleneck is not None
    assert (steps.bottleneck.key, steps.bottleneck.score) == ("traffic_marketing", 20.0)
    assert steps.bottleneck.gain == pytest.approx(0.4)


def test_a_step_of_what_is_not_assessed_says_so(cards: list[Scorecard]) -> None:
    with override("en"):
        refund = next(row for row in find_steps(standpoint(cards[2])).rows if row.key == "refund_rate")
    assert (refund.value, refund.effort_value, refund.line_name) == (None, None, "median")
    assert refund.sentence.endswith("would hardly change the score.")


def test_distances_to_the_peers(cards: list[Scorecard]) -> None:
    with override("en"):
        found = compare_with_peers(standpoint(cards[0]))
        assert found.metrics[0].gap_text == "+10.0 pp"
    click, refund, _promise = found.metrics
    # Clicks 20, 30, 50 and 90 %; refunds 0 (outside), 10 and 50 %, since the third has too few orders.
    assert (click.place, click.count, click.median, click.next_line) == (2, 4, pytest.approx(0.4), "third quartile")
    assert click.to_median == pytest.approx(0.1)
    assert (refund.place, refund.count, refund.median, refund.to_median) == (2, 3, pytest.approx(0.1), pytest.approx(0))
    assert (found.composite.value, found.composite.place, found.bottleneck) == (71.0, 2, "traffic_marketing")


def test_the_outlook_follows_the_facts_out_of_the_window(cards: list[Scorecard]) -> None:
    with override("en"):
        quiet, busy = look_ahead(standpoint(cards[0])).scenarios
    assert [one.days for one in quiet.days] == [7, 30, 60, 90]
    # Facts of one day, within 30 days, else within 60; the older day has left even those by then.
    assert [one.composite for one in quiet.days] == [71.0, 71.0, None, None]
    assert (quiet.days[2].assessed, quiet.days[2].rank) == (0, None)
    assert any("would not be assessed any more" in reason for reason in quiet.days[2].reasons)
    assert [one.composite for one in busy.days] == [71.0] * 4
    assert [one.change for one in busy.days] == [0.0] * 4
    with override("en"):
        fading = look_ahead(standpoint(cards[0])).fading
    assert fading[0] == "By Jul 7, 2025 the days from Jun 1, 2025 to Jun 7, 2025 leave the window of 30 days."


def test_other_weights_move_everybody(cards: list[Scorecard]) -> None:
    answer = ask_weights(cards[0].run, {"traffic_marketing": 1.0, "service_fulfilment": 0.0}, {})
    # Clicks alone: 50, 20 and 30; the outside one is scored and not ranked.
    assert (answer.ranked, answer.moved, answer.correlation) == (3, 0, pytest.approx(1.0))
    assert [(tier.level, tier.before, tier.after) for tier in answer.tiers] == [(1, 1, 2), (2, 3, 2)]
    assert (answer.changed_tier, answer.largest_change) == (1, pytest.approx(36.0))
    turned = ask_weights(cards[0].run, {"service_fulfilment": 1.0, "traffic_marketing": 0}, {"refund_rate": 0})
    # Promises alone: 80, 50 and 90.
    assert [(row.provider, row.climbed, row.score_after) for row in turned.up] == [(cards[2].provider, 1, 90.0)]
    assert [(row.provider, row.climbed) for row in turned.down] == [(cards[0].provider, -1)]
    assert [row.after for row in turned.capabilities] == [0.0, 1.0]
    assert ask_weights(cards[0].run, {}, {}).moved == 0


def test_impossible_weights_are_refused(cards: list[Scorecard]) -> None:
    for capabilities, metrics, code in (
        ({"luck": 1.0}, {}, "unknown_weight"),
        ({}, {"luck": 1.0}, "unknown_weight"),
        ({"traffic_marketing": -1.0}, {}, "bad_weight"),
        ({}, {"click_rate": 0.0}, "bad_weight"),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask_weights(cards[0].run, capabilities, metrics)
        assert refused.value.reason == code


def test_a_run_keeps_its_arrays_and_finds_them_again_when_they_are_gone(cards: list[Scorecard]) -> None:
    run = cards[0].run
    path = array_files.path_of(run.input_digest, run.result_digest)
    assert path.is_file()
    kept = arrays_of(run)
    path.unlink()
    array_files.load.cache_clear()
    again = arrays_of(run)
    assert path.is_file()
    for first, second in ((kept, again), (kept, array_files.arrays_from(recompute_run(run)))):
        np.testing.assert_array_equal(first.provider_ids, second.provider_ids)
        np.testing.assert_array_equal(first.basis.composite, second.basis.composite)
        for name, array in asdict(first.basis.spell).items():
            np.testing.assert_array_equal(array, getattr(second.basis.spell, name))


def test_a_run_that_comes_out_otherwise_is_refused(cards: list[Scorecard], monkeypatch: pytest.MonkeyPatch) -> None:
    run = cards[0].run
    run.batch_ids = run.batch_ids[:1]  # as if a file had gone missing
    array_files.path_of(run.input_digest, run.result_digest).unlink()
    array_files.load.cache_clear()
    with pytest.raises(Conflict) as refused:
        arrays_of(run)
    assert refused.value.reason == "run_not_repeatable"
    assert not array_files.path_of(run.input_digest, run.result_digest).exists()


def test_a_disk_that_refuses_leaves_a_run_without_its_copy(cards: list[Scorecard], tmp_path: Path) -> None:
    blocked = tmp_path / "a file and no folder"
    blocked.touch()
    array_files.keep_arrays(blocked / "arrays.npz", arrays_of(cards[0].run))
    assert list(tmp_path.iterdir()) == [blocked]


def test_only_the_newest_files_are_kept(cards: list[Scorecard], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "KEPT_FILES", 1)
    arrays = arrays_of(cards[0].run)
    other = array_files.path_of("0" * 64, "1" * 64)
    array_files.keep_arrays(other, arrays)
    assert [path.name for path in other.parent.glob("*")] == [other.name]
    other.unlink()

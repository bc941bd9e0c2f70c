"""Judging: the truth of one criterion, the worst verdict as outcome, one and many by the same code."""

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from providers.criteria.enums import CriterionKind, Moment, Verdict
from providers.criteria.judge import Rule, judge
from providers.criteria.models import Criterion
from providers.criteria.rules import build_rule, parse_condition
from providers.criteria.signals import SIGNAL_NAMES

NAN = float("nan")
PASS, HUMAN, FAIL = Verdict.PASS, Verdict.HUMAN, Verdict.FAIL


def rule(pass_when: str, fail_when: str = "", *, kind: str = "threshold", key: str = "k") -> Rule:
    return build_rule(Criterion(key=key, kind=kind, pass_when=pass_when, fail_when=fail_when))


def verdict_of(one: Rule, moment: str = Moment.DOOR, **signals: float) -> int:
    columns = {name: np.array([value]) for name, value in signals.items()}
    return int(judge([one], columns, size=1, moment=moment).matrix[0, 0])


BAND = rule("refund_rate_90d <= 0.3", "refund_rate_90d > 0.4")


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.0, PASS), (0.3, PASS), (0.35, HUMAN), (0.4, HUMAN), (0.41, FAIL), (NAN, HUMAN)]
)
def test_a_band_between_pass_and_fail(rate: float, expected: int) -> None:
    assert verdict_of(BAND, refund_rate_90d=rate) == expected


def test_a_signal_that_nobody_gives_is_unknown() -> None:
    assert verdict_of(BAND) == HUMAN


def test_a_failure_beats_a_pass() -> None:
    assert verdict_of(rule("orders_90d >= 0", "orders_90d >= 10"), orders_90d=10) == FAIL


@pytest.mark.parametrize(("kind", "moment"), list(product(CriterionKind.values, Moment.values)))
def test_only_a_discretionary_exclusion_at_the_door_leaves_room(kind: str, moment: str) -> None:
    one = rule("on_leave = 0", "on_leave = 1", kind=kind)
    lenient = kind == "discretionary_exclusion" and moment == "door"
    assert verdict_of(one, moment, on_leave=1) == (HUMAN if lenient else FAIL)
    assert verdict_of(one, moment, on_leave=0) == PASS


@pytest.mark.parametrize("verdicts", list(product((PASS, HUMAN, FAIL), repeat=2)))
def test_the_worst_verdict_is_the_outcome(verdicts: tuple[int, int]) -> None:
    values = {PASS: 0.0, HUMAN: NAN, FAIL: 1.0}
    rules = [rule("on_leave = 0", "on_leave = 1", key="a"), rule("orders_90d = 0", "orders_90d = 1", key="b")]
    columns = {
        name: np.array([values[Verdict(v)]]) for name, v in zip(("on_leave", "orders_90d"), verdicts, strict=True)
    }
    assert judge(rules, columns, size=1).outcomes.tolist() == [max(verdicts)]


def test_no_criteria_is_no_pass() -> None:
    assert judge([], {}, size=2).outcomes.tolist() == [HUMAN, HUMAN]


RULES = [
    rule("traders_active >= 1", "traders_active = 0", key="a", kind="people"),
    rule("coalesce(orders_90d, 0) < 100 or refund_rate_90d <= 0.3", "refund_rate_90d > 0.45", key="b"),
    rule("not (days_since_last_work > 60)", "gmv_90d / orders_90d < 100", key="c", kind="discretionary_exclusion"),
]
USED = sorted({name for one in RULES for name in one.signals})
value = st.one_of(st.just(NAN), st.integers(0, 200).map(float), st.floats(0, 1))
table = st.integers(1, 12).flatmap(
    lambda size: st.fixed_dictionaries({name: st.lists(value, min_size=size, max_size=size) for name in USED})
)


@settings(max_examples=60, deadline=None)
@given(rows=table, random=st.randoms(use_true_random=False), moment=st.sampled_from(Moment.values))
def test_one_and_many_and_any_order_agree(rows: dict[str, list[float]], random: object, moment: str) -> None:
    columns = {name: np.array(values) for name, values in rows.items()}
    size = len(columns[USED[0]])
    many = judge(RULES, columns, size=size, moment=moment).matrix
    alone = [
        judge(RULES, {name: column[row : row + 1] for name, column in columns.items()}, size=1, moment=moment).matrix[0]
        for row in range(size)
    ]
    assert many.tolist() == [row.tolist() for row in alone]
    order = list(range(size))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = judge(RULES, {name: column[order] for name, column in columns.items()}, size=size, moment=moment).matrix
    assert shuffled.tolist() == many[order].tolist()
    turned = judge(RULES[::-1], columns, size=size, moment=moment).matrix
    assert turned[:, ::-1].tolist() == many.tolist()


def test_a_hundred_thousand_by_twenty_criteria() -> None:
    size = 100_000
    generator = np.random.default_rng(7)
    columns = {name: generator.random(size) for name in SIGNAL_NAMES}
    rules = [
        rule(f"{name} <= 0.3 or on_leave > 0.9", f"{name} > 0.9 and not (orders_90d is null)", key=f"k{number}")
        for number, name in zip(range(20), SIGNAL_NAMES * 2, strict=False)
    ]
    started = time.perf_counter()
    verdicts = judge(rules, columns, size=size)
    assert time.perf_counter() - started < 2.0  # well under a second on an idle machine
    assert verdicts.matrix.shape == (size, 20)
    assert set(np.unique(verdicts.outcomes)) <= {0, 1, 2}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "formula_empty"),
        ("secret >= 1", "formula_column"),
        ("orders_90d + 1", "formula_kind"),
        ("orders_90d >=", "formula_syntax"),
        ("__import__('os') = 1", "formula_function"),
        ("orders_90d = 'x'", "formula_text"),
        ("orders_90d > 1; drop table x", "formula_mark"),
    ],
)
def test_only_conditions_over_signals_are_let_in(text: str, code: str) -> None:
    with pytest.raises(EngineError) as fault:
        parse_condition(text)
    assert fault.value.code == code

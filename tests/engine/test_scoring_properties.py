"""What holds for every model and every input."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.inputs import inputs_from_table
from engine.ledger import scores_digest
from engine.model import Capability, Composite, Metric, Normaliser, Prior, ScoringModel
from engine.model_checks import model_faults
from engine.model_toml import dump_model, load_model, model_digest
from engine.scoring import Scores, score
from engine.tables import Table

NORMALISERS = st.sampled_from(
    [
        Normaliser("percentile"),
        Normaliser("z"),
        Normaliser("robust_z", spread=2.0),
        Normaliser("min_max"),
        Normaliser("goalposts", lower=0.1, upper=0.8),
        Normaliser("goalposts", lower=0.01, upper=2.0, log=True),
        Normaliser("thresholds", cuts=(0.2, 0.4, 0.6), points=(10.0, 40.0, 60.0, 90.0)),
    ]
)
# A prior whose weight is estimated from the data may move everybody when one value moves; a fixed one may not.
FIXED_PRIORS = st.sampled_from([Prior(), Prior("fixed", k=50.0)])
ALL_PRIORS = st.sampled_from(
    [
        Prior(),
        Prior("fixed", k=50.0),
        Prior("moments", noise="binomial"),
        Prior("moments", noise="poisson"),
        Prior("efron_morris", noise="binomial"),
    ]
)


@st.composite
def models(draw: st.DrawFn, priors: st.SearchStrategy[Prior] = ALL_PRIORS) -> ScoringModel:
    """Models of two capabilities with two metrics each over columns a0..a3 (numerators) and b0..b3."""
    split, inside = draw(st.sampled_from([0.5, 0.3, 0.9])), draw(st.sampled_from([0.5, 0.25]))
    metrics = []
    for index in range(4):
        normaliser = draw(NORMALISERS)
        direction = draw(st.sampled_from(["higher", "lower"]))
        if normaliser.kind == "thresholds" and direction == "lower":
            normaliser = replace(normaliser, points=normaliser.points[::-1])
        metrics.append(
            Metric(
                key=f"m{index}",
                capability=f"c{index // 2}",
                weight=inside if index % 2 == 0 else 1 - inside,
                numerator=f"a{index}",
                denominator=f"b{index}",
                direction=direction,
                minimum=draw(st.sampled_from([0.0, 30.0])),
                prior=draw(priors),
                winsor=draw(st.sampled_from([None, (0.05, 0.95)])),
                normaliser=normaliser,
            )
        )
    aggregation = st.sampled_from(["arithmetic", "geometric"])
    model = ScoringModel(
        key="drawn",
        version="1",
        source="table",
        capabilities=(
            Capability("c0", split, aggregation=draw(aggregation)),
            Capability("c1", 1 - split, aggregation=draw(aggregation)),
        ),
        metrics=tuple(metrics),
        columns=tuple(f"{letter}{index}" for letter in "ab" for index in range(4)),
        subject=("id",),
        composite=Composite(aggregation=draw(aggregation), log_floor=draw(st.sampled_from([0.0, 1.0]))),
    )
    assert list(model_faults(model)) == []
    return model


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """2 to 12 subjects; denominators from 0, numerators no larger."""
    count = draw(st.integers(2, 12))
    table: Table = {"id": np.array([f"P{index:02}" for index in range(count)], dtype=object)}
    for index in range(4):
        below = draw(st.lists(st.integers(0, 200), min_size=count, max_size=count))
        shares = draw(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=count, max_size=count))
        table[f"b{index}"] = np.array(below, dtype=float)
        table[f"a{index}"] = np.floor(np.array(below) * np.array(shares))
    return table


def run(model: ScoringModel, table: Table) -> Scores:
    return score(model, inputs_from_table(model, table))


def close(first: np.ndarray, second: np.ndarray) -> None:
    np.testing.assert_allclose(first, second, rtol=0, atol=1e-9)


@settings(max_examples=150, deadline=None)
@given(model=models(), table=tables())
def test_contributions_sum(model: ScoringModel, table: Table) -> None:
    scores = run(model, table)
    for index, part in enumerate(model.capabilities):
        columns = list(model.metrics_of(part.key))
        known = ~np.isnan(scores.capability_exact[:, index])
        close(np.nansum(scores.contribution[:, columns], axis=1)[known], scores.capability_exact[known, index])
        close(scores.metric_weight[:, columns].sum(axis=1), known.astype(float))
    known = ~np.isnan(scores.composite)
    close(np.nansum(scores.capability_contribution, axis=1)[known], scores.composite_exact[known])
    close(np.nansum(scores.points, axis=1)[known], scores.composite_exact[known])
    effects = scores.composite_exact + scores.rounding_effect + scores.gate_effect
    close(effects[known], scores.composite[known])
    assert (np.abs(scores.rounding_effect[known]) <= 5.1e-7).all()
    held = scores.composite[known]
    assert ((held >= 0) & (held <= 100)).all()


@settings(max_examples=100, deadline=None)
@given(model=models(), table=tables(), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(model: ScoringModel, table: Table, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(table["id"]))
    shuffled = {name: column[order] for name, column in table.items()}
    assert scores_digest(run(model, shuffled)) == scores_digest(run(model, table))


@settings(max_examples=100, deadline=None)
@given(model=models(), table=tables())
def test_equal_inputs_tie(model: ScoringModel, table: Table) -> None:
    for name in model.columns:
        table[name][-1] = table[name][0]
    scores = run(model, table)
    assert scores.composite[-1] == scores.composite[0] or np.isnan(scores.composite[[0, -1]]).all()
    np.testing.assert_array_equal(scores.normalised[-1], scores.normalised[0])


@settings(max_examples=250, deadline=None)
@given(
    model=models(FIXED_PRIORS), table=tables(), metric=st.integers(0, 3), who=st.integers(0, 11), by=st.integers(1, 50)
)
def test_a_better_metric_never_lowers_the_score(
    model: ScoringModel, table: Table, metric: int, who: int, by: int
) -> None:
    who %= len(table["id"])
    before = run(model, table)
    assume(not np.isnan(before.composite[who]))
    numerator = table[f"a{metric}"][who]
    better = numerator + by if model.metrics[metric].direction == "higher" else max(0.0, numerator - by)
    table[f"a{metric}"][who] = better
    after = run(model, table)
    assert after.normalised[who, metric] >= before.normalised[who, metric] - 1e-9 or np.isnan(
        before.normalised[who, metric]
    )
    assert after.composite[who] >= before.composite[who] - 1e-9


@settings(max_examples=60, deadline=None)
@given(model=models(), table=tables(), factor=st.sampled_from([0.001, 0.5, 3.0, 1e6]))
def test_scaled_weights_are_the_same_weights(model: ScoringModel, table: Table, factor: float) -> None:
    """Weights count by their proportions: before a model is written they may be given on any scale and normalised."""
    scaled = [capability.weight * factor for capability in model.capabilities]
    again = replace(
        model,
        capabilities=tuple(
            replace(capability, weight=weight / sum(scaled))
            for capability, weight in zip(model.capabilities, scaled, strict=True)
        ),
    )
    close(run(again, table).composite, run(model, table).composite)


@settings(max_examples=60, deadline=None)
@given(model=models(), table=tables())
def test_the_same_run_has_the_same_digest(model: ScoringModel, table: Table) -> None:
    again = load_model(dump_model(model))
    assert again == model
    assert model_digest(again) == model_digest(model)
    assert scores_digest(run(again, table)) == scores_digest(run(model, table))


@settings(max_examples=60, deadline=None)
@given(table=tables(), kind=st.sampled_from(["binomial", "poisson"]))
def test_shrinkage_lies_between_the_raw_value_and_the_mean(table: Table, kind: str) -> None:
    metric = Metric("m", "c", 1.0, "a0", "b0", prior=Prior("moments", noise=kind), normaliser=Normaliser("identity"))
    model = ScoringModel("x", "1", "table", (Capability("c", 1.0),), (metric,), ("a0", "b0"), subject=("id",))
    scores = run(model, table)
    shrunk, raw, mean = scores.shrunk.value[:, 0], scores.chosen.raw[:, 0], scores.shrunk.mean[:, 0]
    known = ~np.isnan(shrunk) & ~np.isnan(mean)
    low, high = np.minimum(raw, mean)[known], np.maximum(raw, mean)[known]
    assert ((shrunk[known] >= low - 1e-12) & (shrunk[known] <= high + 1e-12)).all()


def test_more_evidence_is_shrunk_less() -> None:
    table: Table = {
        "id": np.array(list("abcd"), dtype=object),
        "a0": np.array([5.0, 50.0, 500.0, 100.0]),
        "b0": np.array([10.0, 100.0, 1000.0, 1000.0]),
    }
    metric = Metric(
        "m", "c", 1.0, "a0", "b0", prior=Prior("moments", noise="binomial"), normaliser=Normaliser("identity")
    )
    model = ScoringModel("x", "1", "table", (Capability("c", 1.0),), (metric,), ("a0", "b0"), subject=("id",))
    scores = run(model, table)
    assert scores.shrunk.value[:3, 0].tolist() == sorted(scores.shrunk.value[:3, 0])
    assert scores.shrunk.kept[:3, 0].tolist() == sorted(scores.shrunk.kept[:3, 0])
    assert scores.chosen.raw[:3, 0].tolist() == [0.5, 0.5, 0.5]
    assert scores.shrunk.mean[0, 0] == pytest.approx(655 / 2110)

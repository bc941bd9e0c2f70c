"""Scoring models: canonical form, identity, and a truth table of everything that makes one unfit."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.columns import FACT_COLUMN_NAMES, FACT_COLUMNS
from engine.errors import EngineError
from engine.model_checks import model_faults
from engine.model_toml import dump_model, load_model, model_digest, parse_model

MODELS = Path(__file__).resolve().parents[2] / "engine" / "models"
SHIPPED = ("aged_care.toml", "efron_morris.toml", "five_capabilities.toml", "hdi_2022.toml", "stars.toml")
CAPABILITIES = ("traffic_marketing", "anchor_incubation", "service_fulfilment", "supply_chain", "live_operations")

SMALL = """
key = "small"
version = "1"
source = "facts"

[window]
days = 90
wider_days = 365
half_life = 45.0

[composite]
levels = [40.0, 60.0]

[[capabilities]]
key = "selling"
weight = 0.6

[[capabilities]]
key = "service"
weight = 0.4
minimum_metrics = 1

[[metrics]]
key = "conversion"
capability = "selling"
weight = 1.0
numerator = "orders"
denominator = "clicks"
minimum = 30
prior = { kind = "moments", noise = "binomial" }
normaliser = { kind = "percentile" }

[[metrics]]
key = "refunds"
capability = "service"
weight = 1.0
numerator = "refunded_orders"
denominator = "orders"
direction = "lower"
winsor = [0.01, 0.99]
normaliser = { kind = "goalposts", lower = 0.0, upper = 0.5 }

[[gates]]
key = "poor_service"
when = "service < 20"
at_most = 50.0
"""

FAULTS = [
    ('key = "small"', 'key = "Small One"', "key", "bad_key"),
    ('version = "1"', 'version = ""', "version", "bad_version"),
    ('version = "1"', "", "version", "missing_field"),
    ('source = "facts"', 'source = "sheet"', "source", "wrong_value"),
    ('source = "facts"', 'source = "facts"\ncolour = 1', "colour", "unknown_field"),
    ('source = "facts"', 'source = "facts"\ncolumns = []', "columns", "no_columns"),
    ('source = "facts"', 'source = "facts"\nsubject = []', "subject", "no_subject"),
    ('source = "facts"', "source = \"facts\"\nextras = ['a', 'a']", "columns", "duplicate"),
    ('source = "facts"', 'source = "facts"\nscale = 0', "scale", "out_of_range"),
    ('source = "facts"', 'source = "facts"\nscale = nan', "scale", "out_of_range"),
    ("days = 90", "days = 0", "window.days", "out_of_range"),
    ("days = 90", "days = 9.5", "window.days", "wrong_value"),
    ("days = 90", "days = true", "window.days", "wrong_value"),
    ("wider_days = 365", "wider_days = 30", "window.wider_days", "out_of_range"),
    ("half_life = 45.0", "half_life = -1", "window.half_life", "out_of_range"),
    ("half_life = 45.0", "half_life = 45.0\nsettlement_lag = 1000", "window.settlement_lag", "out_of_range"),
    ("levels = [40.0, 60.0]", "levels = [60.0, 40.0]", "composite.levels", "not_ascending"),
    ("levels = [40.0, 60.0]", "minimum_capabilities = 3", "composite.minimum_capabilities", "out_of_range"),
    ("levels = [40.0, 60.0]", "log_floor = 101", "composite.log_floor", "out_of_range"),
    ("levels = [40.0, 60.0]", "rounding = { step = 0 }", "composite.rounding.step", "out_of_range"),
    ("levels = [40.0, 60.0]", "rounding = { step = 1, mode = 'up' }", "composite.rounding.mode", "wrong_value"),
    ("levels = [40.0, 60.0]", "aggregation = 'harmonic'", "composite.aggregation", "wrong_value"),
    ("weight = 0.6", "weight = 0.5", "capabilities", "weights_do_not_sum"),
    ("weight = 0.6", "weight = 0", "capabilities[0].weight", "out_of_range"),
    ("weight = 0.6", "weight = nan", "capabilities[0].weight", "out_of_range"),
    ("weight = 0.6", "weight = 'much'", "capabilities[0].weight", "wrong_value"),
    ("minimum_metrics = 1", "minimum_metrics = 2", "capabilities[1].minimum_metrics", "out_of_range"),
    ('key = "service"', 'key = "selling"', "capabilities[1].key", "duplicate"),
    ('key = "service"', 'key = "other"', "capabilities[1].key", "no_metrics"),
    ('capability = "service"', 'capability = "nowhere"', "capabilities[1].key", "no_metrics"),
    ('key = "refunds"', 'key = "conversion"', "metrics[1].key", "duplicate"),
    (
        'weight = 1.0\nnumerator = "orders"',
        'weight = 0.9\nnumerator = "orders"',
        "capabilities[0].metrics",
        "weights_do_not_sum",
    ),
    ('numerator = "orders"', 'numerator = "sales"', "metrics[0].numerator", "formula_column"),
    ('numerator = "orders"', 'numerator = ""', "metrics[0].numerator", "formula_empty"),
    ('denominator = "clicks"', "denominator = \"read_csv('x')\"", "metrics[0].denominator", "formula_function"),
    (
        'denominator = "clicks"',
        'evidence = "orders >"\ndenominator = "clicks"',
        "metrics[0].evidence",
        "formula_syntax",
    ),
    ('denominator = "clicks"', 'denominator = "clicks"\nfactor = -1', "metrics[0].factor", "out_of_range"),
    ('denominator = "clicks"\n', "", "metrics[0].evidence", "no_evidence"),
    ("minimum = 30", "minimum = -1", "metrics[0].minimum", "out_of_range"),
    ("minimum = 30", "minimum_merchants = -1", "metrics[0].minimum_merchants", "out_of_range"),
    ("minimum = 30", "days = 400", "metrics[0].wider_days", None),
    ("minimum = 30", "days = 40\nwider_days = 20", "metrics[0].wider_days", "out_of_range"),
    ("minimum = 30", "half_life = inf", "metrics[0].half_life", "out_of_range"),
    ('"moments", noise = "binomial"', '"guess"', "metrics[0].prior.kind", "wrong_value"),
    ('"moments", noise = "binomial"', '"fixed"', "metrics[0].prior.k", "no_k"),
    ('"moments", noise = "binomial"', '"efron_morris"', "metrics[0].prior.noise", "bad_noise"),
    ("winsor = [0.01, 0.99]", "winsor = [0.99, 0.01]", "metrics[1].winsor", "bad_winsor"),
    ("winsor = [0.01, 0.99]", "winsor = [0.01]", "metrics[1].winsor", "wrong_value"),
    ("winsor = [0.01, 0.99]", "rounding = { step = -1 }", "metrics[1].rounding.step", "out_of_range"),
    ("lower = 0.0, upper = 0.5", "lower = 0.5, upper = 0.5", "metrics[1].normaliser", "bad_goalposts"),
    ("lower = 0.0, upper = 0.5", "lower = 0.0", "metrics[1].normaliser", "bad_goalposts"),
    (
        "lower = 0.0, upper = 0.5",
        "lower = 0.0, upper = 0.5, log = true",
        "metrics[1].normaliser.lower",
        "bad_goalposts",
    ),
    (
        "lower = 0.0, upper = 0.5",
        "lower = 0.0, upper = 0.5, spread = 0",
        "metrics[1].normaliser.spread",
        "out_of_range",
    ),
    ('kind = "goalposts"', 'kind = "identity"', "metrics[1].normaliser", "bad_identity"),
    ('kind = "percentile"', 'kind = "thresholds"', "metrics[0].normaliser.cuts", "not_ascending"),
    (
        'kind = "percentile"',
        'kind = "thresholds", cuts = [1, 2], points = [1, 2]',
        "metrics[0].normaliser.points",
        "bad_points",
    ),
    (
        'kind = "percentile"',
        'kind = "thresholds", cuts = [1, 2], points = [3, 2, 1]',
        "metrics[0].normaliser.points",
        "bad_points",
    ),
    ('when = "service < 20"', 'when = "service"', "gates[0].when", "formula_kind"),
    ('when = "service < 20"', 'when = "orders < 20"', "gates[0].when", "formula_column"),
    ("at_most = 50.0", "", "gates[0]", "no_limit"),
    ("at_most = 50.0", "at_most = inf", "gates[0]", "no_limit"),
    ("levels = [40.0, 60.0]", "", None, None),
    ("at_most = 50.0", 'at_most = 2.0\ntarget = "level"', None, None),
    ('key = "poor_service"', 'key = ""', "gates[0].key", "bad_key"),
    ('key = "small"', "key = ", "", "model_toml"),
]


def test_the_small_model_is_whole() -> None:
    assert list(model_faults(parse_model(SMALL))) == []


@pytest.mark.parametrize(("old", "new", "field", "code"), FAULTS, ids=[f"{row[2]}-{i}" for i, row in enumerate(FAULTS)])
def test_names_the_field_of_every_fault(old: str, new: str, field: str | None, code: str | None) -> None:
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    if code is None:
        load_model(text)
        return
    with pytest.raises(EngineError) as caught:
        load_model(text)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert caught.value.message
    assert caught.value.remedy


def test_a_level_gate_needs_levels() -> None:
    text = SMALL.replace("levels = [40.0, 60.0]", "").replace("at_most = 50.0", 'at_most = 2.0\ntarget = "level"')
    with pytest.raises(EngineError) as caught:
        load_model(text)
    assert (caught.value.field, caught.value.code) == ("gates[0].target", "no_levels")


def test_a_metric_of_no_capability_is_told() -> None:
    text = SMALL.replace('capability = "service"', 'capability = "nowhere"')
    assert ("metrics[1].capability", "unknown_capability") in [
        (fault.field, fault.code) for fault in model_faults(parse_model(text))
    ]


def test_what_needs_facts_is_refused_in_a_table() -> None:
    text = SMALL.replace('source = "facts"', 'source = "table"\ncolumns = ["orders", "clicks", "refunded_orders"]')
    found = [
        (fault.field, fault.code)
        for fault in model_faults(parse_model(text.replace('noise = "binomial"', 'noise = "blocks"')))
    ]
    assert found == [("metrics[0].prior.noise", "bad_noise")]
    text = text.replace("minimum = 30", "minimum_merchants = 2")
    assert [fault.field for fault in model_faults(parse_model(text))] == ["metrics[0].minimum_merchants"]


def test_all_faults_are_told_at_once() -> None:
    text = SMALL.replace("weight = 0.6", "weight = 0.5").replace('"clicks"', '"klicks"').replace("at_most = 50.0", "")
    assert [fault.field for fault in model_faults(parse_model(text))] == [
        "capabilities",
        "metrics[0].denominator",
        "gates[0]",
    ]


def test_a_message_can_be_translated() -> None:
    (fault,) = model_faults(parse_model(SMALL.replace("weight = 0.6", "weight = 0.5")))
    assert fault.message == "The weights of the capabilities sum to 0.9 instead of 1."
    assert fault.message_template % fault.params == fault.message
    assert str(fault) == "capabilities: The weights of the capabilities sum to 0.9 instead of 1. Correct the weights."


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_survive_the_round_trip(name: str) -> None:
    model = load_model((MODELS / name).read_text(encoding="utf-8"))
    again = load_model(dump_model(model))
    assert again == model
    assert dump_model(again) == dump_model(model)
    assert model_digest(again) == model_digest(model)
    assert model.key == name.removesuffix(".toml")


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_speak_both_languages(name: str) -> None:
    model = load_model((MODELS / name).read_text(encoding="utf-8"))
    for part in (model, *model.capabilities, *model.metrics, *model.gates):
        assert re.search(r"[\u4e00-\u9fff]", part.label.zh), part.key
        assert re.search(r"[A-Za-z]", part.label.en), part.key
        assert not re.search(r"[\u4e00-\u9fff]", part.label.en), part.key


def test_the_digest_follows_every_value() -> None:
    model = load_model(SMALL)
    changed = [
        replace(model, version="2"),
        replace(model, metrics=(replace(model.metrics[0], minimum=31.0), model.metrics[1])),
        replace(model, gates=()),
        replace(model, composite=replace(model.composite, log_floor=1.0)),
    ]
    assert len({model_digest(each) for each in [model, *changed]}) == 5
    assert model_digest(load_model(SMALL.replace("days = 90", "days    =    90 # three months"))) == model_digest(model)


def test_awkward_texts_survive_the_round_trip() -> None:
    model = load_model(SMALL)
    label = replace(model.label, zh='引号"与反斜杠\\', en="tab\tline\nend\x7f")
    model = replace(model, label=label)
    assert load_model(dump_model(model)) == model


def test_what_a_shipped_version_means_never_changes() -> None:
    """Whoever changes the file counts its version up and writes both down here: published versions are immutable."""
    model = load_model((MODELS / "five_capabilities.toml").read_text(encoding="utf-8"))
    digest = "7413cccadc8c34c2baab047a5311b4e2b2ea435b827762aa17e09fe035c2ef98"
    assert (model.version, model_digest(model)) == ("2026.1", digest)


def test_the_first_model_covers_the_five_capabilities() -> None:
    model = load_model((MODELS / "five_capabilities.toml").read_text(encoding="utf-8"))
    assert tuple(part.key for part in model.capabilities) == CAPABILITIES
    assert len(model.metrics) == 25
    assert model.composite.aggregation == "geometric"
    assert {part.aggregation for part in model.capabilities} == {"arithmetic"}
    read = " ".join(f"{metric.numerator} {metric.denominator}" for metric in model.metrics)
    used = set(re.findall(r"[a-z_0-9]+", read)) & set(FACT_COLUMN_NAMES)
    assert len(used) >= 30


def test_fact_columns_are_labelled() -> None:
    assert len(FACT_COLUMNS) == len(set(FACT_COLUMN_NAMES)) == 34
    for column in FACT_COLUMNS:
        assert re.search(r"[\u4e00-\u9fff]", column.zh)
        assert column.en
        assert column.unit in ("count", "minutes", "minor", "points")
        assert (column.unit == "minor") == column.name.endswith("_minor")

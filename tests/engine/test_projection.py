"""Scores of later days: the engine's own sums over the same facts, and over facts that go on."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pytest

from engine.compile import run_sums
from engine.evidence import NO_DATA, OK, TOO_LITTLE
from engine.inputs import inputs_from_sums
from engine.model_toml import load_model
from engine.projection import Projected, project, repeat_facts
from engine.scoring import Scores, score
from engine.tables import Table, load_table, open_connection
from engine.what_if import Basis, basis_of

AS_OF = date(2026, 3, 31)
LAG = 14
MODEL = load_model("""
key = "later"
version = "1"
source = "facts"
columns = ["on_time", "shipments"]
[window]
days = 30
wider_days = 60
half_life = 10.0
settlement_lag = 14
[bootstrap]
replicates = 0
[[capabilities]]
key = "all"
weight = 1.0
[[metrics]]
key = "on_time_rate"
capability = "all"
weight = 1.0
numerator = "on_time"
denominator = "shipments"
minimum = 50
prior = { kind = "moments", noise = "blocks" }
normaliser = { kind = "goalposts", lower = 0.0, upper = 1.0 }
""")


def make_facts(days: int = 60) -> Table:
    """Five providers on each of `days` days up to the as-of day; rates differ by provider and by day."""
    rng = np.random.default_rng(3)
    rows = [(f"P{who}", AS_OF - timedelta(days=age), who) for age in range(days) for who in range(5)]
    shipments = rng.integers(5, 15, len(rows))
    share = np.array([0.4 + 0.1 * who for _code, _day, who in rows])
    return {
        "provider": np.array([code for code, _day, _who in rows], dtype=object),
        "day": np.array([day for _code, day, _who in rows], dtype="datetime64[D]"),
        "merchant": np.array(["M1"] * len(rows), dtype=object),
        "trader": np.array([""] * len(rows), dtype=object),
        "shipments": shipments,
        "on_time": rng.binomial(shipments, share),
    }


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    opened = open_connection(threads=1, memory_limit="200MB")
    load_table(opened, "facts", make_facts())
    opened.execute("CREATE VIEW own AS SELECT * FROM facts WHERE provider = 'P2'")
    return opened


def whole(connection: duckdb.DuckDBPyConnection, as_of: date, relation: str = "facts") -> tuple[Scores, Basis]:
    inputs = inputs_from_sums(MODEL, run_sums(connection, MODEL, as_of=as_of, relation=relation))
    scores = score(MODEL, inputs)
    return scores, basis_of(scores, inputs)


def look_ahead(connection: duckdb.DuckDBPyConnection, relation: str, *horizons: int) -> list[Projected]:
    _scores, basis = whole(connection, AS_OF)
    return project(connection, basis, 2, relation=relation, as_of=AS_OF, horizons=horizons)


def test_the_same_day_gives_the_same_score(connection: duckdb.DuckDBPyConnection) -> None:
    scores, _basis = whole(connection, AS_OF)
    (today,) = look_ahead(connection, "own", 0)
    assert today.scores.composite[0] == pytest.approx(scores.composite[2], abs=1e-9)
    assert today.chosen.days.tolist() == [[30]]


def test_a_later_day_sums_what_a_run_of_that_day_sums(connection: duckdb.DuckDBPyConnection) -> None:
    for ahead in look_ahead(connection, "own", 7, 20):
        later, _basis = whole(connection, AS_OF + timedelta(days=ahead.days))
        for name in ("numerator", "denominator", "evidence", "raw", "reason", "days"):
            pair = getattr(ahead.chosen, name)[0], getattr(later.chosen, name)[2]
            # The whole-number weights of a run of that day are rounded at other ages.
            np.testing.assert_allclose(*pair, rtol=1e-6, atol=0, err_msg=name)
        assert ahead.as_of == AS_OF + timedelta(days=ahead.days)


def test_facts_run_out_window_by_window(connection: duckdb.DuckDBPyConnection) -> None:
    # The last fact is of the as-of day, 14 days younger than the first that counts. After 40 days four days are left in
    # 30, too few; the 60 days before still suffice; after 80 days nothing does.
    some, wider, gone = look_ahead(connection, "own", 10, 42, 80)
    assert (some.chosen.reason[0, 0], some.chosen.days[0, 0]) == (OK, 30)
    assert (wider.chosen.reason[0, 0], wider.chosen.days[0, 0]) == (OK, 60)
    assert gone.chosen.reason[0, 0] in (TOO_LITTLE, NO_DATA)
    assert np.isnan(gone.scores.composite[0])


def test_less_evidence_is_pulled_closer_to_the_peers(connection: duckdb.DuckDBPyConnection) -> None:
    _scores, basis = whole(connection, AS_OF)
    kept = [ahead.chosen.denominator[0, 0] for ahead in look_ahead(connection, "own", 14, 21, 28)]
    assert kept == sorted(kept, reverse=True)
    assert basis.spell.denominator.shape == (5, 1)


def test_repeated_days_go_on_where_the_facts_end(connection: duckdb.DuckDBPyConnection) -> None:
    name = repeat_facts(connection, MODEL, "own", as_of=AS_OF, period=28, until=60)
    last = AS_OF - timedelta(days=LAG)
    found = connection.execute(f"SELECT day, shipments FROM {name} WHERE day > ? ORDER BY day", [AS_OF]).fetchall()
    period = connection.execute(
        "SELECT shipments FROM own WHERE day > ? AND day <= ? ORDER BY day", [last - timedelta(days=28), last]
    ).fetchall()
    assert [row[0] for row in found[:60]] == [AS_OF + timedelta(days=1 + ahead) for ahead in range(60)]
    assert [row[1] for row in found[:60]] == [row[0] for row in (period * 3)[:60]]
    ahead = look_ahead(connection, name, 30, 60)
    assert [(one.chosen.reason[0, 0], one.chosen.days[0, 0]) for one in ahead] == [(OK, 30), (OK, 30)]


def test_a_subject_without_facts_is_not_assessed(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE VIEW nobody AS SELECT * FROM facts WHERE provider = 'P9'")
    (ahead,) = look_ahead(connection, "nobody", 7)
    assert ahead.chosen.reason[0, 0] == NO_DATA
    assert np.isnan(ahead.scores.composite[0])

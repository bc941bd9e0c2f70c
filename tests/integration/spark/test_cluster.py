"""The same statement on Apache Spark: the same sums and the same ranks, to the last bit."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from django.test import override_settings

from engine.compile import run_sums
from engine.draws import run_draws
from engine.errors import EngineError
from engine.inputs import inputs_from_sums
from engine.intervals import bootstrap_intervals, rank_within
from engine.model_toml import dump_model, load_model
from engine.scoring import score
from engine.tables import open_connection, write_table
from scoring.capabilities.replay import replay_run
from tests.engine.test_increment import LAST as LIMITS_LAST
from tests.engine.test_increment import equal
from tests.engine.test_increment_limits import MODEL as LIMITED
from tests.engine.test_increment_limits import OUT, facts_of
from tests.engine.test_sums import AS_OF, LAST, MODEL, make_facts
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, make_published_model, make_run, small_model, work
from tests.factories.scoring import make_facts as make_batch

pytestmark = pytest.mark.spark

BESIDE = ("gmv_minor - refunded_gmv_minor",)
# Shrinkage by weeks and formulas of every kind, on top of the model of the other tests of sums.
WEEKLY = load_model(
    dump_model(MODEL)
    .replace('denominator = "clicks"', 'denominator = "clicks"\nprior = { kind = "moments", noise = "blocks" }', 1)
    .replace('numerator = "orders / 2"', 'numerator = "round(sqrt(orders) * 1.5, 2) + greatest(clicks, 3) / 7"', 1)
    .replace("replicates = 0", "replicates = 20", 1)
)


@pytest.fixture(scope="module")
def cluster(spark_master: str) -> Iterator[Any]:
    """One application for all tests but the portal's own run, which comes first and ends its own."""
    with import_module("engine.spark").SparkFacts(spark_master) as found:
        yield found


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_connection(threads=2) as found:
        yield found


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Facts in two files, one with days that the windows cut."""
    facts = make_facts(rows=4000, providers=40)
    young = facts["day"] > LAST - np.timedelta64(60, "D")
    for name, rows in (("old", ~young), ("young", young)):
        write_table(tmp_path / f"{name}.parquet", {key: column[rows] for key, column in facts.items()})
    return [tmp_path / "old.parquet", tmp_path / "young.parquet"]


@pytest.mark.django_db
def test_a_run_of_the_portal_on_the_cluster(spark_master: str) -> None:
    make_published_model(small_model(replicates=10))
    providers = [make_provider(status="admitted") for _ in range(3)]
    make_batch(
        [
            {"provider": provider.code, "day": DAY - timedelta(days=age), **work(40 + 10 * place, 1, 40)}
            for place, provider in enumerate(providers)
            for age in (1, 9, 40)
        ]
    )
    with override_settings(FACTS_ENGINE=spark_master):
        run = make_run()
    assert run.assessed_count == 3
    replay = replay_run(run)  # by DuckDB
    assert (replay.equal, replay.result_digest) == (True, run.result_digest)


def test_sums_and_ranks_equal_those_of_duckdb(
    cluster: Any, connection: duckdb.DuckDBPyConnection, files: list[Path]
) -> None:
    ours = run_sums(connection, WEEKLY, as_of=AS_OF, files=files, beside=BESIDE)
    theirs = cluster.run_sums(connection, WEEKLY, as_of=AS_OF, files=files, beside=BESIDE)
    assert theirs.subjects.tolist() == ours.subjects.tolist()
    for name in ("bands", "rows", "weeks", "merchants"):
        np.testing.assert_allclose(getattr(theirs, name), getattr(ours, name), rtol=1e-9, atol=0)
        np.testing.assert_array_equal(getattr(theirs, name), getattr(ours, name))
    scores = [score(WEEKLY, inputs_from_sums(WEEKLY, sums)) for sums in (ours, theirs)]
    ranks = [rank_within(one.composite, np.zeros(40, dtype=np.int64)) for one in scores]
    assert np.isfinite(ranks[0]).all()
    assert ranks[1].tolist() == ranks[0].tolist()
    draws = run_draws(connection, ours, files=files), cluster.run_draws(connection, theirs, files=files)
    assert draws[1].values.tobytes() == draws[0].values.tobytes()
    assert draws[1].seen.tolist() == draws[0].seen.tolist()
    bounds = [bootstrap_intervals(WEEKLY, ours, inputs_from_sums(WEEKLY, ours), each) for each in draws]
    assert bounds[1].lower.tobytes() == bounds[0].lower.tobytes()


def test_what_may_count_is_the_same_on_both(
    cluster: Any, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Metrics that wait, corrections below zero, pairs left out and merchants above the share."""
    files = facts_of(tmp_path)
    asked = {"as_of": LIMITS_LAST, "files": files, "left_out": OUT, "beside": BESIDE}
    ours = run_sums(connection, LIMITED, **asked)
    theirs = cluster.run_sums(connection, LIMITED, **asked)
    assert theirs.capped is not None
    equal(theirs, ours)
    draws = [run(connection, ours, files=files, left_out=OUT) for run in (run_draws, cluster.run_draws)]
    assert draws[1].values.tobytes() == draws[0].values.tobytes()


def test_refusals(cluster: Any, connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    facts = make_facts(rows=50)
    path = tmp_path / "facts.parquet"

    def refused(code: str) -> EngineError:
        with pytest.raises(EngineError) as caught:
            cluster.run_sums(connection, MODEL, as_of=AS_OF, files=[path])
        assert caught.value.code == code
        return caught.value

    refused("facts_unreadable")
    write_table(path, {**facts, "orders": np.full(50, 10**14)})
    refused("fact_too_large")
    write_table(path, {name: column for name, column in facts.items() if name != "clicks"})
    assert refused("missing_columns").params == {"columns": "clicks"}


def test_a_cluster_that_does_not_answer_is_named(
    spark_master: str, connection: duckdb.DuckDBPyConnection, files: list[Path]
) -> None:
    with pytest.raises(EngineError) as caught:
        import_module("engine.spark").SparkFacts("spark://127.0.0.1:1,127.0.0.1:2").run_sums(
            connection, MODEL, as_of=AS_OF, files=files
        )
    assert caught.value.code == "cluster_unreachable"
    assert caught.value.remedy == "Start it, or set FACTS_ENGINE to duckdb."

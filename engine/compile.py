"""A model's sums over facts, run by DuckDB: exact, per provider, by band of ages and by week."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.cells import Cells, empty_cells, take_cells
from engine.decay import decay_table
from engine.merchants import count_merchants, find_pairs, number_people
from engine.model import ScoringModel
from engine.plan import MISSING, SumsPlan, plan_sums
from engine.shares import Capped, find_capped, number_capped, take_off
from engine.slices import Slicer
from engine.source import CAPPED, FactSource, check_fact_columns, fact_refusals, open_source
from engine.tables import Table, load_table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sums(Cells):
    """Exact sums per provider. `merchants` is subjects x plan.merchant_windows; `capped` are the merchants of whom less
    than all counts, None when there are none. Subjects ascend, and each has facts."""

    subjects: NDArray[np.object_]
    merchants: Ints
    capped: Capped | None = None

    @property
    def fact_rows(self) -> int:
        """How many facts were summed."""
        return int(self.rows.sum())

    def take(self, keep: NDArray[np.bool_]) -> "Sums":
        """The sums of some subjects."""
        return replace(
            self,
            **take_cells(self, keep),
            subjects=self.subjects[keep],
            merchants=self.merchants[keep],
            capped=None if self.capped is None else self.capped.take(keep),
        )

    def beside(self, formula: str) -> Ints:
        """One of the sums that were asked for beside the model's, over the model's own window; all facts count."""
        key = dict(self.plan.beside)[formula]
        return np.asarray(self.bands[self.plan.own_bands, :, key].sum(axis=0))

    def counted_bands(self) -> Floats:
        """`bands` as what counts, the last day weighing 1."""
        counted = self.bands * self.plan.units
        if self.capped is not None:
            for band, values in enumerate(counted):
                take_off(values, self.capped, self.capped.bands[band] * self.plan.units, band)
        return counted

    def counted_weeks(self) -> Floats:
        """`weeks` as what counts, the last day weighing 1."""
        units = self.plan.units[list(self.plan.week_keys)]
        counted = self.weeks * units
        if self.capped is not None:
            for block, values in enumerate(counted):
                take_off(values, self.capped, self.capped.weeks[block] * units, self.plan.band_of(block))
        return counted


def run_sums(
    connection: duckdb.DuckDBPyConnection,
    model: ScoringModel,
    *,
    as_of: date,
    files: Sequence[str | Path] | None = None,
    relation: str | None = None,
    left_out: Table | None = None,
    beside: tuple[str, ...] = (),
) -> Sums:
    """Run the model's statement over Parquet `files`, or over `relation`, a table or view of `connection`.

    Facts of the day `as_of - first_lag` have age 0; younger and older ones than the windows are left out, and so are
    those of the pairs `left_out` (columns provider and merchant). `beside` are formulas that are summed without decay,
    for other purposes than the model's.
    Raises EngineError `missing_columns`, `fact_too_large`, `facts_unreadable`, `no_provider`.
    """
    plan = plan_sums(model, as_of, beside=beside)
    with fact_refusals():
        source = open_source(connection, files, relation, left_out)
        check_fact_columns(connection, plan, source)
        find_pairs(connection, plan, source)
        sums = empty_sums(plan, number_people(connection))
        load_table(connection, "decay", decay_table(plan.last, plan.blocks.edges, plan.half_lives))
        for part in Slicer(connection, plan, source).run(len(sums.subjects)):
            sums.add(part)
        merchants = count_merchants(connection, plan, len(sums.subjects))
        capped = None if plan.share_of == MISSING else find_capped(connection, plan, sums.subjects)
        if capped is not None:
            sum_capped(connection, source, capped)
        return replace(sums, merchants=merchants, capped=capped)


def empty_sums(plan: SumsPlan, subjects: NDArray[np.object_]) -> Sums:
    """Sums of nothing yet."""
    merchants = np.zeros((len(subjects), len(plan.merchant_windows)), dtype=np.int64)
    return Sums(plan=plan, **empty_cells(plan, len(subjects)), subjects=subjects, merchants=merchants)


def sum_capped(
    connection: duckdb.DuckDBPyConnection,
    source: FactSource,
    capped: Capped,
    keep: NDArray[np.bool_] | None = None,
) -> None:
    """Sum the facts of the capped pairs, or of those of them that are kept. Reads the table `decay`."""
    count = number_capped(connection, capped, keep)
    for part in Slicer(connection, capped.plan, replace(source, pairs_of=CAPPED)).run(count):
        capped.add(part)

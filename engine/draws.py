"""Sums by week over all windows, which the bootstrap draws from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.compile import Sums
from engine.decay import decay_table, make_blocks
from engine.plan import SumsPlan
from engine.shares import Capped, number_capped
from engine.slices import Slice, Slicer
from engine.source import CAPPED, fact_refusals, open_source
from engine.tables import Table, load_table


@dataclass(frozen=True)
class Draws:
    """`values` is subjects x blocks x keys, what counts with the last day weighing 1, in single precision; `plan` knows
    the blocks; `seen` counts each subject's blocks with facts."""

    plan: SumsPlan
    values: NDArray[np.float32]
    seen: NDArray[np.int64]

    def add(self, part: Slice) -> None:
        """Put the sums of one block in their place."""
        self.values[part.numbers, part.block] = part.values * self.plan.units
        self.seen[part.numbers] += 1

    def take_off(self, capped: Capped, part: Slice) -> None:
        """Take from a block what does not count of the sums of its capped pairs."""
        less = capped.less(self.plan.band_of(part.block))[part.numbers, np.newaxis] * part.values * self.plan.units
        values = self.values[:, part.block]
        np.subtract.at(values, capped.subject[part.numbers], less.astype(np.float32))


def run_draws(
    connection: duckdb.DuckDBPyConnection,
    sums: Sums,
    *,
    files: Sequence[str | Path] | None = None,
    relation: str | None = None,
    left_out: Table | None = None,
) -> Draws:
    """Run the statement once more, by week, for the subjects of `sums` alone, over the facts that `sums` are of. Raises
    EngineError `fact_too_large`, `facts_unreadable`."""
    plan = weekly_plan(sums.plan)
    count = len(sums.subjects)
    draws = empty_draws(plan, count)
    with fact_refusals():
        source = open_source(connection, files, relation, left_out)
        load_table(connection, "people", {"provider": sums.subjects, "number": np.arange(count)})
        load_table(connection, "decay", decay_table(plan.last, plan.blocks.edges, plan.half_lives))
        for part in Slicer(connection, plan, source).run(count):
            draws.add(part)
        if sums.capped is not None:
            pairs = number_capped(connection, sums.capped)
            for part in Slicer(connection, plan, replace(source, pairs_of=CAPPED)).run(pairs):
                draws.take_off(sums.capped, part)
    return draws


def empty_draws(plan: SumsPlan, count: int) -> Draws:
    """Draws of nothing yet."""
    values = np.zeros((count, plan.blocks.count, len(plan.keys)), dtype=np.float32)
    return Draws(plan, values, np.zeros(count, dtype=np.int64))


def weekly_plan(plan: SumsPlan) -> SumsPlan:
    """The plan with weeks throughout."""
    return replace(plan, blocks=make_blocks(plan.model, plan.last, weeks_within=plan.cuts[-1]))

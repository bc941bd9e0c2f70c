"""Sums by week over the whole widest window, which the bootstrap draws from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.compile import Sums
from engine.decay import decay_table, make_blocks
from engine.plan import SumsPlan
from engine.slices import Slicer
from engine.source import fact_refusals, open_source
from engine.tables import load_table


@dataclass(frozen=True)
class Draws:
    """`values` is subjects x blocks x keys in the sums' own unit and single precision; `plan` knows the blocks; `seen`
    counts each subject's blocks with facts."""

    plan: SumsPlan
    values: NDArray[np.float32]
    seen: NDArray[np.int64]

    def take(self, order: NDArray[np.int64]) -> "Draws":
        """The draws of some subjects, in the order given."""
        return replace(self, values=self.values[order], seen=self.seen[order])


def run_draws(
    connection: duckdb.DuckDBPyConnection,
    sums: Sums,
    *,
    files: Sequence[str | Path] | None = None,
    relation: str | None = None,
) -> Draws:
    """Run the statement once more, by week, for the subjects of `sums` alone. Raises EngineError `fact_too_large`,
    `facts_unreadable`."""
    plan = weekly_plan(sums.plan)
    count = len(sums.subjects)
    values = np.zeros((count, plan.blocks.count, len(plan.keys)), dtype=np.float32)
    seen = np.zeros(count, dtype=np.int64)
    units = np.array([key.unit(plan.last) for key in plan.keys])
    with fact_refusals():
        source = open_source(connection, files, relation)
        load_table(connection, "people", {"provider": sums.subjects, "number": np.arange(count)})
        load_table(connection, "decay", decay_table(plan.last, plan.blocks.edges, plan.half_lives))
        for part in Slicer(connection, plan, source).run(count):
            values[part.numbers, part.block] = part.values * units
            seen[part.numbers] += 1
    return Draws(plan, values, seen)


def weekly_plan(plan: SumsPlan) -> SumsPlan:
    """The plan with weeks throughout."""
    return replace(plan, blocks=make_blocks(plan.model, plan.last, weeks_within=plan.ends[-1]))

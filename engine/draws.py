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
from engine.slices import Slice, Slicer
from engine.source import fact_refusals, open_source
from engine.tables import load_table


@dataclass(frozen=True)
class Draws:
    """`values` is subjects x blocks x keys in the sums' own unit and single precision; `plan` knows the blocks; `seen`
    counts each subject's blocks with facts."""

    plan: SumsPlan
    values: NDArray[np.float32]
    seen: NDArray[np.int64]

    def add(self, part: Slice) -> None:
        """Put the sums of one block in their place."""
        units = np.array([key.unit(self.plan.last) for key in self.plan.keys])
        self.values[part.numbers, part.block] = part.values * units
        self.seen[part.numbers] += 1


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
    draws = empty_draws(plan, count)
    with fact_refusals():
        source = open_source(connection, files, relation)
        load_table(connection, "people", {"provider": sums.subjects, "number": np.arange(count)})
        load_table(connection, "decay", decay_table(plan.last, plan.blocks.edges, plan.half_lives))
        for part in Slicer(connection, plan, source).run(count):
            draws.add(part)
    return draws


def empty_draws(plan: SumsPlan, count: int) -> Draws:
    """Draws of nothing yet."""
    values = np.zeros((count, plan.blocks.count, len(plan.keys)), dtype=np.float32)
    return Draws(plan, values, np.zeros(count, dtype=np.int64))


def weekly_plan(plan: SumsPlan) -> SumsPlan:
    """The plan with weeks throughout."""
    return replace(plan, blocks=make_blocks(plan.model, plan.last, weeks_within=plan.ends[-1]))

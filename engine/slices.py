"""The model's statement in slices of days, so that what it groups by stays small whatever the number of facts; each
slice opens only the files that hold its days.

Sums are whole numbers. A key that cannot fall is added up as doubles, which takes two thirds of the time, and exactly:
all partial sums lie below the result, and the result below 2^53. One that reaches 2^53 is summed again as integers,
from that slice on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.plan import SumsPlan, compile_sums
from engine.source import FactSource, day_condition

Ints = NDArray[np.int64]

# Groups of one slice: about 75 MB of sums for fifty columns and two threads. Facts lie provider by provider, so the
# processor's cache needs to hold a few of them only; a statement of fewer blocks spends more on starting and fetching.
SLICE_GROUPS = 60_000
EXACT = float(1 << 53)


@dataclass(frozen=True)
class Slice:
    """The sums of one block: `values` is members x plan.keys, `numbers` the places of the members in their table,
    `rows` how many facts each has."""

    block: int
    numbers: Ints
    rows: Ints
    values: Ints


@dataclass
class Slicer:
    """Runs the statement of a plan over a source. Reads the table `decay`, and `people` (provider, number) or, over a
    source of pairs, their table (provider, merchant, number): sums are then by pair."""

    connection: duckdb.DuckDBPyConnection
    plan: SumsPlan
    source: FactSource
    doubles: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.doubles = {
            index
            for index, key in enumerate(self.plan.keys)
            if key.only_adds and self.source.never_negative.issuperset(key.formula.columns)
        }

    def run(self, members: int) -> Iterator[Slice]:
        """All blocks that have facts, the youngest first."""
        blocks = self.plan.blocks
        step = max(1, SLICE_GROUPS // max(1, members))
        for start in range(0, blocks.count, step):
            stop = min(start + step, blocks.count)
            yield from self.run_days((blocks.days_of(stop - 1)[0], blocks.days_of(start)[1]))

    def run_days(self, *spans: tuple[date, date]) -> Iterator[Slice]:
        """The blocks of the facts of some spans of days, in one statement."""
        relation, parameters = self.source.between(min(span[0] for span in spans), max(span[1] for span in spans))
        where = " OR ".join(day_condition(*span) for span in spans)
        doubles = frozenset(self.doubles)
        pairs = self.source.pairs_of
        grouped = compile_sums(self.plan, relation, where=where, as_doubles=doubles, by_merchant=bool(pairs))
        statement = f"SELECT number, grouped.* FROM ({grouped}) AS grouped {join_numbers(pairs)}"  # noqa: S608
        table = self.connection.execute(statement, parameters).fetchnumpy()
        large = {index for index in doubles if table[f"s{index}"].max(initial=0.0) >= EXACT}
        if large:
            self.doubles -= large
            yield from self.run_days(*spans)
            return
        yield from split_blocks(table, len(self.plan.keys))


def join_numbers(pairs: str = "") -> str:
    """How the statement's rows find the numbers of their members: of providers, or of the pairs of a table."""
    return f"JOIN {pairs} USING (provider, merchant)" if pairs else "JOIN people USING (provider)"


def split_blocks(table: dict[str, NDArray[Any]], keys: int) -> Iterator[Slice]:
    """The statement's result, with the members' numbers, block by block, members ascending."""
    block = np.asarray(table["block"], dtype=np.int64)
    values = np.empty((len(block), keys), dtype=np.int64)
    for index in range(keys):
        values[:, index] = table.pop(f"s{index}")
    for each in np.unique(block):
        rows = np.flatnonzero(block == each)
        rows = rows[np.argsort(table["number"][rows])]
        yield Slice(int(each), table["number"][rows], table["fact_rows"][rows], values[rows])

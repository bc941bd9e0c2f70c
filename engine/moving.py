"""Which days move from one band of ages to the next while time passes, and which weeks they are of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from engine.decay import forward_weights
from engine.plan import SumsPlan
from engine.tables import Table


class Week(NamedTuple):
    """A week, or the part of one that lies in a band, by its Monday."""

    monday: date
    band: int


@dataclass(frozen=True)
class Segment:
    """Days that move together: out of the band `leaves` (-1 for days that come), all of one calendar week."""

    first: date
    last: date
    leaves: int

    @property
    def monday(self) -> date:
        """The Monday of the week."""
        return monday(self.first)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_of(plan: SumsPlan) -> dict[Week, int]:
    """The blocks that are weeks, or parts of them."""
    blocks = range(plan.week_count)
    return {Week(monday(plan.blocks.days_of(block)[1]), plan.band_of(block)): block for block in blocks}


def find_segments(old: SumsPlan, new: SumsPlan) -> Iterator[Segment]:
    """The days that come, and those that leave each band."""
    for leaves, end in enumerate(new.cuts, start=-1):
        day, last = old.day_of(end) + timedelta(days=1), new.day_of(end)
        while day <= last:
            stop = min(last, monday(day) + timedelta(days=6))
            yield Segment(day, stop, leaves)
            day = stop + timedelta(days=1)


def segment_table(plan: SumsPlan, segments: list[Segment]) -> Table:
    """The decay table of the days that move; their block is the number of the segment."""
    days = [
        (segment.first + timedelta(days=offset), number)
        for number, segment in enumerate(segments)
        for offset in range((segment.last - segment.first).days + 1)
    ]
    ages = np.array([(plan.last - day).days for day, _ in days])
    table: Table = {
        "day": np.array([day for day, _ in days], dtype="datetime64[D]"),
        "block": np.array([number for _, number in days], dtype=np.int64),
    }
    for index, half_life in enumerate(plan.half_lives):
        table[f"w{index}"] = forward_weights(plan.last, ages, half_life)
    return table

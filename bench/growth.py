"""How a score run grows with the facts: 2, 20 and 200 million of the same 20,000 providers."""

import tempfile
from pathlib import Path

from bench.measure import Measured
from bench.plot import draw_growth
from bench.scoring import MB, measure_ours, median
from bench.tables import Result
from bench.world import build_world

ROWS = 200_000_000
STEPS = (100, 10, 1)
NAMES = {"full": "full run, stored", "night": "night, stored", "floor": "floor"}


def run(rows: int | None = None) -> Result:
    """A hundredth, a tenth and all of `rows`; each once, on files that are removed before the next."""
    most = rows or ROWS
    found: dict[int, dict[str, list[Measured]]] = {}
    for part in STEPS:
        count = most // part
        with tempfile.TemporaryDirectory() as name:
            found[count] = measure_ours(build_world(count, Path(name)), repeats=1)
    return describe(found)


def describe(found: dict[int, dict[str, list[Measured]]]) -> Result:
    """The table and the plot."""
    lines = {
        title: [(count, round(median(each[name]), 3)) for count, each in found.items()] for name, title in NAMES.items()
    }
    figures: dict[str, float] = {}
    rows = []
    for count, each in found.items():
        seconds = {name: median(each[name]) for name in NAMES}
        peak = max(one.peak for one in each["full"]) / MB
        label = f"{count // 1_000_000}m"
        figures |= {f"{name}_seconds_{label}": round(value, 3) for name, value in seconds.items()}
        figures[f"full_to_floor_{label}"] = round(seconds["full"] / seconds["floor"], 2)
        figures[f"full_peak_megabytes_{label}"] = round(peak)
        rows.append(
            (
                f"{count:,}",
                *(f"{seconds[name]:,.2f}" for name in ("floor", "full", "night")),
                f"{seconds['full'] / seconds['floor']:.2f}",
                f"{peak:,.0f}",
            )
        )
    return Result(
        name="growth",
        title="A score run as facts grow",
        head=("facts of a year", "floor, s", "full run, s", "night, s", "run to floor", "peak MB of the run"),
        rows=rows,
        figures=figures,
        notes=(
            "20,000 providers, the portal's first model without replicates; each measured once in a process of its "
            "own, with two threads. What is measured is said in scoring.md.",
        ),
        picture=draw_growth(lines, across="facts", up="seconds"),
    )

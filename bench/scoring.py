"""A score run of the portal, from its start to the last scorecard stored, against the floor and against other ways."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from bench import rivals
from bench.generate import PROVIDERS
from bench.measure import Measured, measure
from bench.tables import Result
from bench.world import AS_OF, build_world, publish_model
from engine.columns import FACT_COLUMN_NAMES
from engine.tables import open_connection
from scoring.capabilities.compute import MEMORY, THREADS, Silent, carry_out
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.runs import start_run

ROWS = 20_000_000
REPEATS = 3
REPLICATES = 200
MB = 1024**2


def run(rows: int | None = None) -> Result:
    """Floor, full run and night by turns, medians of REPEATS; then the replicates and the other ways, once each."""
    rows = rows or ROWS
    with tempfile.TemporaryDirectory() as name:
        files = build_world(rows, Path(name))
        year = files[:53]
        ours = measure_ours(files)
        intervals = run_with_intervals()
        others = rivals.measure_all(year, rows)
    return describe(rows, ours, intervals, others)


def measure_ours(files: Sequence[Path], repeats: int = REPEATS) -> dict[str, list[Measured]]:
    """`floor`, `full` and `night` by turns. A night needs the sums of the day before, which the full run leaves."""
    model = publish_model(0)
    found: dict[str, list[Measured]] = {"floor": [], "full": [], "night": []}
    for turn in range(repeats):
        shutil.rmtree(Path(settings.FACTS_ROOT) / "sums", ignore_errors=True)
        day = AS_OF + timedelta(days=2 * turn)
        found["floor"].append(measure(plain_sums, files[:53]))
        found["full"].append(measure(run_day, model.pk, day))
        found["night"].append(measure(run_day, model.pk, day + timedelta(days=1)))
    check(found)
    return found


def check(found: dict[str, list[Measured]]) -> None:
    """Every run assessed and stored, and only the nights went on from the sums before."""
    for name in ("full", "night"):
        for one in found[name]:
            if one.value["cards"] != PROVIDERS or one.value["advanced"] != (name == "night"):
                raise RuntimeError(f"a {name} run did not do its work: {one.value}")


def plain_sums(files: Sequence[Path]) -> int:
    """The floor: every column decoded and summed by provider, nothing else."""
    with open_connection(threads=THREADS, memory_limit=MEMORY) as session:
        sums = ", ".join(f"sum({name})" for name in FACT_COLUMN_NAMES)
        statement = f"SELECT provider, {sums} FROM read_parquet($files) GROUP BY provider"
        return len(session.execute(statement, {"files": [str(path) for path in files]}).fetchnumpy()["provider"])


def run_day(model_id: int, as_of: date) -> dict[str, float]:
    """The portal's own run; gives seconds by step, the rest of them being what the database takes."""
    started = time.perf_counter()
    run = start_run(by=None, as_of=as_of, scoring_model_id=model_id, in_background=False)
    carry_out(run.pk, Silent())
    seconds = time.perf_counter() - started
    run = ScoreRun.objects.get(pk=run.pk)
    cards = Scorecard.objects.filter(run=run).count()
    steps = {name: float(value) for name, value in run.timings.items()}
    store = seconds - sum(steps.values())
    return steps | {
        "store": store,
        "seconds": seconds,
        "cards": cards,
        "advanced": run.advanced_from is not None,
        "facts": run.fact_count,
    }


def run_with_intervals() -> Measured:
    """One night with replicates on top: its sums go on from those saved, its draws are all."""
    return measure(run_day, publish_model(REPLICATES).pk, AS_OF)


def median(found: Sequence[Measured], step: str = "") -> float:
    """The median of the seconds, or of one step's."""
    return statistics.median(one.value[step] if step else one.seconds for one in found)


def describe(rows: int, ours: dict[str, list[Measured]], intervals: Measured, others: Sequence[rivals.Rival]) -> Result:
    """The table."""
    floor, full, night = (median(ours[name]) for name in ("floor", "full", "night"))
    peak = max(one.peak for one in ours["full"]) / MB
    figures: dict[str, float] = {
        "rows": rows,
        "providers": PROVIDERS,
        "floor_seconds": round(floor, 3),
        "full_seconds": round(full, 3),
        "full_to_floor": round(full / floor, 2),
        "full_peak_megabytes": round(peak),
        "night_seconds": round(night, 3),
        "night_peak_megabytes": round(max(one.peak for one in ours["night"]) / MB),
        "intervals_seconds": round(intervals.value["intervals"], 2),
        "draws_seconds": round(intervals.value["draws"], 2),
        "intervals_peak_megabytes": round(intervals.peak / MB),
    }
    for name in ("full", "night"):
        for step in ("sums", "keep", "score", "store"):
            figures[f"{name}_{step}_seconds"] = round(median(ours[name], step), 3)
    cells = [
        ("floor: decode all columns, plain sums", floor, max(one.peak for one in ours["floor"]) / MB),
        ("Paddock: full run, scorecards and ledger stored", full, peak),
        ("Paddock: night, from the sums of the day before", night, figures["night_peak_megabytes"]),
        (
            f"Paddock: {REPLICATES} replicates of everybody's score",
            figures["intervals_seconds"],
            figures["intervals_peak_megabytes"],
        ),
        *((rival.name, rival.seconds, rival.peak) for rival in others),
    ]
    figures |= {f"{rival.key}_seconds": round(rival.seconds, 2) for rival in others}
    steps = ", ".join(f"{step} {figures[f'full_{step}_seconds']:.2f}" for step in ("sums", "keep", "score", "store"))
    nights = ", ".join(f"{step} {figures[f'night_{step}_seconds']:.2f}" for step in ("sums", "keep", "score", "store"))
    return Result(
        name="scoring",
        title="A score run",
        head=("What", "seconds", "peak MB"),
        rows=[(what, f"{seconds:,.2f}", f"{peak:,.0f}" if peak else "") for what, seconds, peak in cells],
        figures=figures,
        notes=(
            f"{rows:,} generated facts of a year, {PROVIDERS:,} providers, the portal's first model with 25 metrics; "
            f"each line in a process of its own, {THREADS} threads; the first three lines are medians of {REPEATS}, "
            "by turns.",
            f"The full run takes {full / floor:.2f} times the floor: {steps} s. It is the portal's own, from pinning "
            "its inputs to the commit, with all constraints and indexes; the server's memory is not counted.",
            f"The night reads four days of facts: {nights} s. Its result equals a full run bit for bit.",
            f"Replicates are drawn from sums by week, which take {figures['draws_seconds']:.1f} s more.",
            *rivals.notes(rows),
        ),
    )

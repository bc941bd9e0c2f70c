"""Yesterday's sums made today's: the days that come are added, those that leave a window are taken out of it.

Weights stay with their day (`engine.decay`) and sums are whole numbers, so that the result equals a full run bit for
bit. It costs the facts of a few days and the number of providers. Where it cannot be done (the weights start again,
too many days have passed) there is no result, and the caller runs in full.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.compile import Sums, count_merchants, empty_sums, number_people
from engine.decay import anchor_of, forward_weights
from engine.model import ScoringModel
from engine.model_toml import model_digest
from engine.plan import SumsPlan, plan_sums
from engine.slices import Slicer
from engine.source import FactSource, check_fact_columns, day_condition, fact_refusals, open_source
from engine.tables import load_table, quote_literal

FORMAT = 1
ARRAYS, PAIRS, ABOUT = "sums.npz", "pairs.parquet", "about.json"


@dataclass(frozen=True)
class Segment:
    """Days that move together: out of the window `leaves` (an index into the plan's, -1 for days that come), all of one
    calendar week."""

    first: date
    last: date
    leaves: int


def save_sums(connection: duckdb.DuckDBPyConnection, sums: Sums, folder: Path) -> None:
    """Write what the next increment starts from into an empty folder. Reads the table `pairs`, which `run_sums` and
    `advance_sums` leave in the connection."""
    np.savez(
        folder / ARRAYS,
        subjects=sums.subjects.astype(str),
        bands=sums.bands,
        rows=sums.rows,
        weeks=sums.weeks,
    )
    connection.execute(f"COPY pairs TO {quote_literal(str(folder / PAIRS))} (FORMAT parquet)")
    about = {"format": FORMAT, "model": model_digest(sums.plan.model), "last": sums.plan.last.isoformat()}
    (folder / ABOUT).write_text(json.dumps(about | {"keys": keys_of(sums.plan)}), encoding="utf-8")


def keys_of(plan: SumsPlan) -> list[str]:
    """What each column of sums holds."""
    return [f"{key.formula.sql()} @ {key.half_life}" for key in plan.keys]


def advance_sums(
    connection: duckdb.DuckDBPyConnection,
    model: ScoringModel,
    folder: Path,
    *,
    as_of: date,
    files: Sequence[str | Path],
    beside: tuple[str, ...] = (),
) -> Sums | None:
    """The sums as of a day from those saved in `folder` for an earlier one; None when only a full run gives them.

    `files` hold the facts of the days that move: the caller answers for it that no other facts have come, gone or
    changed on the days that the saved sums hold. Raises EngineError as `run_sums` does, OSError or ValueError for an
    unreadable folder.
    """
    plan = plan_sums(model, as_of, beside=beside)
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    wanted = {"format": FORMAT, "model": model_digest(model), "keys": keys_of(plan)}
    if {name: about.get(name) for name in wanted} != wanted:
        return None
    old_plan = plan_sums(model, date.fromisoformat(about["last"]) + (as_of - plan.last), beside=beside)
    if not can_advance(old_plan, plan):
        return None
    with fact_refusals():
        source = open_source(connection, files)
        check_fact_columns(connection, plan, source)
        advance_pairs(connection, source, old_plan, plan, folder / PAIRS)
        with (folder / ARRAYS).open("rb") as file, np.load(file) as saved:
            sums = carry_over(old_plan, plan, {name: saved[name] for name in saved.files}, number_people(connection))
        move_days(connection, source, old_plan, sums)
        return replace(sums, merchants=count_merchants(connection, plan, len(sums.subjects)))


def can_advance(old: SumsPlan, new: SumsPlan) -> bool:
    """Whether a few days have passed, fewer than any window is apart from the next, under the same weights."""
    days = (new.last - old.last).days
    narrowest = min(np.diff((0, *new.ends)))
    same = all(anchor_of(old.last, half_life) == anchor_of(new.last, half_life) for half_life in new.half_lives)
    return 0 < days < narrowest and same


def advance_pairs(
    connection: duckdb.DuckDBPyConnection, source: FactSource, old: SumsPlan, new: SumsPlan, saved: Path
) -> None:
    """Make the table `pairs` from the saved one and the days that come; pairs last seen before the window are gone."""
    first = old.last + timedelta(days=1)
    relation, parameters = source.between(first, new.last)
    merchant = "facts.merchant" if new.merchant_windows else "NULL"
    statement = (
        "CREATE OR REPLACE TEMP TABLE pairs AS SELECT provider, merchant, max(day) AS day FROM ("  # noqa: S608
        "SELECT provider, CAST(merchant AS VARCHAR) AS merchant, day FROM read_parquet($saved) WHERE day >= $first "
        f"UNION ALL SELECT CAST(facts.provider AS VARCHAR), CAST({merchant} AS VARCHAR), facts.day "
        f"FROM {relation} AS facts WHERE {day_condition(first, new.last)}) GROUP BY ALL"
    )
    connection.execute(statement, parameters | {"saved": str(saved), "first": new.blocks.first})


def carry_over(
    old: SumsPlan, new: SumsPlan, saved: dict[str, NDArray[np.generic]], subjects: NDArray[np.object_]
) -> Sums:
    """The saved sums in the places of the new subjects and weeks, before any day has moved."""
    names = saved["subjects"]
    weeks = {monday_of(new, block): block for block in range(new.week_count)}
    moved = [(weeks[day], block) for block in range(old.week_count) if (day := monday_of(old, block)) in weeks]
    sums = empty_sums(new, subjects)
    if names.tolist() == subjects.tolist():
        for target, block in moved:
            sums.weeks[target] = saved["weeks"][block]
        return replace(sums, bands=saved["bands"], rows=saved["rows"])
    numbers = {name: number for number, name in enumerate(subjects.tolist())}
    here = np.array([row for row, name in enumerate(names.tolist()) if name in numbers], dtype=np.int64)
    place = np.array([numbers[name] for name in names[here].tolist()], dtype=np.int64)
    sums.bands[:, place] = saved["bands"][:, here]
    sums.rows[:, place] = saved["rows"][:, here]
    for target, block in moved:
        sums.weeks[target, place] = saved["weeks"][block, here]
    return sums


def monday_of(plan: SumsPlan, block: int) -> date:
    """The Monday of the week in which a block lies."""
    return monday(plan.blocks.days_of(block)[1])


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def move_days(connection: duckdb.DuckDBPyConnection, source: FactSource, old: SumsPlan, sums: Sums) -> None:
    """Add the facts of the days that come, and move those that leave a window into the next one, or out."""
    plan = sums.plan
    segments = list(find_segments(old, plan))
    load_table(connection, "decay", segment_table(plan, segments))
    slicer = Slicer(connection, plan, source)
    weeks = {monday_of(plan, block): block for block in range(plan.week_count)}
    own_window = plan.ends.index(min(plan.model.window.days, plan.ends[-1]))
    for leaves in range(-1, len(plan.ends)):
        own = [segment for segment in segments if segment.leaves == leaves]
        for part in slicer.run_days(own[0].first, own[-1].last):
            segment = segments[part.block]
            for band, sign in ((segment.leaves, -1), (segment.leaves + 1, 1)):
                if 0 <= band < len(plan.ends):
                    sums.bands[band, part.numbers] += sign * part.values
                    sums.rows[band, part.numbers] += sign * part.rows
            week = weeks.get(monday(segment.first))
            if week is not None and segment.leaves in (-1, own_window):
                sign = 1 if segment.leaves == -1 else -1
                sums.weeks[week, part.numbers] += sign * part.values[:, plan.week_keys]


def moving_days(model: ScoringModel, since: date, as_of: date) -> list[tuple[date, date]]:
    """The first and last days of what moves between the last day of saved sums and `as_of`: only facts of these are
    read."""
    new = plan_sums(model, as_of)
    old = plan_sums(model, since + (as_of - new.last))
    return [(segment.first, segment.last) for segment in find_segments(old, new)]


def find_segments(old: SumsPlan, new: SumsPlan) -> Iterator[Segment]:
    """The days that come, and those that leave each window."""
    for leaves, end in enumerate((0, *new.ends), start=-1):
        day, last = old.last - timedelta(days=end - 1), new.last - timedelta(days=end)
        while day <= last:
            stop = min(last, monday(day) + timedelta(days=6))
            yield Segment(day, stop, leaves)
            day = stop + timedelta(days=1)


def segment_table(plan: SumsPlan, segments: list[Segment]) -> dict[str, NDArray[np.generic]]:
    """The decay table of the days that move; their block is the number of the segment."""
    days = [
        (segment.first + timedelta(days=offset), number)
        for number, segment in enumerate(segments)
        for offset in range((segment.last - segment.first).days + 1)
    ]
    ages = np.array([(plan.last - day).days for day, _ in days])
    table: dict[str, NDArray[np.generic]] = {
        "day": np.array([day for day, _ in days], dtype="datetime64[D]"),
        "block": np.array([number for _, number in days], dtype=np.int64),
    }
    for index, half_life in enumerate(plan.half_lives):
        table[f"w{index}"] = forward_weights(plan.last, ages, half_life)
    return table

"""Yesterday's sums made today's: the days that come are added, those that leave a band of ages are moved to the next.

Weights stay with their day (`engine.decay`) and sums are whole numbers, so that the result equals a full run bit for
bit. It costs the facts of a few days and the number of providers, and for each merchant that comes above the model's
share the facts of that merchant. Where it cannot be done (the weights start again, too many days have passed) there is
no result, and the caller runs in full.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.cells import Cells
from engine.compile import Sums, empty_sums, sum_capped
from engine.decay import anchor_of, decay_table
from engine.merchants import advance_pairs, count_merchants, number_people
from engine.model import ScoringModel
from engine.model_toml import model_digest
from engine.moving import Segment, Week, find_segments, segment_table, weeks_of
from engine.plan import MISSING, SumsPlan, plan_sums
from engine.shares import Capped, find_capped, number_capped
from engine.slices import SLICE_GROUPS, Slicer
from engine.source import CAPPED, FactSource, check_fact_columns, fact_refusals, open_source, plain_source
from engine.tables import Table, load_table, quote_literal

FORMAT = 2
ARRAYS, PAIRS, ABOUT = "sums.npz", "pairs.parquet", "about.json"
CELLS = ("bands", "rows", "weeks")
NAMES = ("provider", "merchant")
Saved = dict[str, NDArray[Any]]


def save_sums(connection: duckdb.DuckDBPyConnection, sums: Sums, folder: Path) -> None:
    """Write what the next increment starts from into an empty folder. Reads the table `pairs`, which `run_sums` and
    `advance_sums` leave in the connection."""
    arrays: Saved = {"subjects": sums.subjects.astype(str)} | {name: getattr(sums, name) for name in CELLS}
    if sums.capped is not None:
        arrays |= {f"capped_{name}": getattr(sums.capped, name) for name in CELLS}
        arrays |= {f"capped_{name}": getattr(sums.capped, name).astype(str) for name in NAMES}
    np.savez(folder / ARRAYS, **arrays)  # type: ignore[arg-type]
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
    whole: Sequence[str | Path] = (),
    left_out: Table | None = None,
    beside: tuple[str, ...] = (),
) -> Sums | None:
    """The sums as of a day from those saved in `folder` for an earlier one; None when only a full run gives them.

    `files` hold the facts of the days that move (`moving_days`), `whole` all of them (default: the same); these are
    opened only where a merchant comes above the model's share. The caller answers for it that on the days that the
    saved sums hold no other facts have come, gone or changed, and that the same pairs are left out. Raises EngineError
    as `run_sums` does, OSError or ValueError for an unreadable folder.
    """
    plan = plan_sums(model, as_of, beside=beside)
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    wanted = {"format": FORMAT, "model": model_digest(model), "keys": keys_of(plan)}
    if {name: about.get(name) for name in wanted} != wanted:
        return None
    old = plan_sums(model, date.fromisoformat(about["last"]) + (as_of - plan.last), beside=beside)
    if not can_advance(old, plan):
        return None
    with fact_refusals():
        source = open_source(connection, files, left_out=left_out)
        check_fact_columns(connection, plan, source)
        advance_pairs(connection, source, old, plan, folder / PAIRS)
        with (folder / ARRAYS).open("rb") as file, np.load(file) as archive:
            saved = {name: archive[name] for name in archive.files}
        sums = empty_sums(plan, number_people(connection))
        places = sums.subjects.tolist()
        sums = replace(sums, **carry_over(old, sums, saved, saved["subjects"].tolist(), places))
        segments = list(find_segments(old, plan))
        load_table(connection, "decay", segment_table(plan, segments))
        move_days(Slicer(connection, plan, source), segments, sums)
        merchants = count_merchants(connection, plan, len(places))
        capped = None if plan.share_of == MISSING else find_capped(connection, plan, sums.subjects)
        if capped is not None:
            everything = plain_source(whole or files, leaves_out=source.leaves_out)
            capped = advance_capped(connection, source, everything, old, capped, segments, saved)
        return replace(sums, merchants=merchants, capped=capped)


def can_advance(old: SumsPlan, new: SumsPlan) -> bool:
    """Whether a few days have passed, no more than any band is wide, under the same weights."""
    days = (new.last - old.last).days
    same = all(anchor_of(old.last, half_life) == anchor_of(new.last, half_life) for half_life in new.half_lives)
    return 0 < days <= int(np.diff(new.cuts).min()) and same


def carry_over(
    old: SumsPlan, cells: Cells, saved: Saved, names: list[Any], wanted: list[Any], prefix: str = ""
) -> dict[str, Any]:
    """The saved cells of the members `names` in the places of the members `wanted` and of the weeks of `cells`, before
    any day has moved."""
    bands, rows, weeks = (saved[f"{prefix}{name}"] for name in CELLS)
    there = weeks_of(cells.plan)
    moved = [(there[week], block) for week, block in weeks_of(old).items() if week in there]
    if names == wanted:
        for target, block in moved:
            cells.weeks[target] = weeks[block]
        return {"bands": bands, "rows": rows, "weeks": cells.weeks}
    numbers = {name: number for number, name in enumerate(wanted)}
    here = np.array([row for row, name in enumerate(names) if name in numbers], dtype=np.int64)
    place = np.array([numbers[name] for name in names if name in numbers], dtype=np.int64)
    cells.bands[:, place] = bands[:, here]
    cells.rows[:, place] = rows[:, here]
    for target, block in moved:
        cells.weeks[target, place] = weeks[block, here]
    return {name: getattr(cells, name) for name in CELLS}


def move_days(slicer: Slicer, segments: list[Segment], cells: Cells) -> None:
    """Add the facts of the days that come, and move those that leave a band into the next one, or out. Reads the table
    `decay` of the segments."""
    plan, weeks = cells.plan, weeks_of(cells.plan)
    spans = [(own[0].first, own[-1].last) for own in by_band(segments)]
    few = cells.rows.shape[1] * len(segments) <= SLICE_GROUPS
    for batch in [spans] if few else [[span] for span in spans]:
        for part in slicer.run_days(*batch):
            segment = segments[part.block]
            for band, sign in ((segment.leaves, -1), (segment.leaves + 1, 1)):
                if not 0 <= band < plan.band_count:
                    continue
                cells.bands[band, part.numbers] += sign * part.values
                cells.rows[band, part.numbers] += sign * part.rows
                # A part of a week that has no days left is not kept.
                week = weeks.get(Week(segment.monday, band))
                if week is not None:
                    cells.weeks[week, part.numbers] += sign * part.values[:, plan.week_keys]


def by_band(segments: list[Segment]) -> Iterator[list[Segment]]:
    """The segments that leave each band; those that come first."""
    for _leaves, own in groupby(segments, key=lambda segment: segment.leaves):
        yield list(own)


def advance_capped(
    connection: duckdb.DuckDBPyConnection,
    source: FactSource,
    whole: FactSource,
    old: SumsPlan,
    capped: Capped,
    segments: list[Segment],
    saved: Saved,
) -> Capped:
    """The sums of the capped pairs: of those that were capped before from the saved ones, of the others from all of
    their facts. Reads the table `decay` of the segments, and leaves that of the plan."""
    plan = capped.plan
    wanted = list(zip(capped.provider.tolist(), capped.merchant.tolist(), strict=True))
    names = list(zip(*(saved[f"capped_{name}"].tolist() for name in NAMES), strict=True)) if has_capped(saved) else []
    known = set(names)
    was = np.array([pair in known for pair in wanted], dtype=np.bool_)
    if was.any():
        capped = replace(capped, **carry_over(old, capped, saved, names, wanted, "capped_"))
        number_capped(connection, capped, was)
        move_days(Slicer(connection, plan, replace(source, pairs_of=CAPPED)), segments, capped)
    if not was.all():
        load_table(connection, "decay", decay_table(plan.last, plan.blocks.edges, plan.half_lives))
        sum_capped(connection, whole, capped, ~was)
    return capped


def has_capped(saved: Saved) -> bool:
    """Whether any merchant was above the share."""
    return f"capped_{NAMES[0]}" in saved


def moving_days(model: ScoringModel, since: date, as_of: date) -> list[tuple[date, date]]:
    """The first and last days of what moves between the last day of saved sums and `as_of`: only facts of these are
    read."""
    new = plan_sums(model, as_of)
    old = plan_sums(model, since + (as_of - new.last))
    return [(segment.first, segment.last) for segment in find_segments(old, new)]

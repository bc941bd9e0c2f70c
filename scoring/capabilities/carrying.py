"""What a run's sums leave for the next night: one folder per model and day under `sums/` of FACTS_ROOT.

It saves time and nothing else: it may be lost, and is not read when the facts of the days that it holds are no longer
the same.
"""

import json
import logging
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
from django.conf import settings

from engine.compile import Sums
from engine.increment import advance_sums, moving_days, save_sums
from engine.model import ScoringModel as Rule
from engine.model_toml import model_digest
from engine.plan import plan_sums
from scoring.capabilities.identity import PinnedInputs
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.models import FactBatch

logger = logging.getLogger(__name__)
FOLDER, KNOWN, PARTIAL = "sums", "known.json", ".part-"
KEPT = 2
UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Carrier:
    """Finds and keeps the sums of one model."""

    rule: Rule

    @property
    def folder(self) -> Path:
        return Path(settings.FACTS_ROOT) / FOLDER / model_digest(self.rule)[:32]

    def saved_days(self) -> list[date]:
        """The days for which sums are saved, the newest first."""
        names = [path.name for path in self.folder.glob("????-??-??")]
        return sorted((date.fromisoformat(name) for name in names), reverse=True)

    def advance(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        as_of: date,
        pinned: PinnedInputs,
        beside: tuple[str, ...],
    ) -> tuple[Sums, date] | None:
        """The sums as of a day from saved ones, and their day; None when they must be computed in full."""
        plan = plan_sums(self.rule, as_of, beside=beside)
        earlier = [day for day in self.saved_days() if day < plan.last][:1]
        for day in earlier:
            folder = self.folder / day.isoformat()
            try:
                known = json.loads((folder / KNOWN).read_text(encoding="utf-8"))
                if not same_facts(known, pinned, first=plan.blocks.first, until=day):
                    continue
                moving = moving_days(self.rule, day, as_of)
                rows = [*known["facts"], *map(describe, stored(pinned))]
                paths = dict.fromkeys(row["path"] for row in rows if holds_any(row, moving))
                files = [Path(settings.FACTS_ROOT) / path for path in paths or (row["path"] for row in rows[:1])]
                sums = advance_sums(
                    connection,
                    self.rule,
                    folder,
                    as_of=as_of,
                    files=files,
                    whole=pinned.files,
                    left_out=pinned.left_out,
                    beside=beside,
                )
                return None if sums is None else (sums, day)
            except UNREADABLE:
                logger.warning("saved sums cannot be read", extra={"folder": str(folder)}, exc_info=True)
        return None

    def keep(self, connection: duckdb.DuckDBPyConnection, sums: Sums, pinned: PinnedInputs) -> None:
        """Save the sums for the next night, unless those of a later day are there already. A full disk is no fault of
        the run."""
        days = self.saved_days()
        if len([day for day in days if day > sums.plan.last]) >= KEPT:
            return
        try:
            with part_folder(self.folder) as part:
                save_sums(connection, sums, part)
                known = {"facts": [describe(one) for one in stored(pinned)], "left_out": pairs_of(pinned)}
                (part / KNOWN).write_text(json.dumps(known), encoding="utf-8")
                target = self.folder / sums.plan.last.isoformat()
                shutil.rmtree(target, ignore_errors=True)
                part.rename(target)
        except (OSError, duckdb.Error):
            logger.warning("sums cannot be saved for the next night", exc_info=True)
        for day in self.saved_days()[KEPT:]:
            shutil.rmtree(self.folder / day.isoformat(), ignore_errors=True)


@contextmanager
def part_folder(folder: Path) -> Iterator[Path]:
    """A new folder inside `folder` that is gone at the end unless it was renamed. One that a killed worker left goes
    first."""
    for dead in folder.glob(f"{PARTIAL}*"):
        shutil.rmtree(dead, ignore_errors=True)
    part = folder / f"{PARTIAL}{uuid4().hex}"
    part.mkdir(parents=True)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def stored(pinned: PinnedInputs) -> tuple[FactBatch | Adjustment, ...]:
    """Everything that the sums are read from: batches and corrections alike."""
    return (*pinned.batches, *pinned.adjustments)


def pairs_of(pinned: PinnedInputs) -> list[list[str]]:
    """The pairs whose facts do not count, in no order of their own."""
    return sorted([pair.provider.code, pair.merchant] for pair in pinned.related)


def describe(one: FactBatch | Adjustment) -> dict[str, str]:
    """What must be the same of a batch or a correction, and where its file lies."""
    return {"digest": one.file_digest, "path": one.path, "from": str(one.day_from), "to": str(one.day_to)}


def holds_any(row: dict[str, str], spans: list[tuple[date, date]]) -> bool:
    """Whether a file may hold facts of one of the spans of days."""
    begins, ends = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    return any(begins <= last and ends >= first for first, last in spans)


def same_facts(known: dict[str, Any], pinned: PinnedInputs, *, first: date, until: date) -> bool:
    """Whether the saved sums and the run agree on every day that both hold: the same pairs are left out, there are the
    same batches and corrections from `first` to `until`, and no new one reaches back."""
    old = [(row["path"], row["digest"]) for row in known["facts"] if date.fromisoformat(row["to"]) >= first]
    new = [(one.path, one.file_digest) for one in stored(pinned) if one.day_from is not None and one.day_from <= until]
    return sorted(old) == sorted(new) and known["left_out"] == pairs_of(pinned)

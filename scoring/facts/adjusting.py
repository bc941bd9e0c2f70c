"""What a correction adds to which fact, and the file that holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from engine.allocate import allocate
from engine.columns import FACT_COLUMN_NAMES, KEY_COLUMNS
from engine.tables import Table, load_table, open_connection
from scoring.facts.limits import MAX_VALUE, SUBSETS
from scoring.facts.rows import KeyTotal, Slice, read_totals
from scoring.facts.workbench import quote_literal

MOST_KEYS = 5_000


@dataclass(frozen=True)
class Line:
    """One column of one fact: what is held, and what is added."""

    provider: str
    day: date
    merchant: str
    trader: str
    column: str
    before: int
    delta: int


def held_in(chosen: Slice, column: str) -> list[KeyTotal]:
    """What counts per key of the slice now; raises InvalidInput when it holds too many facts to judge."""
    keys = read_totals(chosen, (column,), limit=MOST_KEYS + 1)
    if len(keys) > MOST_KEYS:
        raise InvalidInput(
            _("This slice holds more than %(most)s facts.") % {"most": MOST_KEYS},
            field="day_to",
            remedy=_("Name fewer days, or one merchant."),
        )
    return keys


def lines_for(chosen: Slice, column: str, should_be: int) -> list[Line]:
    """Lines after which the slice sums to `should_be`, in proportion to what its facts hold.

    A slice without facts gets them at the merchant and trader that it names, in equal parts over its days. Raises
    InvalidInput (field `should_be`), Conflict when nothing would change.
    """
    if not 0 <= should_be <= MAX_VALUE:
        raise InvalidInput(_("A total lies between 0 and 10^15."), field="should_be", remedy=_("Check the number."))
    keys = held_in(chosen, column)
    held = sum(key.values[0] for key in keys)
    if should_be == held:
        raise Conflict(
            _("The portal holds this very number already."),
            field="should_be",
            remedy=_("Give the number that it should be."),
            code="nothing_to_change",
        )
    if not keys:
        days = (chosen.until - chosen.since).days + 1
        keys = [KeyTotal(chosen.since + timedelta(days=at), chosen.merchant, chosen.trader, (0,)) for at in range(days)]
    weights = np.array([max(0, key.values[0]) for key in keys], dtype=np.int64)
    parts = allocate(should_be - held, weights)
    lines = [
        Line(chosen.provider, key.day, key.merchant, key.trader, column, key.values[0], int(part))
        for key, part in zip(keys, parts, strict=True)
        if part
    ]
    check_wholes(chosen, column, should_be)
    return lines


def check_wholes(chosen: Slice, column: str, should_be: int) -> None:
    """A part stays within its whole, summed over the slice; raises InvalidInput (field `should_be`)."""
    for part, whole in SUBSETS:
        if column not in (part, whole):
            continue
        other = whole if column == part else part
        beside = sum(key.values[0] for key in read_totals(chosen, (other,), limit=MOST_KEYS))
        if (column == part and should_be > beside) or (column == whole and should_be < beside):
            raise InvalidInput(
                _("A part would be larger than its whole: the other number is %(other)s.") % {"other": beside},
                field="should_be",
                remedy=_("Correct the other number first."),
                code="part_above_whole",
            )


def write_lines(path: Path, lines: Sequence[Line]) -> None:
    """The lines as facts: one row per key, deltas in its columns, 0 elsewhere. The same lines give the same bytes."""
    keys = sorted({(line.day, line.provider, line.merchant, line.trader) for line in lines})
    place = {key: row for row, key in enumerate(keys)}
    values = np.zeros((len(keys), len(FACT_COLUMN_NAMES)), dtype=np.int64)
    for line in lines:
        row = place[(line.day, line.provider, line.merchant, line.trader)]
        values[row, FACT_COLUMN_NAMES.index(line.column)] += line.delta
    table: Table = {
        "provider": np.array([key[1] for key in keys], dtype=object),
        "day": np.array([key[0] for key in keys], dtype="datetime64[D]"),
        "merchant": np.array([key[2] for key in keys], dtype=object),
        "trader": np.array([key[3] for key in keys], dtype=object),
    }
    table |= {name: values[:, index].copy() for index, name in enumerate(FACT_COLUMN_NAMES)}
    picked = ", ".join((*KEY_COLUMNS, *FACT_COLUMN_NAMES))
    with open_connection(threads=1, memory_limit="200MB") as connection:
        load_table(connection, "lines", table)
        target = quote_literal(str(path))
        connection.execute(f"COPY (SELECT {picked} FROM lines) TO {target} (FORMAT parquet, COMPRESSION zstd)")

"""Files of barred parties: a CSV in UTF-8 with a head line, one party a row."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput

COLUMNS = ("name", "uscc", "region", "representative", "representative_id", "phone", "reason", "until")
NEEDED = ("name", "reason")
MOST_ROWS = 5_000
MOST_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class BarredRow:
    """What is known of one party; only name and reason are needed. `until` is a day, or a text that is to be one."""

    name: str
    reason: str
    uscc: str = ""
    region: str = ""
    representative: str = ""
    representative_id: str = ""
    phone: str = ""
    until: date | str | None = None


def read_barred_file(data: bytes) -> list[BarredRow]:
    """The rows of a file; what they say is judged when they are entered. Raises InvalidInput on field `file` for a
    file that is none of these: UTF-8, known columns, at most MOST_ROWS rows and MOST_BYTES."""
    if len(data) > MOST_BYTES:
        raise _too_long()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("The file is not written in UTF-8."), field="file", remedy=_("Save it as CSV in UTF-8.")
        ) from error
    reader = csv.DictReader(io.StringIO(text))
    head = [name.strip().lower() for name in reader.fieldnames or ()]
    wrong = sorted(set(head) - set(COLUMNS)) or sorted(set(NEEDED) - set(head))
    if wrong:
        raise InvalidInput(
            _("The head line has unknown columns or lacks some: %(names)s.") % {"names": ", ".join(wrong)},
            field="file",
            remedy=_("Use these columns: %(names)s.") % {"names": ", ".join(COLUMNS)},
        )
    reader.fieldnames = head
    rows: list[BarredRow] = []
    for cells in reader:
        if len(rows) == MOST_ROWS:
            raise _too_long()
        rows.append(BarredRow(**{name: (cells.get(name) or "").strip() for name in head}))
    return rows


def read_until(value: date | str | None) -> date | None:
    """The last day of a bar; None for no end. Raises InvalidInput on field `until`."""
    if not value or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidInput(
            _("“%s” is no day.") % value, field="until", remedy=_("Write days as 2026-12-31.")
        ) from error


def in_row(number: int, problem: str, remedy: str) -> InvalidInput:
    """The refusal of a file for what one of its rows says."""
    return InvalidInput(
        _("Row %(number)s: %(problem)s") % {"number": number, "problem": problem}, field="file", remedy=remedy
    )


def _too_long() -> InvalidInput:
    return InvalidInput(
        _("The file has more than %(most)s rows.") % {"most": MOST_ROWS}, field="file", remedy=_("Split the file.")
    )

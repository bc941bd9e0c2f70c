"""Tables as CSV that a spreadsheet opens without running anything and with Chinese as it is."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets garble Chinese
FORMULA_STARTS = "=+-@\t\r"


def quote_cell(cell: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_STARTS and cell else cell


def write_csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """The named columns of all rows under a head line, safe for spreadsheets."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([quote_cell(row[name]) for name in names] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()

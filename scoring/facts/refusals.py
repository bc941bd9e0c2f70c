"""Why a whole file is refused: one table of sentences, so that a stored refusal reads in the viewer's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError, InvalidInput

SENTENCES: dict[str, tuple[Any, Any]] = {
    "no_file": (_("There is no file %(path)s."), _("Check the path.")),
    "empty_file": (_("The file is empty."), _("Send a file with a header and at least one row.")),
    "no_rows": (_("The file has no rows."), _("Send a file with at least one row.")),
    "nothing_left": (_("No row of the file can be taken."), _("Mend the rows that the report lists.")),
    "unknown_kind": (
        _("The file is %(kind)s, which the portal does not read."),
        _("Send CSV, CSV in gzip, Parquet or JSON lines."),
    ),
    "not_utf8": (
        _("The file is not UTF-8 text; the first wrong byte is in line %(line)s."),
        _("Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)."),
    ),
    "nul_byte": (
        _("The file has a zero byte in line %(line)s, which no text has."),
        _("Export it again as plain text."),
    ),
    "line_too_long": (
        _("Line %(line)s of the file is longer than a megabyte."),
        _("Look for a missing line end."),
    ),
    "header_unreadable": (
        _("The header, the first row of the file, cannot be read."),
        _("Start the file with the names of the columns, separated by commas."),
    ),
    "too_many_columns": (
        _("The file has %(count)s columns."),
        _("Send at most %(limit)s."),
    ),
    "repeated_column": (_("The column %(columns)s stands twice in the header."), _("Give each column one name.")),
    "missing_column": (
        _("The file has no column %(columns)s."),
        _("Add it (0 where nothing happened), or choose the profile that fits the file."),
    ),
    "unknown_column": (
        _("The profile does not know the column %(columns)s."),
        _("Remove it, correct its name, or choose the profile that fits the file."),
    ),
    "column_type": (
        _("The column %(columns)s holds lists or structures."),
        _("Send plain numbers, texts and days."),
    ),
    "csv_malformed": (
        _("The rows of the file cannot be told apart: its quotes or its line ends are mixed up."),
        _("Save it again with one kind of line end, and double each quote inside a quoted value."),
    ),
    "parquet_unreadable": (_("The Parquet file is damaged: %(reason)s"), _("Write it again.")),
    "too_large_expanded": (
        _("The file expands to more than %(limit)s GB."),
        _("Split it by days."),
    ),
    "compression_bomb": (
        _("The file expands to more than %(ratio)s times its size, as only a trap does."),
        _("Compress the plain export with gzip, or send it as it is."),
    ),
    "gzip_damaged": (_("The gzip file is damaged or cut off."), _("Compress and send it again.")),
    "file_changed": (
        _("The file changed while it was being read."),
        _("Import it again when nothing writes to it."),
    ),
    "rows_rejected": (
        _("Rows that are wrong: %(count)s of %(rows)s. Nothing was taken."),
        _("Mend them and send the file again, or choose to skip bad rows."),
    ),
    "overlap": (
        _(
            "Batch %(batch)s already holds facts of “%(source)s” from %(since)s to %(until)s "
            "(providers concerned: %(providers)s)."
        ),
        _("Say that this file supersedes batch %(batch)s, or leave those days out."),
    ),
    "supersedes_not_live": (
        _("Batch %(batch)s is not live, so that nothing can supersede it."),
        _("Name the live batch that this file replaces."),
    ),
    "supersedes_other_source": (
        _("Batch %(batch)s comes from “%(other)s” and this file from “%(source)s”."),
        _("Name a batch of the same source."),
    ),
    "supersedes_more_days": (
        _(
            "Batch %(batch)s holds %(since)s to %(until)s; this file does not reach over all of it, "
            "so that days would be lost."
        ),
        _("Send all days of the batch, the corrected ones among them."),
    ),
    "too_large_sum": (
        _("The rows of one day add up to more than is taken in the column %(column)s."),
        _("Check the unit of the column."),
    ),
    "no_space": (
        _("The disk of the facts is full."),
        _("Free space under the folder of FACTS_URL, then import the file again; nothing was taken."),
    ),
    "no_memory": (
        _("The import needs more memory than it may use."),
        _("Split the file by days."),
    ),
    "unwritable": (
        _("The folder of the facts cannot be written: %(reason)s"),
        _("Check the folder of FACTS_URL and its permissions."),
    ),
    "same_file": (
        _("This very file is batch %(batch)s already."),
        _("Open that batch; nothing needs to be sent."),
    ),
    "upload_gone": (
        _("The uploaded file is no longer there."),
        _("Upload it again."),
    ),
    "worker_lost": (
        _("The import stopped and did not come back."),
        _("Send the file again; nothing was taken."),
    ),
    "cancelled": (_("The import was cancelled."), _("Send the file again when you want it after all.")),
    "unexpected": (
        _("The import stopped on an unexpected failure. Nothing was taken."),
        _("Send the file again; if it fails again, tell the operators."),
    ),
}

TOO_LARGE = (
    _("The upload is larger than %(limit)s MB, the most the portal takes at once."),
    _("Split it by days, compress it with gzip, or import it with `manage.py import_facts`."),
)


class Refusal(InvalidInput):
    """A refusal from the table. `params` are plain values, fit to be stored."""

    def __init__(self, code: str, *, field: str = "file", **params: object) -> None:
        self.params: dict[str, object] = params
        message, remedy = SENTENCES[code]
        super().__init__(_fill(message, params), field=field, remedy=_fill(remedy, params), code=code)


def describe(error: DomainError) -> dict[str, Any]:
    """The refusal as a report keeps it."""
    if isinstance(error, Refusal):
        return {"code": error.reason, "params": error.params}
    return {"code": error.reason, "message": str(error.message), "remedy": str(error.remedy)}


def sentence(stored: Mapping[str, Any]) -> tuple[str, str]:
    """Message and remedy of a stored refusal in the language of now."""
    if stored["code"] in SENTENCES:
        message, remedy = SENTENCES[stored["code"]]
        return _fill(message, stored.get("params", {})), _fill(remedy, stored.get("params", {}))
    return stored.get("message", ""), stored.get("remedy", "")


def _fill(template: Any, params: Mapping[str, object]) -> str:
    """The text with its values; a kind of file is kept in English and said in the reader's language."""
    text = str(template)
    said = {name: gettext(str(value)) if name == "kind" else value for name, value in params.items()}
    return text % said if said else text

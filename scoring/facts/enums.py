"""Closed lists of the facts folder."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FactBatchStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Dry run finished")
    LIVE = "live", _("Live")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Failed")
    SUPERSEDED = "superseded", _("Superseded")


OPEN = (FactBatchStatus.RECEIVED, FactBatchStatus.CHECKING)
STORED = (FactBatchStatus.LIVE, FactBatchStatus.SUPERSEDED)


class FileKind(models.TextChoices):
    CSV = "csv", _("CSV")
    JSON_LINES = "json_lines", _("JSON lines")
    PARQUET = "parquet", _("Parquet")


class AdjustmentKind(models.TextChoices):
    """What an adjustment follows from."""

    DISPUTE = "dispute", _("Upheld dispute")
    FAKE_ORDERS = "fake_orders", _("Fake orders")


class Fault(models.TextChoices):
    """Why one row is rejected; the label is the sentence of the report."""

    TOO_FEW_VALUES = "too_few_values", _("The row has fewer values than the header has columns.")
    TOO_MANY_VALUES = "too_many_values", _("The row has more values than the header has columns.")
    BROKEN_QUOTES = "broken_quotes", _("A quoted value does not end where it should.")
    ROW_TOO_LONG = "row_too_long", _("The row is longer than a megabyte.")
    NOT_JSON = "not_json", _("The line is not one JSON object with each key once.")
    MISSING_VALUE = "missing_value", _("The value is missing.")
    NOT_A_WHOLE_NUMBER = "not_a_whole_number", _("The value is not a whole number.")
    NEGATIVE = "negative", _("The value is below zero.")
    TOO_LARGE = "too_large", _("The value is too large to be true.")
    NOT_A_DAY = "not_a_day", _("The value is not a day.")
    FUTURE_DAY = "future_day", _("The day lies in the future.")
    OLD_DAY = "old_day", _("The day lies before the first day that the portal takes.")
    MALFORMED_CODE = "malformed_code", _("The code is not made of letters, digits, dots, hyphens and underscores.")
    UNKNOWN_PROVIDER = "unknown_provider", _("No provider has this code.")
    PART_ABOVE_WHOLE = "part_above_whole", _("A part is larger than its whole.")
    RATING_RANGE = "rating_range", _("The ratings do not average between 1 and 5.")
    REPEATED_KEY = "repeated_key", _("An earlier row has the same provider, merchant, trader and day.")


class Notice(models.TextChoices):
    """What the report says although the row harms nothing."""

    REPEATED_ID = "repeated_id", _("The row repeats an earlier id; the first one counts.")
    REPEATED_ID_DIFFERS = (
        "repeated_id_differs",
        _("The row repeats an earlier id with other values; the first one counts."),
    )


REMEDIES: dict[str, object] = {
    Fault.TOO_FEW_VALUES: _("Give every column a value, 0 where nothing happened."),
    Fault.TOO_MANY_VALUES: _("Put quotes around a value that holds a comma."),
    Fault.BROKEN_QUOTES: _("Double each quote inside a quoted value."),
    Fault.ROW_TOO_LONG: _("Look for a missing line end or a quote that was never closed."),
    Fault.NOT_JSON: _("Write one JSON object per line."),
    Fault.MISSING_VALUE: _("Give the value, 0 where nothing happened."),
    Fault.NOT_A_WHOLE_NUMBER: _("Write digits only; money is in minor units."),
    Fault.NEGATIVE: _("Send the corrected total in a batch that supersedes the old one."),
    Fault.TOO_LARGE: _("Check the unit; at most 1,000,000,000,000,000 is taken."),
    Fault.NOT_A_DAY: _("Write the day as 2024-01-31, or in the format of the profile."),
    Fault.FUTURE_DAY: _("Send a day when it is over."),
    Fault.OLD_DAY: _("Check the format of the year."),
    Fault.MALFORMED_CODE: _("Send the code as the registry writes it, at most 40 characters without spaces."),
    Fault.UNKNOWN_PROVIDER: _("Correct the code, or register unknown providers with the import."),
    Fault.PART_ABOVE_WHOLE: _("Check which column holds the part and which the whole."),
    Fault.RATING_RANGE: _("Send the sum of ratings from 1 to 5 and their number."),
    Fault.REPEATED_KEY: _("Sum the rows of one day before sending them."),
    Notice.REPEATED_ID: _("Nothing to do."),
    Notice.REPEATED_ID_DIFFERS: _("Check which one is right; send a corrected file to change it."),
}

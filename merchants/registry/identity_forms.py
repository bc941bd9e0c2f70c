"""The form of the feed about shops."""

import csv
import io

from django import forms
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from merchants.registry.identity_services import ShopRow

COLUMNS = ("merchant", "kind", "value")
MAX_BYTES = 2 * 1024 * 1024


class ShopFeedForm(forms.Form):
    """A list as CSV."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8 with the columns merchant, kind and value; kinds are phone, bank_account and so on."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv"}),
        error_messages={"required": _("Choose a file.")},
    )


def read_shop_rows(data: bytes) -> list[ShopRow]:
    """The rows of a CSV file; raises InvalidInput (field `file`)."""
    if len(data) > MAX_BYTES:
        raise InvalidInput(_("The file is larger than two megabytes."), field="file", remedy=_("Split the feed."))
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("The file is not written in UTF-8."), field="file", remedy=_("Save it as CSV in UTF-8.")
        ) from error
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise InvalidInput(
            _("The head line lacks %(columns)s.") % {"columns": ", ".join(missing)},
            field="file",
            remedy=_("Add the columns."),
        )
    return [ShopRow(*((row[name] or "").strip() for name in COLUMNS)) for row in reader]

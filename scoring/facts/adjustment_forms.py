"""Forms of corrections: they check shape, services decide."""

import csv
import io
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from common.forms import DayInput
from scoring.facts.adjustment_services import FakeOrders

COLUMNS = ("provider", "merchant", "day", "orders", "gmv_minor")
OPTIONAL = ("trader", "refunded_orders", "refunded_gmv_minor")
MAX_CSV_BYTES = 1024 * 1024


class FakeOrdersForm(forms.Form):
    """Orders of one merchant on one day, or a list as a file."""

    provider = forms.CharField(label=_("Provider code"), max_length=40)
    merchant = forms.CharField(label=_("Merchant"), max_length=40, help_text=_("The shop code."))
    trader = forms.CharField(
        label=_("Trader"),
        max_length=40,
        required=False,
        help_text=_("Without one the orders are taken from all traders of the day in proportion."),
    )
    day = forms.DateField(label=_("Day"), widget=DayInput)
    orders = forms.IntegerField(label=_("Fake orders"), min_value=1)
    gmv = forms.DecimalField(label=_("Their GMV in yuan"), min_value=0, decimal_places=2, max_digits=15)
    refunded_orders = forms.IntegerField(
        label=_("Of these refunded"),
        min_value=0,
        required=False,
        help_text=_("They leave the refunds too, so that the refund rate stays true."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How it was found out. The provider reads it."),
    )

    @property
    def entry(self) -> FakeOrders:
        """What was entered; after `is_valid`."""
        data = self.cleaned_data
        return FakeOrders(
            provider=data["provider"].strip(),
            merchant=data["merchant"].strip(),
            trader=data["trader"].strip(),
            day=data["day"],
            orders=data["orders"],
            gmv_minor=int(data["gmv"] * 100),
            refunded_orders=data["refunded_orders"] or 0,
        )


class FakeOrdersFileForm(forms.Form):
    """A list as CSV."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8 with the columns provider, merchant, day, orders, gmv_minor; trader may be added."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv"}),
        error_messages={"required": _("Choose a file.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How it was found out. The provider reads it."),
    )


class RelatedForm(forms.Form):
    """A pair that somebody knows of."""

    provider = forms.CharField(label=_("Provider code"), max_length=40)
    merchant = forms.CharField(label=_("Merchant"), max_length=40, help_text=_("The shop code."))
    note = forms.CharField(
        label=_("What ties the two together"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


def read_fake_orders(data: bytes) -> list[FakeOrders]:
    """The entries of a CSV file; raises InvalidInput (field `file`) that names the row."""
    if len(data) > MAX_CSV_BYTES:
        raise InvalidInput(_("The file is larger than one megabyte."), field="file", remedy=_("Split the list."))
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("The file is not written in UTF-8."), field="file", remedy=_("Save it as CSV in UTF-8.")
        ) from error
    names = set(reader.fieldnames or ())
    if missing := [name for name in COLUMNS if name not in names]:
        raise InvalidInput(
            _("The head line lacks %(columns)s.") % {"columns": ", ".join(missing)},
            field="file",
            remedy=_("Add the columns."),
        )
    return [read_entry(number, row) for number, row in enumerate(reader, start=1)]


def read_entry(number: int, row: dict[str, Any]) -> FakeOrders:
    """One row; raises InvalidInput (field `file`)."""
    texts = {name: (row.get(name) or "").strip() for name in (*COLUMNS, *OPTIONAL)}
    try:
        return FakeOrders(
            provider=texts["provider"],
            merchant=texts["merchant"],
            trader=texts["trader"],
            day=date.fromisoformat(texts["day"]),
            orders=int(texts["orders"]),
            gmv_minor=int(texts["gmv_minor"]),
            refunded_orders=int(texts["refunded_orders"] or 0),
            refunded_gmv_minor=int(texts["refunded_gmv_minor"] or 0),
        )
    except ValueError as error:
        raise InvalidInput(
            _("Entry %(number)s cannot be read.") % {"number": number},
            field="file",
            remedy=_("Write days as 2026-01-31 and whole numbers; money is in minor units."),
        ) from error

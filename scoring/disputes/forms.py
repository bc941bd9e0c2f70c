"""Forms of disputes: they check shape, services decide."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from scoring.capabilities.fact_forms import column_choices

SCANS = _("PDF, PNG, JPEG or WebP, at most 10 MB. The content decides, not the name.")


def file_field(label: Any, *, help_text: Any = "", required: bool = False) -> forms.FileField:
    """A scan or a photo."""
    return forms.FileField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.webp"}),
        error_messages={"required": _("Choose a file.")},
    )


FIRST, SECOND, THIRD = "file", "second_file", "third_file"


def to_minor(column: str, value: Decimal) -> int:
    """What people write as the number that is kept: money in its smallest unit. Raises ValidationError."""
    kept = value * 100 if column.endswith("_minor") else value
    if kept != kept.to_integral_value():
        raise forms.ValidationError(_("Write a whole number; money has two decimals at most."))
    return int(kept)


class DisputeForm(forms.Form):
    """Which figure of which facts is wrong, and what it should be."""

    column = forms.ChoiceField(label=_("Figure"), choices=column_choices)
    day_from = forms.DateField(label=_("First day"), widget=DayInput)
    day_to = forms.DateField(label=_("Last day"), widget=DayInput)
    merchant = forms.CharField(
        label=_("Merchant"), max_length=40, required=False, help_text=_("Empty means all merchants together.")
    )
    trader = forms.CharField(
        label=_("Trader"), max_length=40, required=False, help_text=_("Empty means all traders together.")
    )
    should_be = forms.DecimalField(
        label=_("The sum should be"),
        min_value=0,
        max_digits=18,
        decimal_places=2,
        help_text=_("Over all days and merchants that you name. Money in yuan."),
    )
    statement = forms.CharField(
        label=_("What is wrong"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Say what is wrong and how your papers show it."),
    )
    file = file_field(_("Evidence"), help_text=SCANS)
    second_file = file_field(_("Second file"))
    third_file = file_field(_("Third file"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("column") and data.get("should_be") is not None:
            try:
                data["should_be"] = to_minor(data["column"], data["should_be"])
            except forms.ValidationError as error:
                self.add_error("should_be", error)
        return data

    @property
    def uploads(self) -> list[Any]:
        """The files that came; after `is_valid`."""
        return [self.cleaned_data[name] for name in (FIRST, SECOND, THIRD) if self.cleaned_data.get(name)]


class EvidenceForm(forms.Form):
    """One more file."""

    file = file_field(_("Evidence"), help_text=SCANS, required=True)


class PartForm(forms.Form):
    """A decision between what is held and what was asked for."""

    granted = forms.DecimalField(
        label=_("The sum is taken to be"),
        min_value=0,
        max_digits=18,
        decimal_places=2,
        help_text=_("Between what the portal holds and what was asked for. Money in yuan."),
    )
    note = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One or two sentences that the other side can act on. They will read it."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, column: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.column = column

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("granted") is not None:
            try:
                data["granted"] = to_minor(self.column, data["granted"])
            except forms.ValidationError as error:
                self.add_error("granted", error)
        return data

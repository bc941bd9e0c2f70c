"""Forms of criteria: they check shape, services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.criteria.enums import CriterionKind, Direction
from providers.criteria.models import KEY
from providers.criteria.signals import SIGNALS

CODE = {"spellcheck": "false", "autocapitalize": "off", "class": "form-control font-monospace"}


class TitlesForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)


class DefinitionForm(forms.Form):
    """A whole set as TOML."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    definition = forms.CharField(
        label=_("Definition"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, **CODE}),
        help_text=_("TOML as the download gives it. It replaces the whole content of the draft."),
    )


class CriterionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(
        label=_("Key"),
        max_length=40,
        validators=[KEY],
        widget=forms.TextInput(attrs=CODE),
        help_text=_("A short name that stays the same from set to set, such as refund_rate."),
    )
    position = forms.IntegerField(label=_("Position"), min_value=1, max_value=999)
    kind = forms.ChoiceField(label=_("Kind"), choices=CriterionKind.choices)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    text_zh = forms.CharField(label=_("Text in Chinese"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    text_en = forms.CharField(label=_("Text in English"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    at_door = forms.BooleanField(label=_("At the door"), required=False)
    at_night = forms.BooleanField(label=_("Every night"), required=False)
    pass_when = forms.CharField(
        label=_("Passes when"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, **CODE}),
        help_text=_("A condition over signals, such as orders_90d >= 100 and refund_rate_90d <= 0.3."),
    )
    fail_when = forms.CharField(
        label=_("Fails when"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, **CODE}),
        help_text=_("What neither passes nor fails needs a human. Without this it never fails by itself."),
    )
    measure = forms.ChoiceField(
        label=_("Measure"),
        required=False,
        help_text=_("The signal that a threshold counts; it makes sentences and forecasts possible."),
    )
    direction = forms.ChoiceField(label=_("Direction"), required=False, choices=[("", "—"), *Direction.choices])
    limit = forms.FloatField(
        label=_("Limit"), required=False, help_text=_("Shares from 0 to 1, money in fen, as in the formulas.")
    )
    remedy_zh = forms.CharField(
        label=_("What to do, in Chinese"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    remedy_en = forms.CharField(
        label=_("What to do, in English"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, fixed_key: str = "", **kwargs: Any) -> None:
        """`fixed_key` is the key of the criterion that is changed; it cannot be renamed."""
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *((signal.name, f"{signal.label} · {signal.name}") for signal in SIGNALS)]
        self.fields["measure"].choices = choices  # type: ignore[attr-defined]
        if fixed_key:
            del self.fields["key"]


class MitigatingFactForm(forms.Form):
    text = forms.CharField(
        label=_("What speaks for you"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What happened, why, and what you changed since. A reviewer reads it beside the finding."),
    )

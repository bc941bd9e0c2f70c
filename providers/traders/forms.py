"""Forms about a trader: they check shape, services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.enums import Capability
from providers.traders.enums import CERTIFIED_LEVELS
from providers.traders.models import MAX_LIVE_ROOMS


def identity_field(*, required: bool, help_text: Any) -> forms.CharField:
    """The number is taken over in whatever form it comes, and never remembered by the browser."""
    return forms.CharField(
        label=_("Identity number"),
        max_length=40,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=help_text,
    )


class TraderDataForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    capabilities = forms.MultipleChoiceField(
        label=_("Capabilities"),
        choices=Capability.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What this person can do for a merchant."),
    )
    max_live_rooms = forms.IntegerField(
        label=_("Live rooms at once"),
        min_value=1,
        max_value=MAX_LIVE_ROOMS,
        initial=MAX_LIVE_ROOMS,
        help_text=_("From 1 to 5. Merchants are matched only to traders with room for them."),
    )


class TraderForm(TraderDataForm):
    identity_number = identity_field(
        required=False,
        help_text=_("As on the identity card; a trainee can do without. Only a keyed fingerprint of it is kept."),
    )


class EditTraderForm(TraderDataForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class IdentityForm(forms.Form):
    identity_number = identity_field(
        required=True, help_text=_("18 characters, as on the identity card. Only a keyed fingerprint of it is kept.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class CertificateForm(forms.Form):
    """`capabilities` are those that the provider gave for the trader."""

    level = forms.ChoiceField(label=_("Level"), choices=CERTIFIED_LEVELS)
    capabilities = forms.MultipleChoiceField(
        label=_("Capabilities covered"), choices=Capability.choices, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the level rests on: examination, live rooms, results."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, capabilities: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(value, Capability(value).label) for value in capabilities]
        self.fields["capabilities"].choices = choices  # type: ignore[attr-defined]

"""Forms about a trader: they check shape, services decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.enums import Capability
from providers.traders.models import MAX_LIVE_ROOMS


class TraderForm(forms.Form):
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


class EditTraderForm(TraderForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

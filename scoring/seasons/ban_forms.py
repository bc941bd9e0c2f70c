"""Forms of bans from the boards: they check shape, services decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput


class BanForm(forms.Form):
    """A new ban."""

    provider = forms.CharField(label=_("Provider"), max_length=40, help_text=_("Its code, such as P000123."))
    starts_on = forms.DateField(
        label=_("First day"), widget=DayInput(), help_text=_("Today at the earliest: nights that are over stay.")
    )
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The provider reads it; the public does not."),
    )

"""Forms of verification: they check shape, services decide."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _


class VerifyForm(forms.Form):
    """The code of a provider to look up."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("It stands beside the QR code, such as P000123."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class FalseClaimForm(forms.Form):
    """Somebody claims to be what they are not."""

    claimant = forms.CharField(
        label=_("Who claims it"), max_length=160, help_text=_("Company, shop or account, as you saw the name.")
    )
    claimed_code = forms.CharField(
        label=_("Code that is shown"), max_length=40, required=False, help_text=_("If there was one, such as P000123.")
    )
    seen_at_url = forms.CharField(
        label=_("Where it was seen"),
        max_length=500,
        required=False,
        validators=[URLValidator(schemes=["http", "https"], message=_("Begin the address with https://."))],
        help_text=_("The address of the page, beginning with https://."),
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
    )
    text = forms.CharField(label=_("What is claimed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    contact_email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Only if we may ask you back."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

"""Forms about identity and relations: they check shape, services decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from providers.enums import Region
from providers.relations.services import MOST_PHONES


class IdentityForm(forms.Form):
    """What a company says about itself. Nothing given is shown again, so every field begins empty."""

    representative = forms.CharField(
        label=_("Legal representative"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    representative_id = forms.CharField(
        label=_("Last six characters of the identity number"),
        max_length=6,
        required=False,
        help_text=_("Of the legal representative; the last one may be X."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phones = forms.CharField(
        label=_("Phones"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One per line, at most five."),
    )
    bank_account = forms.CharField(
        label=_("Bank account"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    address = forms.CharField(
        label=_("Address"), max_length=200, required=False, help_text=_("Where the company works: city, street, room.")
    )

    def clean_phones(self) -> list[str]:
        phones = [line.strip() for line in self.cleaned_data["phones"].splitlines() if line.strip()]
        if len(phones) > MOST_PHONES:
            raise forms.ValidationError(_("There are more than five phones. Keep the ones that are used most."))
        return phones


class BarredForm(forms.Form):
    """A party that was barred elsewhere."""

    name = forms.CharField(label=_("Company name"), max_length=160)
    uscc = forms.CharField(label=_("Unified social credit code"), max_length=40, required=False)
    region = forms.ChoiceField(label=_("Region"), choices=[("", _("Not known")), *Region.choices], required=False)
    representative = forms.CharField(
        label=_("Legal representative"),
        max_length=80,
        required=False,
        help_text=_("Kept as a hash and shown masked, as the two fields below."),
    )
    representative_id = forms.CharField(
        label=_("Last six characters of the identity number"), max_length=6, required=False
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    until = forms.DateField(
        label=_("Barred until"), required=False, widget=DayInput, help_text=_("Leave it empty when the bar has no end.")
    )


class BarredImportForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Columns: name, uscc, region, representative, representative_id, phone, reason, until."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class LinkEntryForm(forms.Form):
    """A link that the portal cannot see."""

    other = forms.CharField(
        label=_("Barred party"),
        max_length=20,
        help_text=_("The code of a suspended or cleared-out provider (P…), or a number of the barred list (B…)."),
    )
    note = forms.CharField(
        label=_("What you know"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Where it stands, too. Somebody else decides about it."),
    )

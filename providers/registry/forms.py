"""Forms about a company: they check shape, services decide."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from providers.enums import Category, ProviderType, Region
from providers.registry.codes import read_uscc

CHOOSE = [("", _("Choose one"))]


class CompanyForm(forms.Form):
    """What a company says about itself; `version` is the one that the sender saw."""

    provider_type = forms.ChoiceField(
        label=_("Type"),
        choices=[*CHOOSE, *ProviderType.choices],
        help_text=_("What the company does most of the time."),
    )
    category = forms.ChoiceField(label=_("Main category"), choices=[*CHOOSE, *Category.choices])
    region = forms.ChoiceField(label=_("Region"), choices=[*CHOOSE, *Region.choices])
    introduction = forms.CharField(
        label=_("Introduction"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Two or three sentences for merchants. They stand in the public directory once you are admitted."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class RegistrationForm(forms.Form):
    """A company enters the registry."""

    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        help_text=_("18 characters, as on the business licence."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Company name"),
        max_length=160,
        help_text=_("As on the business licence."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    provider_type = forms.ChoiceField(
        label=_("Type"),
        choices=[*CHOOSE, *ProviderType.choices],
        help_text=_("What the company does most of the time."),
    )
    category = forms.ChoiceField(label=_("Main category"), choices=[*CHOOSE, *Category.choices])
    region = forms.ChoiceField(label=_("Region"), choices=[*CHOOSE, *Region.choices])

    def clean_uscc(self) -> str:
        try:
            return read_uscc(self.cleaned_data["uscc"])
        except InvalidInput as error:
            raise ValidationError(str(error)) from error

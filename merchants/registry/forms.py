"""HTTP input about a merchant."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from merchants.fields import MoneyField
from merchants.registry.enums import MerchantType
from providers.enums import Category, Region


class ShopForm(forms.Form):
    """What a shop says about itself."""

    name = forms.CharField(label=_("Shop name"), max_length=160)
    merchant_type = forms.ChoiceField(label=_("Type"), choices=MerchantType.choices)
    category = forms.ChoiceField(label=_("Main category"), choices=Category.choices)
    region = forms.ChoiceField(label=_("Region"), required=False, choices=[("", _("Not said")), *Region.choices])
    followers = forms.IntegerField(
        label=_("Followers"), min_value=0, help_text=_("Your stage on the growth path follows from it.")
    )
    monthly_gmv_minor = MoneyField(label=_("Monthly GMV, in yuan"), required=False)


class ShopEditForm(ShopForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ShopRegistrationForm(ShopForm):
    """Registration besides names the shop by the platform's code."""

    code = forms.CharField(
        label=_("Shop code"), max_length=40, help_text=_("As the platform shows it, for example M000123.")
    )
    field_order = ["code", "name"]

    def clean_code(self) -> Any:
        return self.cleaned_data["code"].strip().upper()

"""A signed-in person registers a shop, and its owner keeps its data."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from merchants.registry import services
from merchants.registry.forms import ShopEditForm, ShopRegistrationForm
from merchants.registry.models import Merchant
from merchants.registry.permissions import check_register
from pages.base import Page
from pages.forms import FormPage
from pages.merchant.base import OwnMerchantPage


class Register(Page, FormPage):
    """For everybody who is signed in and does not belong to the platform."""

    title = _("Register your shop")
    lead = _("You become its owner. After that you can ask for help.")
    form_class = ShopRegistrationForm
    submit_label = _("Register")
    success_text = _("Your shop is registered.")

    def check_audience(self) -> None:
        check_register(self.request.user)

    def save(self, form: forms.Form) -> Merchant:
        merchant = services.register_merchant(by=self.request.user, **form.cleaned_data)
        self.request.session["organisation_id"] = merchant.organisation_id
        return merchant

    def get_success_url(self, saved: Merchant) -> str:
        return reverse("pages:merchant:request_list")


class ShopEdit(OwnMerchantPage, FormPage):
    """What the shop says about itself."""

    title = _("Shop")
    permission = "merchant.edit"
    form_class = ShopEditForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {field: getattr(self.merchant, field) for field in (*services.EDITABLE, "version")}}

    def save(self, form: forms.Form) -> Merchant:
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        return services.edit_merchant(
            merchant_id=self.merchant.pk, changes=changes, by=self.request.user, version=version
        )

    def get_success_url(self, saved: Merchant) -> str:
        return reverse("pages:merchant:shop_edit")

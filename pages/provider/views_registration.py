"""A signed-in person registers a company, and its owner keeps its data."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from pages.base import Page, ProviderPage
from pages.forms import FormPage
from providers.registry import selectors, services
from providers.registry.forms import CompanyForm, RegistrationForm
from providers.registry.models import Provider
from providers.registry.permissions import check_register


class Register(Page, FormPage):
    """For everybody who is signed in and does not belong to the platform."""

    title = _("Register your company")
    lead = _("You become its owner. After that you apply to be let in.")
    template_name = "provider/registration.html"
    form_class = RegistrationForm
    submit_label = _("Register")
    success_text = _("Your company is registered. Next, fill in the application.")

    def check_audience(self) -> None:
        check_register(self.request.user)

    def save(self, form: forms.Form) -> Provider:
        provider = services.register_provider(by=self.request.user, **form.cleaned_data)
        self.request.session["organisation_id"] = provider.organisation_id
        return provider

    def get_success_url(self, saved: Provider) -> str:
        return reverse("pages:provider:application")


class OwnProviderPage(ProviderPage):
    """A page about the company that the viewer works for now."""

    @cached_property
    def provider(self) -> Provider:
        provider = selectors.of_organisation(self.organisation.pk)
        if provider is None:
            raise NotFound()
        return provider


class CompanyEdit(OwnProviderPage, FormPage):
    """What the company says about itself."""

    title = _("Company")
    permission = "provider.edit"
    form_class = CompanyForm

    def get_form_kwargs(self) -> dict[str, Any]:
        fields = (*services.EDITABLE, "version")
        return {"initial": {field: getattr(self.provider, field) for field in fields}}

    def save(self, form: forms.Form) -> Provider:
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        return services.edit_provider(
            provider_id=self.provider.pk, changes=changes, by=self.request.user, version=version
        )

    def get_success_url(self, saved: Provider) -> str:
        return reverse("pages:provider:application")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:provider:application"), back_label=_("Application"), **kwargs
        )

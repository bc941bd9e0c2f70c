"""What a company is known by, and which links are held against it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import TitledPage
from pages.forms import FormPage
from pages.provider.views_registration import OwnProviderPage
from providers.relations import link_services, permissions, selectors, services
from providers.relations.enums import IdentifierSource
from providers.relations.forms import IdentityForm
from providers.relations.link_models import Link
from providers.relations.models import PartyIdentifier
from providers.relations.paths import is_direct, own_grounds
from providers.relations.states import LINK


class Identity(OwnProviderPage, FormPage):
    """Representative, phones, bank account, address: given here, kept as hashes, shown masked."""

    title = _("Company identity")
    lead = _("By this the platform recognises your company. Values are kept as keyed hashes and shown masked.")
    permission = "application.view"
    form_class = IdentityForm
    template_name = "provider/identity.html"
    success_text = _("Saved. What you left empty stays as it was.")

    def save(self, form: forms.Form) -> list[PartyIdentifier]:
        return services.declare_identifiers(provider_id=self.provider.pk, by=self.request.user, **form.cleaned_data)

    def get_success_url(self, saved: list[PartyIdentifier]) -> str:
        return reverse("pages:provider:identity")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(selectors.identifiers_of(self.provider))
        return super().get_context_data(
            current=[row for row in rows if row.ended_at is None],
            ended=[row for row in rows if row.ended_at is not None],
            declared=IdentifierSource.DECLARED,
            may_edit=self.may("identifier.edit"),
            **kwargs,
        )


class IdentityEnd(OwnProviderPage):
    """Say that something is no longer in use."""

    permission = "identifier.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = selectors.identifiers_of(self.provider).filter(pk=pk).first()
        if row is None:
            raise NotFound()
        services.end_identifier(identifier_id=row.pk, by=request.user)
        messages.success(request, _("Recorded as no longer in use."))
        return redirect("pages:provider:identity")


class OwnLinks(OwnProviderPage, TitledPage):
    """What is held against the company, and how to contest it."""

    title = _("Links held against you")
    permission = "link.view"
    template_name = "provider/link_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        links = selectors.visible_to(self.request.user).filter(provider=self.provider)
        return super().get_context_data(entries=[self._describe(link) for link in links], **kwargs)

    def _describe(self, link: Link) -> dict[str, Any]:
        user = self.request.user
        offers = LINK.offer_actions(link, lambda row: permissions.check_act(user, link, row))
        return {
            "link": link,
            "grounds": own_grounds(link),
            "direct": is_direct(link),
            "offers": [offer for offer in offers if offer.action == "contest"],
            "action_url": reverse("pages:provider:link_act", args=[link.pk]),
        }


class OwnLinkAct(OwnProviderPage, ActionView):
    """Contest a link."""

    permission = "link.view"
    table = LINK
    actions = {"contest": link_services.contest_link}
    id_name = "link_id"
    done = {"contest": _("Sent. Somebody at the platform looks at it, and you are told what comes of it.")}

    def get_object(self) -> Link:
        links = selectors.visible_to(self.request.user).filter(provider=self.provider)
        link = links.filter(pk=self.kwargs["pk"]).first()
        if link is None:
            raise NotFound()
        return link

    def get_success_url(self, subject: Link) -> str:
        return reverse("pages:provider:link_list")

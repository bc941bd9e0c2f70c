"""Links of applicants to barred parties: the list, one link, the ways to hold and to decide."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.days import business_day
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.staff.tables_links import LinkTable
from providers.registry import selectors as registry
from providers.registry.models import Provider
from providers.relations import link_services, permissions, selectors, services
from providers.relations.filters import LinkFilter
from providers.relations.forms import LinkEntryForm
from providers.relations.link_models import Link
from providers.relations.paths import read_paths
from providers.relations.states import LINK


class LinkList(StaffPage, ListPage):
    """Whom the portal keeps out, and hints that want a person's look."""

    title = _("Relations")
    lead = _("Applicants who seem to belong to somebody barred. A strong link keeps them out until it is decided.")
    permission = "barred.view"
    table_class = LinkTable
    filterset_class = LinkFilter
    template_name = "staff/link_list.html"
    export_name = "links"
    extra_context = {
        "empty_text": _("No applicant is linked to a barred party."),
        "empty_hint": _("Every application is checked when it is submitted."),
    }

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = business_day(timezone.now())
        return super().get_context_data(
            intercepted=selectors.intercepted_providers(today),
            contested=selectors.intercepting(today).filter(status="contested").count(),
            held=selectors.intercepting(today).filter(status="held").count(),
            **kwargs,
        )


class LinkPage(StaffPage):
    """What the pages of one link share."""

    permission = "barred.view"

    def get_object(self) -> Link:
        links = selectors.with_people(selectors.visible_to(self.request.user))
        link = links.filter(pk=self.kwargs["pk"]).first()
        if link is None:
            raise NotFound()
        return link


class LinkDetail(LinkPage, TitledPage):
    """One link: the path, what the applicant says, the decision."""

    template_name = "staff/link_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        link, user = self.get_object(), self.request.user
        offers = LINK.offer_actions(link, lambda row: permissions.check_act(user, link, row))
        in_force = Link.objects.filter(selectors.in_force(business_day(timezone.now())), pk=link.pk).exists()
        return super().get_context_data(
            title=f"{link.number} {link.provider.name}",
            back_url=reverse("pages:staff:link_list"),
            back_label=_("Relations"),
            link=link,
            path=read_paths([link])[link.pk],
            in_force=in_force,
            offers=[offer for offer in offers if offer.action in permissions.DECISIONS],
            action_url=reverse("pages:staff:link_act", args=[link.pk]),
            entries=entries_of(link),
            **kwargs,
        )


class LinkAct(LinkPage, ActionView):
    """Uphold, lift or override."""

    table = LINK
    actions = {name: link_services.ACTIONS[name] for name in sorted(permissions.DECISIONS)}
    id_name = "link_id"
    done = {
        "uphold": _("Upheld. The applicant stays out and sees your reason."),
        "lift": _("Lifted. The link keeps the applicant out no longer."),
        "override": _("Overridden. The link stands, and the applicant may be admitted."),
    }

    def get_success_url(self, subject: Link) -> str:
        return reverse("pages:staff:link_detail", args=[subject.pk])


class ProviderLinks(StaffPage):
    """What the pages about one provider's links share."""

    permission = "link.decide"

    @cached_property
    def provider(self) -> Provider:
        provider = registry.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if provider is None:
            raise NotFound()
        return provider


class LinkEnter(ProviderLinks, FormPage):
    """Hold a link that the portal cannot see."""

    form_class = LinkEntryForm
    submit_label = _("Hold the link")
    success_text = _("The link is held. Somebody else decides about it.")

    def save(self, form: forms.Form) -> Link:
        return link_services.enter_link(provider_id=self.provider.pk, by=self.request.user, **form.cleaned_data)

    def get_success_url(self, saved: Link) -> str:
        return reverse("pages:staff:link_detail", args=[saved.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Hold a link against %(name)s") % {"name": self.provider.name},
            back_url=reverse("pages:staff:provider_detail", args=[self.provider.code]),
            back_label=self.provider.name,
            **kwargs,
        )


class LinkCheck(ProviderLinks):
    """Look for links again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        job = services.request_check(provider_id=self.provider.pk, by=request.user)
        messages.success(request, _("The check has begun. What it finds stands on the list of links."))
        return redirect("pages:job", job.pk)


def describe_links(provider: Provider, user: Any) -> dict[str, Any]:
    """The card of links on a case."""
    links = list(selectors.links_of(provider))
    paths = read_paths(links)
    return {
        "links": [(link, paths[link.pk]) for link in links],
        "may_check_links": has_permission(user, "link.decide"),
    }

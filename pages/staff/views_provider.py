"""The list of providers and the page of one."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.audit.selectors import entries_of
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.staff.documents import describe_documents
from pages.staff.tables_admission import ProviderTable, ProviderTraderTable
from pages.staff.views_probation import describe_conduct
from providers.admission.selectors import history_of
from providers.conduct import provider_services
from providers.registry import permissions, selectors
from providers.registry.filters import ProviderFilter
from providers.registry.models import Provider
from providers.registry.states import PROVIDER


class ProviderList(StaffPage, ListPage):
    """Every provider that the portal knows."""

    title = _("Providers")
    lead = _("Every provider that the portal knows, in every state.")
    permission = "provider.view"
    table_class = ProviderTable
    filterset_class = ProviderFilter
    saved_as = "providers"
    export_name = "providers"

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).order_by("code")


class ProviderBase(StaffPage):
    """What the pages of one provider share."""

    permission = "provider.view"

    def get_object(self) -> Provider:
        provider = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if provider is None:
            raise NotFound()
        return provider


class ProviderDetail(ProviderBase, TitledPage):
    """Who it is, where it stands, how it came there."""

    template_name = "staff/provider_detail.html"

    @cached_property
    def provider(self) -> Provider:
        return self.get_object()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider, user = self.provider, self.request.user
        offers = PROVIDER.offer_actions(provider, lambda row: permissions.check_offer(user, provider, row))
        traders = ProviderTraderTable(provider.traders.order_by("code"), prefix="trader-")
        traders.paginate(page=self.request.GET.get("trader-page", 1), per_page=20)
        return super().get_context_data(
            title=provider.name,
            back_url=reverse("pages:staff:provider_list"),
            back_label=_("Providers"),
            provider=provider,
            offers=offers,
            action_url=reverse("pages:staff:provider_act", args=[provider.code]),
            applications=history_of(provider).filter(submitted_at__isnull=False),
            traders=traders,
            entries=entries_of(provider),
            **describe_documents(provider, user),
            **describe_conduct(provider, user),
            **kwargs,
        )


class ProviderAct(ProviderBase, ActionView):
    """Complete the probation, suspend, reinstate, clear out."""

    table = PROVIDER
    actions = provider_services.ACTIONS
    id_name = "provider_id"
    done = {
        "complete_probation": _("The probation is completed."),
        "suspend": _("Suspended. The provider gets no new work."),
        "reinstate": _("Reinstated, on probation."),
        "clear_out": _("Cleared out."),
    }

    def get_success_url(self, subject: Provider) -> str:
        return reverse("pages:staff:provider_detail", args=[subject.code])

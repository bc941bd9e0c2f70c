"""The traders of the viewer's company."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage
from pages.columns import NumberColumn, StatusColumn
from pages.forms import FormPage
from pages.provider.views_registration import OwnProviderPage
from providers.enums import Capability
from providers.traders import permissions, services
from providers.traders.filters import TraderFilter
from providers.traders.forms import EditTraderForm, TraderForm
from providers.traders.models import Trader
from providers.traders.states import TRADER


class TraderTable(tables.Table):
    code = tables.Column(linkify=("pages:provider:trader_detail", {"code": A("code")}))
    name = tables.Column()
    level = tables.Column()
    capabilities = tables.Column(orderable=False)
    max_live_rooms = NumberColumn()
    status = StatusColumn()

    class Meta:
        model = Trader
        fields = ("code", "name", "level", "capabilities", "max_live_rooms", "status")
        attrs = {"caption": _("Traders")}
        order_by = "code"

    def render_capabilities(self, value: list[str]) -> str:
        return " · ".join(str(Capability(item).label) for item in value)


class TraderList(OwnProviderPage, ListPage):
    """Who operates live rooms for merchants."""

    title = _("Traders")
    lead = _("The people who operate live rooms for merchants. The platform certifies their level.")
    permission = "trader.view"
    table_class = TraderTable
    filterset_class = TraderFilter
    template_name = "provider/trader_list.html"
    export_name = "traders"

    def get_queryset(self) -> Any:
        return Trader.objects.filter(provider=self.provider).order_by("code")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_edit=self.may("trader.edit"), **kwargs)


class TraderNew(OwnProviderPage, FormPage):
    """Register a person."""

    title = _("Register a trader")
    permission = "trader.edit"
    form_class = TraderForm
    submit_label = _("Register")
    success_text = _("The trader is registered.")

    def save(self, form: forms.Form) -> Trader:
        return services.register_trader(provider_id=self.provider.pk, by=self.request.user, **form.cleaned_data)

    def get_success_url(self, saved: Trader) -> str:
        return reverse("pages:provider:trader_list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:provider:trader_list"), back_label=_("Traders"), **kwargs
        )


class TraderBase(OwnProviderPage):
    """What the pages of one trader share."""

    permission = "trader.view"

    @cached_property
    def trader(self) -> Trader:
        trader = Trader.objects.filter(provider=self.provider, code=self.kwargs["code"]).first()
        if trader is None:
            raise NotFound()
        trader.provider = self.provider
        return trader


class TraderDetail(TraderBase, FormPage):
    """One trader: the data, and the way out."""

    form_class = EditTraderForm
    template_name = "provider/trader_detail.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {field: getattr(self.trader, field) for field in (*services.EDITABLE, "version")}}

    def save(self, form: forms.Form) -> Trader:
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        return services.edit_trader(trader_id=self.trader.pk, changes=changes, by=self.request.user, version=version)

    def get_success_url(self, saved: Trader) -> str:
        return reverse("pages:provider:trader_detail", args=[saved.code])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trader, user = self.trader, self.request.user
        return super().get_context_data(
            title=trader.name,
            back_url=reverse("pages:provider:trader_list"),
            back_label=_("Traders"),
            trader=trader,
            capabilities=[Capability(value).label for value in trader.capabilities],
            may_edit=self.may("trader.edit") and trader.status == "active",
            offers=TRADER.offer_actions(trader, lambda row: permissions.check_act(user, trader, row)),
            action_url=reverse("pages:provider:trader_act", args=[trader.code]),
            **kwargs,
        )


class TraderAct(TraderBase, ActionView):
    """Record that a trader left."""

    table = TRADER
    actions = services.ACTIONS
    id_name = "trader_id"
    done = {"leave": _("Recorded. The trader gets no new work.")}

    def get_object(self) -> Trader:
        return self.trader

    def get_success_url(self, subject: Trader) -> str:
        return reverse("pages:provider:trader_detail", args=[subject.code])

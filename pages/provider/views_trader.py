"""The traders of the viewer's company, and what it can claim through them."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, TitledPage
from pages.forms import FormPage
from pages.provider.views_registration import OwnProviderPage
from pages.traders import OwnTraderTable, describe_claims, describe_trader
from providers.traders import employment_services, permissions, selectors, services, verification_services
from providers.traders.filters import TraderFilter
from providers.traders.forms import EditTraderForm, IdentityForm, TraderForm
from providers.traders.models import FINAL_VERIFICATION, Trader
from providers.traders.states import TRADER, VERIFICATION, Verification, verification_of


class TraderList(OwnProviderPage, ListPage):
    """Who operates live rooms for merchants."""

    title = _("Traders")
    lead = _("The people who operate live rooms for merchants. The platform certifies their level.")
    permission = "trader.view"
    table_class = OwnTraderTable
    filterset_class = TraderFilter
    template_name = "provider/trader_list.html"
    export_name = "traders"

    def get_queryset(self) -> Any:
        return selectors.with_expiry(Trader.objects.filter(provider=self.provider)).order_by("code")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_edit=self.may("trader.edit"), **kwargs)


class ClaimList(OwnProviderPage, TitledPage):
    """Which capabilities the company's people hold."""

    title = _("Capabilities held by people")
    lead = _("A capability counts as long as verified traders with a certificate hold it. One person alone is a risk.")
    permission = "trader.view"
    template_name = "provider/claim_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            claims=describe_claims(self.provider.pk),
            back_url=reverse("pages:provider:trader_list"),
            back_label=_("Traders"),
            **kwargs,
        )


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
        return reverse("pages:provider:trader_detail", args=[saved.code])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:provider:trader_list"), back_label=_("Traders"), **kwargs
        )


class TraderBase(OwnProviderPage):
    """What the pages of one trader share."""

    permission = "trader.view"

    @cached_property
    def trader(self) -> Trader:
        own = Trader.objects.filter(provider=self.provider).select_related("person", "employment")
        trader = own.filter(code=self.kwargs["code"]).first()
        if trader is None:
            raise NotFound()
        trader.provider = self.provider
        return trader

    def get_success_url(self, subject: Any) -> str:
        return reverse("pages:provider:trader_detail", args=[self.trader.code])


class TraderDetail(TraderBase, FormPage):
    """One trader: the data, the verification, the certificate, and the way out."""

    form_class = EditTraderForm
    template_name = "provider/trader_detail.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {field: getattr(self.trader, field) for field in (*services.EDITABLE, "version")}}

    def save(self, form: forms.Form) -> Trader:
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        return services.edit_trader(trader_id=self.trader.pk, changes=changes, by=self.request.user, version=version)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trader, user = self.trader, self.request.user
        may_edit = self.may("trader.edit") and trader.status == "active"
        return super().get_context_data(
            title=trader.name,
            back_url=reverse("pages:provider:trader_list"),
            back_label=_("Traders"),
            may_edit=may_edit,
            may_give_identity=may_edit and trader.verification not in FINAL_VERIFICATION,
            offers=permissions.offer_steps(user, trader),
            action_url=reverse("pages:provider:trader_act", args=[trader.code]),
            verification_offers=permissions.offer_verification(user, trader) if may_edit else [],
            verification_url=reverse("pages:provider:trader_verification", args=[trader.code]),
            **describe_trader(trader),
            **kwargs,
        )


class TraderIdentity(TraderBase, FormPage):
    """Say who the trader is."""

    title = _("Identity number")
    lead = _("By it the same person is recognised at every provider. Nobody else sees more of it than you do.")
    permission = "trader.edit"
    form_class = IdentityForm
    success_text = _("Saved. The employment with you is recorded; now you can ask for verification.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.trader.version}}

    def save(self, form: forms.Form) -> Trader:
        return employment_services.give_identity(trader_id=self.trader.pk, by=self.request.user, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back_url = reverse("pages:provider:trader_detail", args=[self.trader.code])
        return super().get_context_data(back_url=back_url, back_label=self.trader.name, **kwargs)


class TraderVerification(TraderBase, ActionView):
    """Ask for verification."""

    table = VERIFICATION
    actions = {"ask": verification_services.ask_verification}
    id_name = "trader_id"
    done = {"ask": _("Asked. The platform checks who the trader is and tells you.")}

    def get_object(self) -> Verification:
        return verification_of(self.trader)


class TraderAct(TraderBase, ActionView):
    """Record that a trader left."""

    table = TRADER
    actions = {"leave": services.leave_trader}
    id_name = "trader_id"
    done = {"leave": _("Recorded. The trader gets no new work.")}

    def get_object(self) -> Trader:
        return self.trader

"""The page of one trader, with the certification."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from pages.base import StaffPage
from pages.forms import FormPage
from providers.enums import Capability
from providers.traders import selectors, services
from providers.traders.enums import TraderLevel, TraderStatus
from providers.traders.models import Trader


class CertificationForm(forms.Form):
    level = forms.ChoiceField(label=_("Level"), choices=TraderLevel.choices)
    note = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the level rests on: examination, live rooms, results."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class TraderDetail(StaffPage, FormPage):
    """Who the trader is; reviewers certify the level here."""

    permission = "trader.view"
    template_name = "staff/trader_detail.html"
    form_class = CertificationForm
    submit_label = _("Certify")
    success_text = _("The level is certified.")

    @cached_property
    def trader(self) -> Trader:
        trader = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if trader is None:
            raise NotFound()
        return trader

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"level": self.trader.level, "version": self.trader.version}}

    def save(self, form: forms.Form) -> Trader:
        return services.certify_trader(trader_id=self.trader.pk, by=self.request.user, **form.cleaned_data)

    def get_success_url(self, saved: Trader) -> str:
        return reverse("pages:staff:trader_detail", args=[saved.code])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trader = self.trader
        return super().get_context_data(
            title=trader.name,
            back_url=reverse("pages:staff:provider_detail", args=[trader.provider.code]),
            back_label=trader.provider.name,
            trader=trader,
            capabilities=[Capability(value).label for value in trader.capabilities],
            may_certify=has_permission(self.request.user, "trader.certify") and trader.status == TraderStatus.ACTIVE,
            entries=entries_of(trader),
            **kwargs,
        )

"""The list of traders, the page of one with verification and certification, and the claims of a provider."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.staff.views_provider import ProviderBase
from pages.traders import AllTraderTable, describe_claims, describe_trader
from providers.traders import certificate_services, permissions, selectors, services, verification_services
from providers.traders.enums import TraderStatus, VerificationStatus
from providers.traders.filters import TraderFilter
from providers.traders.forms import CertificateForm
from providers.traders.models import Certificate, Trader
from providers.traders.states import CERTIFICATE, TRADER, VERIFICATION, Verification, verification_of


class TraderList(StaffPage, ListPage):
    """Every trader of every provider."""

    title = _("Traders")
    lead = _("The people who operate live rooms, at every provider. Those who wait for verification can be filtered.")
    permission = "trader.view"
    table_class = AllTraderTable
    filterset_class = TraderFilter
    export_name = "traders"

    def get_queryset(self) -> Any:
        return selectors.with_expiry(selectors.visible_to(self.request.user)).order_by("code")


class TraderBase(StaffPage):
    """What the pages of one trader share."""

    permission = "trader.view"

    @cached_property
    def trader(self) -> Trader:
        trader = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if trader is None:
            raise NotFound()
        return trader

    def get_success_url(self, subject: Any) -> str:
        return reverse("pages:staff:trader_detail", args=[self.trader.code])


class TraderDetail(TraderBase, FormPage):
    """Who the trader is and where he or she worked; reviewers verify and certify here."""

    template_name = "staff/trader_detail.html"
    form_class = CertificateForm
    submit_label = _("Certify")
    success_text = _("The certificate is issued.")

    def get_form_kwargs(self) -> dict[str, Any]:
        own = self.trader.capabilities
        level = None if self.trader.level == "trainee" else self.trader.level
        initial = {"level": level, "capabilities": own, "version": self.trader.version}
        return {"initial": initial, "capabilities": own}

    def save(self, form: forms.Form) -> Certificate:
        return certificate_services.certify_trader(trader_id=self.trader.pk, by=self.request.user, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trader, user = self.trader, self.request.user
        shown = describe_trader(trader)
        certificate = shown["certificate"]
        works = trader.status == TraderStatus.ACTIVE
        return super().get_context_data(
            title=trader.name,
            back_url=reverse("pages:staff:provider_detail", args=[trader.provider.code]),
            back_label=trader.provider.name,
            may_certify=has_permission(user, "trader.certify") and works,
            is_verified=trader.verification == VerificationStatus.VERIFIED,
            certificates=trader.certificates.select_related("issued_by", "status_by"),
            periods=selectors.periods_of(trader) if trader.person_id else [],
            offers=permissions.offer_steps(user, trader),
            action_url=reverse("pages:staff:trader_act", args=[trader.code]),
            verification_offers=permissions.offer_verification(user, trader) if works else [],
            verification_url=reverse("pages:staff:trader_verification", args=[trader.code]),
            certificate_offers=permissions.offer_certificate(user, certificate) if certificate else [],
            entries=entries_of(trader),
            **shown,
            **kwargs,
        )


class TraderVerification(TraderBase, ActionView):
    """Verify, or refuse."""

    table = VERIFICATION
    actions = {"verify": verification_services.verify_trader, "refuse": verification_services.refuse_trader}
    id_name = "trader_id"
    done = {
        "verify": _("Verified. The trader can be certified now."),
        "refuse": _("Refused. The provider reads your reason and can ask again."),
    }

    def get_object(self) -> Verification:
        return verification_of(self.trader)


class TraderAct(TraderBase, ActionView):
    """Record the leaving for the provider."""

    table = TRADER
    actions = {"release": services.release_trader}
    id_name = "trader_id"
    done = {"release": _("Recorded. Another provider can register this person now.")}

    def get_object(self) -> Trader:
        return self.trader


class CertificateAct(StaffPage, ActionView):
    """Revoke a certificate."""

    permission = "trader.view"
    table = CERTIFICATE
    actions = certificate_services.ACTIONS
    id_name = "certificate_id"
    done = {"revoke": _("Revoked. The trader is a trainee again.")}

    def get_object(self) -> Certificate:
        found = selectors.certificates_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found

    def get_success_url(self, subject: Certificate) -> str:
        return reverse("pages:staff:trader_detail", args=[subject.trader.code])


class ProviderClaims(ProviderBase, TitledPage):
    """Which capabilities a provider's people hold."""

    title = _("Capabilities held by people")
    permission = "trader.view"
    template_name = "staff/provider_claims.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = self.get_object()
        return super().get_context_data(
            back_url=reverse("pages:staff:provider_detail", args=[provider.code]),
            back_label=provider.name,
            claims=describe_claims(provider.pk),
            **kwargs,
        )

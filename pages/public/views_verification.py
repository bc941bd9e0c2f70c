"""Verification for everybody: by code, by QR, by signature, and reports of false claims."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.generic.base import View

from accounts.models import User
from common.days import business_day
from common.rates import check_rate
from pages.base import TitledPage
from pages.forms import FormPage
from pages.public.codes import draw_code
from providers.verification import selectors, services
from providers.verification.forms import FalseClaimForm, VerifyForm
from providers.verification.keys import published_keys
from providers.verification.models import FalseClaim
from providers.verification.statements import TITLES, make_statement, sign_statement


class RatedPage(View):
    """A page that one address may ask for only so often; put it first."""

    rate = "verify"
    rated_methods = ("GET", "HEAD", "POST")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in self.rated_methods:
            check_rate(request, self.rate)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class Verify(RatedPage, TitledPage):
    """Look a provider up by its code."""

    title = _("Verify a provider")
    lead = _("Enter the code that the company shows, or scan its QR code.")
    template_name = "public/verify.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "code" not in request.GET:
            return super().get(request, *args, **kwargs)
        form = VerifyForm(request.GET)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        provider = selectors.find_verifiable(form.cleaned_data["code"])
        return redirect("pages:verify_provider", code=provider.code)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"form": VerifyForm(), **kwargs})


class VerifyProvider(RatedPage, TitledPage):
    """What a provider may call itself, since when, and what stands against it."""

    template_name = "public/verify_provider.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = selectors.find_verifiable(kwargs["code"])
        signed = sign_statement(make_statement(provider))
        return super().get_context_data(
            provider=provider,
            title=provider.name,
            back_url=reverse("pages:verify"),
            back_label=_("Verify a provider"),
            statement=signed["statement"],
            may_call_itself=TITLES.get(provider.status),
            since=business_day(provider.status_at),
            admitted_on=business_day(provider.admitted_at) if provider.admitted_at else None,
            key_id=signed["signature"]["key_id"],
            json_url=reverse("api:v1:verification", args=[provider.code]),
            **draw_code(provider.code),
            **kwargs,
        )


class FalseClaimReport(RatedPage, FormPage):
    """Somebody claims to be what they are not; no account is needed."""

    title = _("Report a false claim")
    lead = _("Somebody claims to be a provider of the platform and is not, or claims to be more than it is.")
    rate = "false_claim"
    rated_methods = ("POST",)
    form_class = FalseClaimForm
    submit_label = _("Send the report")
    success_text = _("The report is sent.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"claimed_code": self.request.GET.get("code", "")[:40]}}

    def save(self, form: forms.Form) -> FalseClaim:
        by = self.request.user if isinstance(self.request.user, User) else None
        return services.report_false_claim(by=by, **form.cleaned_data)

    def get_success_url(self, saved: FalseClaim) -> str:
        return reverse("pages:false_claim_thanks")


class FalseClaimThanks(TitledPage):
    """What happens with a report."""

    title = _("Thank you")
    template_name = "public/false_claim_thanks.html"


@require_safe
@cache_control(public=True, max_age=3600)
def signing_keys(request: HttpRequest) -> HttpResponse:
    """The public keys as a JWK set; retired ones stay, so that older statements can be checked."""
    return JsonResponse({"keys": published_keys()})

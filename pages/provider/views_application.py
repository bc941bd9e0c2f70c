"""The application of the viewer's company: one calm page, and one small page for each of its parts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.exceptions import Conflict, NotFound
from pages.actions import ActionView, read_version
from pages.application_words import describe_changes
from pages.base import TitledPage
from pages.forms import FormPage
from pages.provider.views_registration import OwnProviderPage
from providers.admission import permissions, policies, review_services, selectors, services
from providers.admission.enums import EDITABLE, OPEN
from providers.admission.forms import ContactForm, EvidenceForm, NamedTradersForm
from providers.admission.models import Application, CapabilityEvidence
from providers.admission.states import APPLICATION
from providers.admission.triage_selectors import findings_of, triage_of
from providers.enums import Capability
from providers.registry.enums import ProviderStatus
from providers.relations.policies import is_intercepted
from providers.traders.selectors import active_of


class ApplicationPage(OwnProviderPage, TitledPage):
    """Where the application stands, what it says and what is missing."""

    title = _("Application")
    permission = "application.view"
    template_name = "provider/application_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        history = list(selectors.with_content(selectors.history_of(self.provider)))
        for past in history:
            past.provider = self.provider
        current = history[0] if history else None
        context = {"provider": self.provider, "earlier": history[1:], **self._describe_begin(current)}
        if current is not None:
            context |= self._describe(current) | self._describe_decision(current, history[1:])
        return super().get_context_data(**context, **kwargs)

    def _describe_begin(self, current: Application | None) -> dict[str, Any]:
        """The windows in which the next application may be begun, or why none can be."""
        open_now = current is not None and current.status in OPEN
        if open_now or self.provider.status != ProviderStatus.REGISTERED or not self.may("application.edit"):
            return {"may_begin": False}
        now = timezone.now()
        try:
            policies.check_may_apply(self.provider, now)
            return {"may_begin": True, "windows": policies.open_windows(self.provider, now)}
        except Conflict as refusal:
            return {"may_begin": False, "begin_refusal": refusal}

    def _describe_decision(self, application: Application, earlier: list[Application]) -> dict[str, Any]:
        """The rejections so far, and what this application changed against the last one."""
        before = next((past for past in earlier if past.submitted_at is not None), None)
        return {
            "rounds": selectors.rounds_of(application),
            "answered": policies.has_answer(application),
            "again_on": policies.reapply_day(self.provider) if application.status == "rejected" else None,
            "before": before,
            "changes": describe_changes(before, application),
        }

    def _describe(self, application: Application) -> dict[str, Any]:
        user = self.request.user
        given = {item.capability: item for item in application.evidence.all()}
        offers = APPLICATION.offer_actions(application, lambda row: permissions.check_offer(user, application, row))
        editable = application.status in EDITABLE
        triage = triage_of(application)
        return {
            "application": application,
            "evidence": [(capability, given.get(capability.value)) for capability in Capability],
            "missing": policies.find_missing(application) if editable else [],
            "may_edit": editable and self.may("application.edit"),
            "triage": triage,
            "findings": findings_of(triage) if triage is not None else [],
            "may_explain": self.may("application.edit"),
            "may_edit_company": self.may("provider.edit"),
            "submit_until": policies.submission_deadline(application) if editable else None,
            "offers": [offer for offer in offers if offer.action in permissions.APPLY - {"answer"}],
            "answer": next((offer for offer in offers if offer.action == "answer" and offer.allowed), None),
            "action_url": reverse("pages:provider:application_act"),
            "held_links": is_intercepted(self.provider, business_day(timezone.now())),
        }


class ApplicationBegin(OwnProviderPage):
    """Begin an application."""

    permission = "application.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        window = request.POST.get("window") or None
        services.create_application(provider_id=self.provider.pk, by=request.user, window=window)
        return redirect("pages:provider:application")


class OpenApplicationPage(OwnProviderPage):
    """What the pages about the open application share."""

    permission = "application.edit"

    @cached_property
    def application(self) -> Application:
        application = selectors.open_of(self.provider)
        if application is None:
            raise NotFound()
        application.provider = self.provider
        return application


class ApplicationPart(OpenApplicationPage, FormPage):
    """The form of one part; it opens only while the application may be edited."""

    def dispatch_allowed(self) -> None:
        permissions.check_edit(self.request.user, self.application)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.dispatch_allowed()
        return super().get(request, *args, **kwargs)

    def get_success_url(self, saved: Any) -> str:
        return reverse("pages:provider:application")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:provider:application"), back_label=_("Application"), **kwargs
        )


class ApplicationContact(ApplicationPart):
    """Whom to ask, and why the company applies."""

    title = _("Contact and reason")
    form_class = ContactForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {field: getattr(self.application, field) for field in (*services.TEXTS, "version")}}

    def save(self, form: forms.Form) -> Application:
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        return services.edit_application(
            application_id=self.application.pk, changes=changes, by=self.request.user, version=version
        )


class ApplicationTraders(ApplicationPart):
    """Which traders stand in the application."""

    title = _("Traders in this application")
    lead = _("Name the people who will work for merchants. Register new ones on the traders page.")
    form_class = NamedTradersForm
    template_name = "provider/application_traders.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        named = [trader.code for trader in self.application.traders.all()]
        initial = {"traders": named, "version": self.application.version}
        return {"initial": initial, "traders": active_of(self.provider)}

    def save(self, form: forms.Form) -> Application:
        return services.edit_application(
            application_id=self.application.pk,
            changes={"traders": form.cleaned_data["traders"]},
            by=self.request.user,
            version=form.cleaned_data["version"],
        )


class ApplicationEvidence(ApplicationPart):
    """The evidence for one capability."""

    form_class = EvidenceForm
    template_name = "provider/application_evidence.html"

    @cached_property
    def capability(self) -> Capability:
        if self.kwargs["capability"] not in Capability.values:
            raise NotFound()
        return Capability(self.kwargs["capability"])

    @cached_property
    def evidence(self) -> CapabilityEvidence | None:
        return self.application.evidence.filter(capability=self.capability).first()

    def get_form_kwargs(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"version": self.application.version}
        if self.evidence:
            initial |= {field: getattr(self.evidence, field) for field in ("statement", "figures", "cases")}
            initial["links"] = "\n".join(self.evidence.links)
        return {"initial": initial}

    def save(self, form: forms.Form) -> CapabilityEvidence:
        return services.set_evidence(
            application_id=self.application.pk,
            capability=self.capability.value,
            by=self.request.user,
            **form.cleaned_data,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=self.capability.label, application=self.application, evidence=self.evidence, **kwargs
        )


class EvidenceRemove(OpenApplicationPage):
    """Take the evidence for one capability out."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, capability: str) -> HttpResponse:
        services.remove_evidence(
            application_id=self.application.pk, capability=capability, by=request.user, version=read_version(request)
        )
        messages.success(request, _("The evidence is removed."))
        return redirect("pages:provider:application")


class ApplicationAct(OpenApplicationPage, ActionView):
    """Submit, withdraw, or answer a rejection."""

    permission = "application.view"
    table = APPLICATION
    actions = {name: review_services.ACTIONS[name] for name in permissions.APPLY}
    id_name = "application_id"
    done = {
        "submit": _("Submitted. A reviewer looks at it next; you see the answer here."),
        "withdraw": _("Withdrawn."),
        "answer": _("Your answer is with the reviewers. Somebody who did not take the first decision reads it."),
    }

    def get_object(self) -> Application:
        return self.application

    def get_success_url(self, subject: Application) -> str:
        return reverse("pages:provider:application")

"""The admission queue and the case of one application."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.application_words import describe_changes
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.panels import describe_panel
from pages.staff.documents import describe_documents
from pages.staff.tables_admission import ApplicationTable
from pages.staff.views_link import describe_links
from providers.admission import permissions, policies, review_services, selectors
from providers.admission.bulk_services import MOST_ROWS
from providers.admission.enums import ApplicationStatus
from providers.admission.filters import ApplicationFilter
from providers.admission.forms import RejectionForm
from providers.admission.models import Application
from providers.admission.review.panels import with_panels
from providers.admission.review.queue import with_panel_state
from providers.admission.states import APPLICATION
from providers.admission.triage_selectors import (
    count_verdicts,
    findings_of,
    triage_of,
    with_newest_triage,
    with_triage,
)
from providers.enums import Capability


class ApplicationQueue(StaffPage, ListPage):
    """What waits for a reviewer or a decision, longest first."""

    title = _("Applications")
    lead = _("Who asks to be let in. The longest wait stands first.")
    permission = "application.view"
    table_class = ApplicationTable
    filterset_class = ApplicationFilter
    saved_as = "applications"
    template_name = "staff/application_queue.html"
    export_name = "applications"

    extra_context = {
        "empty_text": _("No application waits for a decision."),
        "empty_hint": _("Choose another status to look at the ones that were decided."),
    }

    def get_queryset(self) -> Any:
        applications = with_triage(selectors.with_counts(selectors.visible_to(self.request.user)))
        return with_panel_state(applications, self.request.user).order_by("submitted_at", "pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        return {} if self.may_act() else {"exclude": ("select",)}

    def may_act(self) -> bool:
        """Whether the viewer can do anything with selected rows."""
        return has_permission(self.request.user, "review.submit")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_act=self.may_act(), most_rows=MOST_ROWS, **kwargs)

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        """Without a chosen status the list shows what waits."""
        kwargs = super().get_filterset_kwargs(filterset_class)
        data = QueryDict(mutable=True)
        data.update(self.request.GET)
        if "status" not in data:
            data["status"] = ApplicationStatus.SUBMITTED
        return {**kwargs, "data": data}


class CasePage(StaffPage):
    """What the pages of one application share."""

    permission = "application.view"

    def get_queryset(self) -> Any:
        """The applications that the viewer may open."""
        return selectors.visible_to(self.request.user)

    def get_object(self) -> Application:
        application = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if application is None:
            raise NotFound()
        return application


class ApplicationCase(CasePage, TitledPage):
    """The evidence beside the decision."""

    template_name = "staff/application_case.html"

    @cached_property
    def application(self) -> Application:
        return self.get_object()

    def get_queryset(self) -> Any:
        """With what the cards and the buttons read, once for all of them."""
        return with_panels(with_newest_triage(selectors.for_case(super().get_queryset())))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        application, user = self.application, self.request.user
        offers = APPLICATION.offer_actions(application, lambda row: permissions.check_offer(user, application, row))
        earlier = list(selectors.history_of(application.provider).exclude(pk=application.pk))
        seen_before = any(past.submitted_at and past.pk < application.pk for past in earlier)
        before = selectors.previous_of(application) if seen_before else None
        given = {item.capability: item for item in application.evidence.all()}
        triage = triage_of(application)
        findings = findings_of(triage) if triage is not None else []
        return super().get_context_data(
            title=application.provider.name,
            back_url=reverse("pages:staff:application_queue"),
            back_label=_("Applications"),
            application=application,
            provider=application.provider,
            evidence=[(capability.label, given.get(capability.value)) for capability in Capability],
            triage=triage,
            findings=findings,
            verdict_counts=count_verdicts(findings),
            may_triage=application.status == ApplicationStatus.SUBMITTED and has_permission(user, "application.triage"),
            missing=policies.find_missing(application),
            offers=[
                replace(offer, url=reverse("pages:staff:application_reject", args=[application.pk]))
                if offer.action == "reject"
                else offer
                for offer in offers
                if offer.action in permissions.REVIEW
            ],
            rounds=selectors.rounds_of(application),
            before=before,
            changes=describe_changes(before, application),
            action_url=reverse("pages:staff:application_act", args=[application.pk]),
            entries=entries_of(application),
            **describe_documents(application.provider, user),
            **describe_links(application.provider, user),
            earlier=earlier,
            **describe_panel(user, application),
            **kwargs,
        )


class ApplicationAct(CasePage, ActionView):
    """Return, admit, uphold or reconsider; a rejection has its own page."""

    table = APPLICATION
    actions = {name: review_services.ACTIONS[name] for name in permissions.REVIEW}
    id_name = "application_id"
    done = {
        "admit": _("Admitted. The provider is on probation now."),
        "return": _("Returned. The applicant sees your reason and can submit again."),
        "uphold": _("Upheld. The rejection is final and the applicant was told."),
        "reconsider": _("Taken back. A new round of review begins."),
    }

    def get_success_url(self, subject: Application) -> str:
        return reverse("pages:staff:application_case", args=[subject.pk])


class ApplicationReject(CasePage, FormPage):
    """The reasons of a rejection, one for each criterion that is not met."""

    permission = "application.reject"
    form_class = RejectionForm
    template_name = "staff/application_reject.html"
    submit_label = _("Reject")
    success_text = _("Rejected. The applicant sees every reason and may answer before it is final.")

    @cached_property
    def application(self) -> Application:
        return self.get_object()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = APPLICATION.check(self.application, "reject", note="-")
        permissions.check_act(request.user, self.application, row)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.application.version}}

    def save(self, form: forms.Form) -> Application:
        data = form.cleaned_data
        return review_services.reject_application(
            application_id=self.application.pk,
            by=self.request.user,
            note=data["note"],
            reasons=data["reasons"],
            version=data["version"],
        )

    def get_success_url(self, saved: Application) -> str:
        return reverse("pages:staff:application_case", args=[saved.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Reject %(number)s") % {"number": self.application.number},
            lead=self.application.provider.name,
            back_url=reverse("pages:staff:application_case", args=[self.application.pk]),
            back_label=self.application.number,
            application=self.application,
            **kwargs,
        )

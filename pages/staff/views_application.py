"""The admission queue and the case of one application."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.panels import describe_panel
from pages.staff.tables_admission import ApplicationTable
from providers.admission import permissions, policies, review_services, selectors
from providers.admission.bulk_services import MOST_ROWS
from providers.admission.enums import ApplicationStatus
from providers.admission.filters import ApplicationFilter
from providers.admission.models import Application
from providers.admission.review.queue import with_panel_state
from providers.admission.states import APPLICATION
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
        applications = selectors.with_counts(selectors.visible_to(self.request.user))
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

    def get_object(self) -> Application:
        applications = selectors.with_content(selectors.visible_to(self.request.user))
        application = applications.filter(pk=self.kwargs["pk"]).first()
        if application is None:
            raise NotFound()
        return application


class ApplicationCase(CasePage, TitledPage):
    """The evidence beside the decision."""

    template_name = "staff/application_case.html"

    @cached_property
    def application(self) -> Application:
        return self.get_object()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        application, user = self.application, self.request.user
        offers = APPLICATION.offer_actions(application, lambda row: permissions.check_offer(user, application, row))
        given = {item.capability: item for item in application.evidence.all()}
        return super().get_context_data(
            title=application.provider.name,
            back_url=reverse("pages:staff:application_queue"),
            back_label=_("Applications"),
            application=application,
            provider=application.provider,
            evidence=[(capability.label, given.get(capability.value)) for capability in Capability],
            missing=policies.find_missing(application),
            offers=[offer for offer in offers if offer.action in permissions.REVIEW],
            action_url=reverse("pages:staff:application_act", args=[application.pk]),
            entries=entries_of(application),
            earlier=selectors.history_of(application.provider).exclude(pk=application.pk),
            **describe_panel(user, application),
            **kwargs,
        )


class ApplicationAct(CasePage, ActionView):
    """Return, admit or reject."""

    table = APPLICATION
    actions = {name: review_services.ACTIONS[name] for name in permissions.REVIEW}
    id_name = "application_id"
    done = {
        "admit": _("Admitted. The provider is on probation now."),
        "return": _("Returned. The applicant sees your reason and can submit again."),
        "reject": _("Rejected. The applicant sees your reason."),
    }

    def get_success_url(self, subject: Application) -> str:
        return reverse("pages:staff:application_case", args=[subject.pk])

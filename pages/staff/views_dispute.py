"""Disputes as staff decide them: the queue with its clocks, and one case with rows, source and evidence."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.audit.selectors import entries_of
from common.downloads import send_file
from common.exceptions import NotFound
from common.states import ActionOffer
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.disputes import describe_dispute
from pages.forms import FormPage
from pages.tables_disputes import DisputeTable
from providers.documents.files import path_of
from scoring.capabilities.words import format_figure
from scoring.disputes import decision_services, permissions, selectors, services
from scoring.disputes.filters import DisputeFilter
from scoring.disputes.forms import PartForm
from scoring.disputes.models import Dispute
from scoring.disputes.states import DECISIONS, DISPUTE
from scoring.facts.rows import Slice, list_facts

SHOWN_ROWS = 20


class DisputeList(StaffPage, ListPage):
    """The queue: what waits first, by its clock."""

    title = _("Disputes of facts")
    lead = _(
        "A provider says that facts are wrong. Who imported them does not decide; a decision is due in seven days."
    )
    permission = "dispute.view"
    table_class = DisputeTable
    filterset_class = DisputeFilter
    saved_as = "disputes"
    template_name = "staff/dispute_list.html"
    export_name = "disputes"
    extra_context = {"empty_text": _("Nobody disputes any fact.")}

    def get_queryset(self) -> Any:
        return selectors.by_clock(selectors.visible_to(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = selectors.waiting(self.request.user)
        now = timezone.now()
        return super().get_context_data(
            waiting=waiting.count(), overdue=waiting.filter(due_at__lte=now).count(), **kwargs
        )


class DisputePage(StaffPage):
    """What the pages of one dispute share."""

    permission = "dispute.view"

    @cached_property
    def dispute(self) -> Dispute:
        dispute = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if dispute is None:
            raise NotFound()
        return dispute

    def get_object(self) -> Dispute:
        return self.dispute


class DisputeDetail(DisputePage, TitledPage):
    """One case: the claim beside what the portal holds, from where, and who brought it in."""

    template_name = "staff/dispute_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispute, user = self.dispute, self.request.user
        facts = list_facts(dispute.slice, (dispute.column,))
        concerned = selectors.people_behind(dispute) if dispute.is_open else set()
        offers = permissions.offer_actions(user, dispute, concerned=concerned)
        return super().get_context_data(
            title=f"{dispute.number} {dispute.provider.name}",
            back_url=reverse("pages:staff:dispute_list"),
            back_label=_("Disputes of facts"),
            facts=facts,
            held_now=facts.totals[0],
            rows=facts[0:SHOWN_ROWS],
            shown_rows=SHOWN_ROWS,
            facts_url=facts_url(dispute.slice, dispute.column),
            offers=[self.with_page(offer) for offer in offers if offer.action in DECISIONS],
            action_url=reverse("pages:staff:dispute_act", args=[dispute.pk]),
            file_address="pages:staff:dispute_file",
            run_address="pages:staff:score_run_detail",
            for_staff=True,
            entries=entries_of(dispute),
            **describe_dispute(dispute, timezone.now()),
            **kwargs,
        )

    def with_page(self, offer: ActionOffer) -> ActionOffer:
        """A part needs a number, so it has a page of its own."""
        if offer.action != "uphold_partly":
            return offer
        url = reverse("pages:staff:dispute_part", args=[self.dispute.pk])
        return ActionOffer(offer.action, offer.label, offer.to, offer.needs_note, offer.allowed, offer.reason, url)


def facts_url(chosen: Slice, column: str) -> str:
    """The page of the facts that a dispute is about."""
    query = f"since={chosen.since}&until={chosen.until}&merchant={chosen.merchant}&trader={chosen.trader}"
    return f"{reverse('pages:staff:provider_facts', args=[chosen.provider])}?{query}&column={column}"


class DisputeAct(DisputePage, ActionView):
    """Uphold or reject."""

    table = DISPUTE
    actions = {"uphold": decision_services.uphold_dispute, "reject": decision_services.reject_dispute}
    id_name = "dispute_id"
    done = {
        "uphold": _("Upheld. The facts are corrected, and the scores are being computed again."),
        "reject": _("Rejected. The provider reads your reason."),
    }

    def get_success_url(self, subject: Dispute) -> str:
        return reverse("pages:staff:dispute_detail", args=[subject.pk])


class DisputePart(DisputePage, FormPage):
    """Uphold in part: a number between what is held and what was asked for."""

    permission = "dispute.decide"
    form_class = PartForm
    template_name = "staff/dispute_part.html"
    submit_label = _("Uphold in part")
    success_text = _("Upheld in part. The facts are corrected, and the scores are being computed again.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"column": self.dispute.column, "initial": {"version": self.dispute.version}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispute = self.dispute
        held = list_facts(dispute.slice, (dispute.column,)).totals[0]
        return super().get_context_data(
            title=_("Uphold %(number)s in part") % {"number": dispute.number},
            lead=_("The portal holds %(held)s; the provider says %(should_be)s.")
            % {
                "held": format_figure(dispute.column, held),
                "should_be": format_figure(dispute.column, dispute.should_be),
            },
            back_url=reverse("pages:staff:dispute_detail", args=[dispute.pk]),
            back_label=dispute.number,
            **kwargs,
        )

    def save(self, form: forms.Form) -> Dispute:
        return decision_services.uphold_partly(dispute_id=self.dispute.pk, by=self.request.user, **form.cleaned_data)

    def get_success_url(self, saved: Dispute) -> str:
        return reverse("pages:staff:dispute_detail", args=[saved.pk])


class DisputeFilePage(StaffPage):
    """Download evidence."""

    permission = "dispute.view"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = selectors.files_visible_to(request.user).filter(pk=pk).first()
        if file is None:
            raise NotFound()
        opened = services.open_evidence(file_id=file.pk, by=request.user)
        return send_file(path_of(opened.path), name=opened.download_name, media_type=opened.kind)

"""The provider's own facts and its disputes about them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.audit.selectors import entries_of
from common.downloads import send_file
from common.exceptions import DomainError, InvalidInput, NotFound, NotPermitted
from common.forms import add_domain_error
from pages.actions import ActionView
from pages.base import ListPage, TitledPage
from pages.disputes import describe_dispute
from pages.facts import FactsPage
from pages.provider.views_registration import OwnProviderPage
from pages.tables_disputes import OwnDisputeTable
from providers.documents.files import path_of
from scoring.disputes import permissions, selectors, services
from scoring.disputes.filters import DisputeFilter
from scoring.disputes.forms import DisputeForm, EvidenceForm
from scoring.disputes.models import Dispute
from scoring.disputes.services import Upload
from scoring.disputes.states import DISPUTE


class FactListPage(OwnProviderPage, FactsPage):
    """Every fact of the company that counts, with its source."""

    permission = "fact.view"
    lead = _("What the platform holds about your work, row by row. Something is wrong? Dispute it with your evidence.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_dispute=self.may("dispute.open"), **kwargs)


class DisputeList(OwnProviderPage, ListPage):
    """The company's disputes, the newest first."""

    title = _("Disputes")
    lead = _("Facts that you say are wrong. Each is decided within seven days by somebody who did not import them.")
    permission = "dispute.view"
    table_class = OwnDisputeTable
    filterset_class = DisputeFilter
    template_name = "provider/dispute_list.html"
    export_name = "disputes"
    extra_context = {
        "empty_text": _("You have disputed nothing."),
        "empty_hint": _("Look at the facts behind a metric and dispute what is wrong."),
    }

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).filter(provider=self.provider)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_dispute=self.may("dispute.open"), **kwargs)


class DisputeOpen(OwnProviderPage, TitledPage):
    """Say what is wrong, what it should be, and show it."""

    title = _("Dispute facts")
    lead = _("One figure over some days. You see at once how the platform decides, and why.")
    permission = "dispute.open"
    template_name = "provider/dispute_open.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = {
            name: self.request.GET.get(name, "") for name in ("column", "day_from", "day_to", "merchant", "trader")
        }
        form = kwargs.pop("form", None) or DisputeForm(initial=given)
        back = reverse("pages:provider:dispute_list")
        return super().get_context_data(form=form, back_url=back, back_label=_("Disputes"), **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form, status = DisputeForm(request.POST, request.FILES), InvalidInput.status
        if form.is_valid():
            try:
                dispute = self.save(form)
            except (NotPermitted, NotFound):
                raise
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            else:
                messages.success(request, _("Your dispute is open. Nothing is held against you while it is."))
                return redirect("pages:provider:dispute_detail", dispute.pk)
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def save(self, form: DisputeForm) -> Dispute:
        """Hand the claim and its files over."""
        names = ("column", "day_from", "day_to", "merchant", "trader", "should_be", "statement")
        return services.open_dispute(
            provider_id=self.provider.pk,
            by=self.request.user,
            files=[Upload(file.name, file.chunks()) for file in form.uploads],
            **{name: form.cleaned_data[name] for name in names},
        )


class OwnDispute(OwnProviderPage):
    """What the pages of one dispute share."""

    permission = "dispute.view"

    def get_object(self) -> Dispute:
        own = selectors.visible_to(self.request.user).filter(provider=self.provider)
        dispute = own.filter(pk=self.kwargs["pk"]).first()
        if dispute is None:
            raise NotFound()
        return dispute


class DisputeDetail(OwnDispute, TitledPage):
    """The claim, its evidence, its clock, the decision and what followed."""

    template_name = "provider/dispute_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispute = self.get_object()
        offers = permissions.offer_actions(self.request.user, dispute, concerned=set())
        return super().get_context_data(
            title=dispute.number,
            back_url=reverse("pages:provider:dispute_list"),
            back_label=_("Disputes"),
            offers=[offer for offer in offers if offer.action == "withdraw" and self.may("dispute.withdraw")],
            action_url=reverse("pages:provider:dispute_act", args=[dispute.pk]),
            evidence_form=EvidenceForm() if dispute.is_open and self.may("dispute.open") else None,
            file_address="pages:provider:dispute_file",
            entries=entries_of(dispute),
            **describe_dispute(dispute, timezone.now()),
            **kwargs,
        )


class DisputeAct(OwnDispute, ActionView):
    """Withdraw."""

    table = DISPUTE
    actions = {"withdraw": services.withdraw_dispute}
    id_name = "dispute_id"
    done = {"withdraw": _("Withdrawn. The facts stay as they are.")}

    def get_success_url(self, subject: Dispute) -> str:
        return reverse("pages:provider:dispute_detail", args=[subject.pk])


class DisputeEvidence(OwnDispute):
    """Send one more file."""

    permission = "dispute.open"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        dispute = self.get_object()
        form: forms.Form = EvidenceForm(request.POST, request.FILES)
        if not form.is_valid():
            raise InvalidInput(_("Choose a file."), field="file", remedy=_("Send a scan or a photo."))
        file = form.cleaned_data["file"]
        services.add_evidence(dispute_id=dispute.pk, upload=Upload(file.name, file.chunks()), by=request.user)
        messages.success(request, _("The file is added."))
        return redirect("pages:provider:dispute_detail", dispute.pk)


class DisputeFilePage(OwnProviderPage):
    """Download one's own evidence."""

    permission = "dispute.view"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        files = selectors.files_visible_to(request.user).filter(dispute__provider=self.provider)
        file = files.filter(pk=pk).first()
        if file is None:
            raise NotFound()
        opened = services.open_evidence(file_id=file.pk, by=request.user)
        return send_file(path_of(opened.path), name=opened.download_name, media_type=opened.kind)

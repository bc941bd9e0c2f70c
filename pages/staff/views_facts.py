"""Facts, as staff see and import them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_tables2 import SingleTableMixin
from django_tables2.export import ExportMixin

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import DomainError, InvalidInput, NotFound, NotPermitted
from common.forms import add_domain_error
from pages.actions import ActionView
from pages.base import ListPage, SafeExport, StaffPage, TitledPage
from pages.staff.tables_facts import SENTENCES, FactBatchTable, ReportTable
from scoring.facts import imports, selectors, services
from scoring.facts.enums import REMEDIES
from scoring.facts.filters import FactBatchFilter
from scoring.facts.forms import UploadForm
from scoring.facts.models import FactBatch
from scoring.facts.permissions import offer_batch_actions
from scoring.facts.refusals import sentence
from scoring.facts.states import FACT_BATCH


class FactBatchList(StaffPage, ListPage):
    """All batches, the newest first."""

    title = _("Facts")
    lead = _("Facts arrive in batches. Only live batches count in scores; a corrected one supersedes its predecessor.")
    permission = "fact.view"
    table_class = FactBatchTable
    filterset_class = FactBatchFilter
    saved_as = "fact_batches"
    template_name = "staff/fact_batch_list.html"
    export_name = "fact-batches"

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).defer("report")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_import=has_permission(self.request.user, "fact.import"), **kwargs)


class FactBatchUpload(StaffPage, TitledPage):
    """Send a file; its import runs in the background."""

    title = _("Import facts")
    lead = _("One file of rows per provider, merchant, trader and day. Nothing is taken unless all of it is right.")
    permission = "fact.import"
    template_name = "staff/fact_batch_upload.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or UploadForm()
        back = reverse("pages:staff:fact_batch_list")
        return super().get_context_data(form=form, back_url=back, back_label=_("Facts"), **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form, status = UploadForm(request.POST, request.FILES), InvalidInput.status
        if form.is_valid():
            try:
                batch, new = self.receive(form)
            except (NotPermitted, NotFound):
                raise
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            else:
                if not new:
                    messages.info(request, _("This very file came before; here is its batch. Nothing changed."))
                return redirect("pages:staff:fact_batch_detail", batch.pk)
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def receive(self, form: UploadForm) -> tuple[FactBatch, bool]:
        """Hand the upload to the import."""
        data = form.cleaned_data
        return imports.receive_upload(
            chunks=data["file"].chunks(),
            file_name=data["file"].name,
            profile=data["profile"],
            source=data["source"],
            options=form.options,
            by=self.request.user,
        )


class BatchPage(StaffPage):
    """What the pages of one batch share."""

    permission = "fact.view"

    def get_object(self) -> FactBatch:
        return self.batch

    @cached_property
    def batch(self) -> FactBatch:
        batch = selectors.visible_to(self.request.user).select_related("job").filter(pk=self.kwargs["pk"]).first()
        if batch is None:
            raise NotFound()
        return batch


class FactBatchDetail(BatchPage, ExportMixin, SingleTableMixin, TitledPage):
    """Progress while it runs; the report by row, the counts and the digests after."""

    template_name = "staff/fact_batch_detail.html"
    table_class = ReportTable
    table_pagination = {"per_page": 25}
    export_formats = ("csv", "json")
    export_class = SafeExport

    @property
    def export_name(self) -> str:
        return f"fact-batch-{self.batch.pk}-report"

    def get_table_data(self) -> list[dict[str, Any]]:
        reason = self.request.GET.get("reason", "")
        lines: list[dict[str, Any]] = self.batch.report.get("lines", [])
        return [line for line in lines if not reason or line["reason"] == reason]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.batch
        report = batch.report
        counts = {**report.get("reasons", {}), **report.get("notices", {})}
        return super().get_context_data(
            title=batch.file_name,
            back_url=reverse("pages:staff:fact_batch_list"),
            back_label=_("Facts"),
            batch=batch,
            job=batch.job if batch.is_open else None,
            refusal=sentence(report["refusal"]) if report.get("refusal") else None,
            reasons=[
                {"code": code, "label": SENTENCES.get(code, code), "remedy": REMEDIES.get(code, ""), "rows": rows}
                for code, rows in sorted(counts.items(), key=lambda item: -item[1])
            ],
            chosen=self.request.GET.get("reason", ""),
            listed=len(report.get("lines", [])),
            superseded=batch.superseded_batches.order_by("pk"),
            offers=offer_batch_actions(batch, self.request.user),
            act_url=reverse("pages:staff:fact_batch_act", args=[batch.pk]),
            entries=entries_of(batch),
            **kwargs,
        )


class FactBatchAct(BatchPage, ActionView):
    """Import or discard what a dry run checked."""

    table = FACT_BATCH
    actions = services.ACTIONS
    id_name = "batch_id"
    done = {"import": _("The import is under way."), "discard": _("Discarded. Nothing was taken.")}

    def get_success_url(self, subject: FactBatch) -> str:
        return reverse("pages:staff:fact_batch_detail", args=[subject.pk])

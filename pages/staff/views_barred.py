"""The barred list: parties that were barred outside the portal."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import InvalidInput, NotFound
from common.forms import add_domain_error
from pages.actions import read_version
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.staff.tables_links import BarredTable
from providers.relations import barred_services, selectors
from providers.relations.barred_files import MOST_BYTES, BarredRow, read_barred_file
from providers.relations.filters import BarredPartyFilter
from providers.relations.forms import BarredForm, BarredImportForm
from providers.relations.models import BarredParty

SHOWN = 500


class BarredList(StaffPage, ListPage):
    """Who was barred elsewhere."""

    title = _("Barred elsewhere")
    lead = _("Parties that were barred outside the portal. Each applicant is checked against them.")
    permission = "barred.view"
    table_class = BarredTable
    filterset_class = BarredPartyFilter
    template_name = "staff/barred_list.html"
    export_name = "barred"
    extra_context = {"empty_text": _("The list is empty."), "empty_hint": _("Enter a party, or import a file.")}

    def get_queryset(self) -> Any:
        return selectors.barred_visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_edit=has_permission(self.request.user, "barred.edit"), **kwargs)


class BarredEdit(StaffPage):
    """What the pages that change the list share."""

    permission = "barred.edit"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            back_url=reverse("pages:staff:barred_list"), back_label=_("Barred elsewhere"), **kwargs
        )
        return context


class BarredNew(BarredEdit, FormPage):
    """Enter one party."""

    title = _("Enter a barred party")
    form_class = BarredForm
    submit_label = _("Enter")
    success_text = _("The party is on the list.")

    def save(self, form: forms.Form) -> BarredParty:
        row = BarredRow(**form.cleaned_data)
        return barred_services.bar_party(row=row, by=self.request.user)

    def get_success_url(self, saved: BarredParty) -> str:
        return reverse("pages:staff:barred_detail", args=[saved.pk])


class BarredImport(BarredEdit, FormPage):
    """Enter many parties from a CSV: all or none."""

    title = _("Import barred parties")
    form_class = BarredImportForm
    template_name = "staff/barred_import.html"
    submit_label = _("Import")
    success_text = _("The parties are on the list.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.files = request.FILES
        form = BarredImportForm(request.POST, files=request.FILES)
        if "try" not in request.POST or not form.is_valid():
            return super().post(request, *args, **kwargs)
        try:
            rows = read_barred_file(form.cleaned_data["file"].read(MOST_BYTES + 1))
        except InvalidInput as error:
            add_domain_error(form, error)
            return self.render_to_response(self.get_context_data(form=form), status=error.status)
        report = barred_services.try_import(rows=rows, by=request.user)  # type: ignore[arg-type]
        taken = sum(row.taken for row in report)
        return self.render_to_response(
            self.get_context_data(form=BarredImportForm(), report=report[:SHOWN], taken=taken, total=len(report))
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"files": self.files} if self.request.method == "POST" else {}

    def save(self, form: forms.Form) -> list[BarredParty]:
        rows = read_barred_file(form.cleaned_data["file"].read(MOST_BYTES + 1))
        return barred_services.import_barred(rows=rows, by=self.request.user)

    def get_success_url(self, saved: list[BarredParty]) -> str:
        return reverse("pages:staff:barred_list")


class BarredPage(StaffPage):
    """What the pages of one barred party share."""

    permission = "barred.view"

    @cached_property
    def barred(self) -> BarredParty:
        barred = selectors.barred_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if barred is None:
            raise NotFound()
        return barred


class BarredDetail(BarredPage, TitledPage):
    """One party with what it is known by and who is linked to it."""

    template_name = "staff/barred_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        barred, user = self.barred, self.request.user
        return super().get_context_data(
            title=barred.name,
            back_url=reverse("pages:staff:barred_list"),
            back_label=_("Barred elsewhere"),
            barred=barred,
            identifiers=barred.party.identifiers.all(),
            links=selectors.visible_to(user).filter(other=barred.party),
            may_withdraw=has_permission(user, "barred.edit") and barred.withdrawn_at is None,
            entries=entries_of(barred),
            **kwargs,
        )


class BarredWithdraw(BarredPage):
    """Take a party off the list."""

    permission = "barred.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        barred_services.withdraw_barred(
            barred_id=self.barred.pk,
            by=request.user,
            note=request.POST.get("note", ""),
            version=read_version(request),
        )
        messages.success(request, _("Taken off. Links to this party keep nobody out any more."))
        return redirect("pages:staff:barred_detail", self.barred.pk)

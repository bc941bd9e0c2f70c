"""Corrections of facts, orders ruled fake, and the facts of one provider."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from pages.base import ListPage, StaffPage, TitledPage
from pages.facts import FactsPage
from pages.forms import FormPage
from pages.staff.tables_adjustments import AdjustmentTable
from providers.registry import selectors as registry
from providers.registry.models import Provider
from scoring.facts import adjustment_selectors, adjustment_services
from scoring.facts.adjustment_filters import AdjustmentFilter
from scoring.facts.adjustment_forms import FakeOrdersFileForm, FakeOrdersForm, read_fake_orders
from scoring.facts.adjustment_models import Adjustment

MOST_LINES = 200


class ProviderFacts(StaffPage, FactsPage):
    """The facts of one provider, row by row."""

    permission = "fact.view"

    @cached_property
    def provider(self) -> Provider:
        provider = registry.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if provider is None:
            raise NotFound()
        return provider

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Facts of %(name)s") % {"name": self.provider.name},
            back_url=reverse("pages:staff:provider_detail", args=[self.provider.code]),
            back_label=self.provider.name,
            batch_address="pages:staff:fact_batch_detail",
            adjustment_address="pages:staff:adjustment_detail",
            **kwargs,
        )


class AdjustmentList(StaffPage, ListPage):
    """What was corrected, the newest first."""

    title = _("Corrections of facts")
    lead = _("A fact is never edited: a correction is a row of its own that is added to it, with its reason.")
    permission = "adjustment.view"
    table_class = AdjustmentTable
    filterset_class = AdjustmentFilter
    template_name = "staff/adjustment_list.html"
    export_name = "corrections"
    extra_context = {"empty_text": _("Nothing was corrected.")}

    def get_queryset(self) -> Any:
        return adjustment_selectors.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_enter=has_permission(self.request.user, "adjustment.enter"), **kwargs)


class AdjustmentDetail(StaffPage, TitledPage):
    """One correction: its lines, its reason, what followed."""

    permission = "adjustment.view"
    template_name = "staff/adjustment_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        adjustment = adjustment_selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if adjustment is None:
            raise NotFound()
        lines = adjustment_selectors.lines_visible_to(self.request.user, adjustment)[:MOST_LINES]
        return super().get_context_data(
            title=adjustment.number,
            back_url=reverse("pages:staff:adjustment_list"),
            back_label=_("Corrections of facts"),
            adjustment=adjustment,
            lines=list(lines),
            more_lines=max(0, adjustment.line_count - MOST_LINES),
            effects=list(adjustment.recomputations.select_related("before", "after").order_by("pk")),
            entries=entries_of(adjustment),
            **kwargs,
        )


class FakeOrdersEnter(StaffPage, FormPage):
    """Orders of one merchant on one day that were ruled fake."""

    title = _("Enter fake orders")
    lead = _("They are taken out of the facts, and the scores that they touched are computed again.")
    permission = "adjustment.enter"
    template_name = "staff/fake_orders.html"
    form_class = FakeOrdersForm
    submit_label = _("Take them out")
    success_text = _("Taken out. The scores are being computed again, and whoever moves is told.")
    extra_context = {"other_address": "pages:staff:fake_orders_import", "other_label": _("Import a list instead")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("pages:staff:adjustment_list")
        return super().get_context_data(back_url=back, back_label=_("Corrections of facts"), **kwargs)

    def save(self, form: forms.Form) -> Adjustment:
        return adjustment_services.enter_fake_orders(
            entries=[form.entry],  # type: ignore[attr-defined]
            reason=form.cleaned_data["reason"],
            by=self.request.user,
        )

    def get_success_url(self, saved: Adjustment) -> str:
        return reverse("pages:staff:adjustment_detail", args=[saved.pk])


class FakeOrdersImport(FakeOrdersEnter):
    """A list of them as CSV: all entries or none."""

    title = _("Import fake orders")
    form_class = FakeOrdersFileForm
    extra_context = {"other_address": "pages:staff:fake_orders_enter", "other_label": _("Enter a single day instead")}

    def read_form(self, request: HttpRequest) -> forms.Form:
        return FakeOrdersFileForm(request.POST, request.FILES)

    def save(self, form: forms.Form) -> Adjustment:
        entries = read_fake_orders(form.cleaned_data["file"].read())
        return adjustment_services.enter_fake_orders(
            entries=entries, reason=form.cleaned_data["reason"], by=self.request.user
        )

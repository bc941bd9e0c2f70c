"""Merchants that belong to a provider's own people: the list, one pair, and the feed by which they are found."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import InvalidInput, NotFound
from merchants.registry import identity_services
from merchants.registry.identity_forms import ShopFeedForm, read_shop_rows
from pages.actions import read_version
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.staff.tables_adjustments import RelatedMerchantTable
from providers.registry import selectors as registry
from scoring.facts import related_selectors, related_services
from scoring.facts.adjustment_filters import RelatedMerchantFilter
from scoring.facts.adjustment_forms import RelatedForm
from scoring.facts.related_models import RelatedMerchant


class RelatedMerchantList(StaffPage, ListPage):
    """Merchants whose orders say nothing about a provider."""

    title = _("Related merchants")
    lead = _("A merchant that belongs to a provider's own people. Its orders do not count in that provider's score.")
    permission = "related.view"
    table_class = RelatedMerchantTable
    filterset_class = RelatedMerchantFilter
    template_name = "staff/related_list.html"
    export_name = "related-merchants"
    extra_context = {
        "empty_text": _("No merchant is related to a provider."),
        "empty_hint": _("Every night the registries are compared by owner, phone, account, address and the like."),
    }

    def get_queryset(self) -> Any:
        return related_selectors.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_edit=has_permission(self.request.user, "related.edit"),
            may_import=has_permission(self.request.user, "identifier.import"),
            **kwargs,
        )


class RelatedMerchantDetail(StaffPage, TitledPage):
    """One pair: why, since when, and the way to end it."""

    permission = "related.view"
    template_name = "staff/related_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pair = related_selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if pair is None:
            raise NotFound()
        return super().get_context_data(
            title=f"{pair.provider.name} · {pair.merchant}",
            back_url=reverse("pages:staff:related_list"),
            back_label=_("Related merchants"),
            pair=pair,
            may_end=has_permission(self.request.user, "related.edit") and pair.is_open,
            entries=entries_of(pair),
            **kwargs,
        )


class RelatedMerchantRecord(StaffPage, FormPage):
    """A pair that somebody knows of."""

    title = _("Record a related merchant")
    lead = _("The registries see shared owners, phones and accounts. Enter here what only people know.")
    permission = "related.edit"
    form_class = RelatedForm
    submit_label = _("Record the pair")
    success_text = _("Recorded. From the next run on these orders do not count.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("pages:staff:related_list")
        return super().get_context_data(back_url=back, back_label=_("Related merchants"), **kwargs)

    def save(self, form: forms.Form) -> RelatedMerchant:
        data = form.cleaned_data
        provider = registry.visible_to(self.request.user).filter(code=data["provider"].strip()).first()
        if provider is None:
            raise InvalidInput(_("There is no such provider."), field="provider", remedy=_("Give a provider's code."))
        return related_services.record_related(
            provider_id=provider.pk, merchant=data["merchant"], note=data["note"], by=self.request.user
        )

    def get_success_url(self, saved: RelatedMerchant) -> str:
        return reverse("pages:staff:related_detail", args=[saved.pk])


class RelatedMerchantEnd(StaffPage):
    """The orders of a pair count again."""

    permission = "related.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        pair = related_selectors.visible_to(request.user).filter(pk=pk).first()
        if pair is None:
            raise NotFound()
        note, version = request.POST.get("note", ""), read_version(request)
        related_services.end_related(related_id=pair.pk, by=request.user, note=note, version=version)
        messages.success(request, _("Ended. From the next run on these orders count again."))
        return redirect("pages:staff:related_detail", pair.pk)


class ShopIdentifierImport(StaffPage, FormPage):
    """A feed of what shops are known by; the pairs are looked for right after."""

    title = _("Import what shops are known by")
    lead = _(
        "Values are kept as keyed hashes alone. All rows are taken, or none; then related merchants are looked for."
    )
    permission = "identifier.import"
    template_name = "staff/shop_feed.html"
    form_class = ShopFeedForm
    submit_label = _("Import")
    success_text = _("Imported. Related merchants are being looked for.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("pages:staff:related_list")
        return super().get_context_data(back_url=back, back_label=_("Related merchants"), **kwargs)

    def read_form(self, request: HttpRequest) -> forms.Form:
        return ShopFeedForm(request.POST, request.FILES)

    def save(self, form: forms.Form) -> int:
        rows = read_shop_rows(form.cleaned_data["file"].read())
        return identity_services.import_shop_identifiers(rows=rows, by=self.request.user)

    def get_success_url(self, saved: int) -> str:
        return reverse("pages:staff:related_list")

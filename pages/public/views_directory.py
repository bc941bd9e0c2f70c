"""The provider directory and the page that verifies one provider."""

from typing import Any

import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.exceptions import NotFound
from pages.base import ListPage, TitledPage
from pages.columns import DayColumn, StatusColumn
from pages.public.codes import draw_code
from providers.registry import selectors
from providers.registry.filters import ProviderFilter
from providers.registry.models import Provider


class DirectoryTable(tables.Table):
    name = tables.Column(linkify=("pages:provider_public", {"code": A("code")}))
    code = tables.Column()
    provider_type = tables.Column()
    category = tables.Column()
    region = tables.Column()
    status = StatusColumn()
    admitted_at = DayColumn()

    class Meta:
        model = Provider
        fields = ("name", "code", "provider_type", "category", "region", "status", "admitted_at")
        attrs = {"caption": _("Providers")}
        order_by = "name"


class DirectoryFilter(ProviderFilter):
    """The public sees only providers that may work, so there is no status to choose."""

    status = None


class Directory(ListPage):
    """Who may work for merchants now."""

    title = _("Provider directory")
    lead = _("Every company listed here was admitted and may work for merchants today.")
    table_class = DirectoryTable
    filterset_class = DirectoryFilter
    export_name = "providers"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.GET.get("q", "").strip().upper()
        if code and selectors.verifiable().filter(code=code).exists():
            return redirect("pages:provider_public", code=code)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def get_queryset(self) -> Any:
        return selectors.public_directory()


class ProviderPublic(TitledPage):
    """Who a provider is and whether it may work, with a QR code that leads to its verification."""

    template_name = "public/provider_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = selectors.verifiable().filter(code=kwargs["code"]).first()
        if provider is None:
            raise NotFound()
        return super().get_context_data(
            provider=provider,
            title=provider.name,
            back_url=reverse("pages:provider_directory"),
            back_label=_("Provider directory"),
            **draw_code(provider.code),
            **kwargs,
        )

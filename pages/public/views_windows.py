"""Admission windows and their final lists, open to everybody."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_tables2 import A, SingleTableView

from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages.base import Titled, TitledPage
from pages.columns import DayColumn
from providers.admission.models import Application
from providers.admission.window_selectors import final_list
from providers.windows.models import AdmissionWindow
from providers.windows.selectors import advertised, finished

LISTS_SHOWN = 12


class Windows(TitledPage):
    """Which windows are open or announced, and what they ask; below, the lists that are final."""

    title = _("Admission windows")
    lead = _("When a service provider may apply to be admitted, and what is asked.")
    template_name = "public/window_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(windows=advertised(), finished=finished()[:LISTS_SHOWN], **kwargs)


class FinalListTable(tables.Table):
    provider = tables.Column(
        accessor="provider__name",
        verbose_name=_("Company"),
        linkify=("pages:provider_public", {"code": A("provider__code")}),
    )
    code = tables.Column(accessor="provider__code", verbose_name=_("Code"))
    decided_at = DayColumn(verbose_name=_("Admitted"))

    class Meta:
        model = Application
        fields = ("provider", "code", "decided_at")
        orderable = False
        attrs = {"caption": _("Companies admitted")}


class FinalList(Titled, SingleTableView):
    """Who was admitted in a window, once its list is final; of those who were not, nothing."""

    table_class = FinalListTable
    template_name = "public/window_final.html"
    paginate_by = 50

    @cached_property
    def window(self) -> AdmissionWindow:
        window = finished().filter(code=self.kwargs["code"]).first()
        if window is None:
            raise NotFound()
        return window

    def get_queryset(self) -> Any:
        return final_list(self.window)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=local_text(self.window, "title"),
            lead=_("The final list: who was admitted in this window."),
            window=self.window,
            back_url=reverse("pages:window_list"),
            back_label=_("Admission windows"),
            **kwargs,
        )

"""Tables of the admission windows."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.templatetags.paddock import local_text, number
from pages.columns import MomentColumn, NumberColumn, StatusColumn
from providers.admission.models import Application
from providers.windows.models import AdmissionWindow


class WindowTable(tables.Table):
    code = tables.Column(linkify=("pages:staff:window_detail", {"code": A("code")}))
    title = tables.Column(accessor="title_zh", verbose_name=_("Title"), orderable=False)
    kind = tables.Column()
    status = StatusColumn()
    opens_at = MomentColumn()
    closes_at = MomentColumn()
    received = NumberColumn(verbose_name=_("Applications"))
    waiting = NumberColumn(verbose_name=_("Waiting"))
    standing = NumberColumn(verbose_name=_("Standing still"))
    admitted = NumberColumn(verbose_name=_("Admitted"))

    class Meta:
        model = AdmissionWindow
        fields = (
            "code",
            "title",
            "kind",
            "status",
            "opens_at",
            "closes_at",
            "received",
            "waiting",
            "standing",
            "admitted",
        )
        attrs = {"caption": _("Admission windows")}
        order_by = "-opens_at"

    def render_title(self, record: AdmissionWindow) -> str:
        return local_text(record, "title")

    def render_admitted(self, record: AdmissionWindow, value: int) -> str:
        if record.places is None:
            return number(value)
        return _("%(taken)s of %(places)s") % {"taken": number(value), "places": number(record.places)}

    def value_admitted(self, value: int) -> int:
        return value


class ListOfCompaniesTable(tables.Table):
    """Who was admitted in a window and who was finally rejected."""

    number = tables.Column(
        verbose_name=_("Application"), linkify=("pages:staff:application_case", {"pk": A("pk")}), orderable=False
    )
    company = tables.Column(accessor="provider__name", verbose_name=_("Company"))
    code = tables.Column(accessor="provider__code", verbose_name=_("Code"), orderable=False)
    status = StatusColumn(orderable=False)

    class Meta:
        model = Application
        fields = ("number", "company", "code", "status")
        attrs = {"caption": _("List of companies")}
        orderable = False

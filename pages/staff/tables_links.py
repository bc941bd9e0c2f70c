"""Tables of links and of the barred list."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.templatetags.paddock import percent
from pages.columns import DayColumn, MomentColumn, NumberColumn, StatusColumn
from providers.relations.enums import Reason
from providers.relations.link_models import Link
from providers.relations.models import BarredParty


class StrengthColumn(NumberColumn):
    """A strength in percent; bold where it keeps the applicant out."""

    def render(self, record: Link) -> str | SafeString:
        words = percent(record.strength)
        return format_html("<strong>{}</strong>", words) if record.is_strong else words

    def value(self, record: Link) -> float:
        return record.strength


class LinkTable(tables.Table):
    number = tables.Column(verbose_name=_("Link"), order_by="pk", linkify=("pages:staff:link_detail", {"pk": A("pk")}))
    company = tables.Column(accessor="provider__name", verbose_name=_("Applicant"))
    other = tables.Column(accessor="other__name", verbose_name=_("Barred party"))
    strength = StrengthColumn(verbose_name=_("Strength"))
    reasons = tables.Column(orderable=False, verbose_name=_("Reasons"))
    status = StatusColumn()
    created_at = MomentColumn(verbose_name=_("Found"))

    class Meta:
        model = Link
        fields = ("number", "company", "other", "strength", "reasons", "status", "created_at")
        attrs = {"caption": _("Links to barred parties")}
        order_by = "-strength"

    def render_reasons(self, value: list[str]) -> str:
        return " · ".join(str(Reason(code).label) for code in value)

    def value_reasons(self, value: list[str]) -> str:
        return " ".join(value)


class BarredTable(tables.Table):
    number = tables.Column(
        verbose_name=_("Number"), order_by="pk", linkify=("pages:staff:barred_detail", {"pk": A("pk")})
    )
    name = tables.Column()
    uscc = tables.Column()
    reason = tables.Column(orderable=False)
    until = DayColumn()
    created_at = MomentColumn()

    class Meta:
        model = BarredParty
        fields = ("number", "name", "uscc", "reason", "until", "created_at")
        attrs = {"caption": _("Barred elsewhere")}
        order_by = "-created_at"

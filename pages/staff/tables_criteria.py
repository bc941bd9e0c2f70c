"""Table of the criteria sets."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.templatetags.paddock import local_text
from pages.columns import MomentColumn, NumberColumn, StatusColumn
from providers.criteria.models import CriteriaSet


class CriteriaSetTable(tables.Table):
    number = tables.Column(linkify=("pages:staff:criteria_set_detail", {"number": A("number")}))
    title = tables.Column(verbose_name=_("Title"), empty_values=(), orderable=False)
    status = StatusColumn(verbose_name=_("Status"))
    criteria_count = NumberColumn(verbose_name=_("Criteria"))
    published_at = MomentColumn()
    published_by = tables.Column(verbose_name=_("Published by"), default="—")
    edited_by = tables.Column(verbose_name=_("Last edited by"), default="—")

    class Meta:
        model = CriteriaSet
        fields = ("number", "title", "status", "criteria_count", "published_at", "published_by", "edited_by")
        attrs = {"caption": _("Criteria sets")}
        order_by = "-number"

    def render_title(self, record: CriteriaSet) -> str:
        return local_text(record, "title")

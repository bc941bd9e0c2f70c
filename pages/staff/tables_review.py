"""Tables of the review pages."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from pages.columns import MomentColumn, StatusColumn
from providers.admission.review.models import Review


class ReviewTable(tables.Table):
    number = tables.Column(
        accessor="panel__application__number",
        verbose_name=_("Application"),
        order_by="panel__application",
        linkify=("pages:staff:review_detail", {"pk": A("pk")}),
    )
    company = tables.Column(accessor="panel__application__provider__name", verbose_name=_("Company"))
    round = tables.Column(accessor="panel__round", verbose_name=_("Round"))
    submitted_at = MomentColumn(accessor="panel__application__submitted_at", verbose_name=_("Submitted at"))
    status = StatusColumn()
    finished_at = MomentColumn(verbose_name=_("Ended"))

    class Meta:
        model = Review
        fields = ("number", "company", "round", "submitted_at", "status", "finished_at")
        attrs = {"caption": _("My reviews")}

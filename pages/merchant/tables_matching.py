"""Tables of a merchant's requests and engagements."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from merchants.engagements.models import Engagement
from merchants.requests.models import HelpRequest
from pages.columns import DayColumn, MomentColumn, StatusColumn


class RequestTable(tables.Table):
    code = tables.Column(
        verbose_name=_("Request"), order_by="pk", linkify=("pages:merchant:request_detail", {"pk": A("pk")})
    )
    title = tables.Column()
    goal = tables.Column()
    target_by = DayColumn()
    status = StatusColumn()
    due_at = MomentColumn(verbose_name=_("Clock"))

    class Meta:
        model = HelpRequest
        fields = ("code", "title", "goal", "target_by", "status", "due_at")
        attrs = {"caption": _("Help requests")}


class EngagementTable(tables.Table):
    code = tables.Column(
        verbose_name=_("Engagement"), order_by="pk", linkify=("pages:merchant:engagement_detail", {"pk": A("pk")})
    )
    title = tables.Column(accessor="request__title", verbose_name=_("Title"))
    provider = tables.Column(accessor="provider__name", verbose_name=_("Provider"))
    goal = tables.Column()
    target_by = DayColumn()
    status = StatusColumn()
    started_at = MomentColumn()

    class Meta:
        model = Engagement
        fields = ("code", "title", "provider", "goal", "target_by", "status", "started_at")
        attrs = {"caption": _("Engagements")}

"""Tables of the match desk, engagements and merchants."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.templatetags.paddock import moment
from merchants.engagements.models import Engagement
from merchants.registry.models import Merchant
from merchants.requests.models import HelpRequest
from pages.columns import CountColumn, DayColumn, MomentColumn, NumberColumn, StatusColumn


class DueColumn(MomentColumn):
    """A deadline; one that has passed stands out in words, too."""

    def render(self, record: HelpRequest) -> str | SafeString:  # type: ignore[override]
        if record.due_at is None:
            return "—"
        if record.due_at > timezone.now():
            return moment(record.due_at)
        return format_html("<strong>{} · {}</strong>", moment(record.due_at), _("overdue"))


class MatchDeskTable(tables.Table):
    code = tables.Column(
        verbose_name=_("Request"), order_by="pk", linkify=("pages:staff:match_request", {"pk": A("pk")})
    )
    title = tables.Column()
    merchant = tables.Column(accessor="merchant__name", verbose_name=_("Shop"))
    goal = tables.Column()
    category = tables.Column()
    rooms = NumberColumn()
    status = StatusColumn()
    due_at = DueColumn(verbose_name=_("Clock"))

    class Meta:
        model = HelpRequest
        fields = ("code", "title", "merchant", "goal", "category", "rooms", "status", "due_at")
        attrs = {"caption": _("Match desk")}


class EngagementTable(tables.Table):
    code = tables.Column(
        verbose_name=_("Engagement"), order_by="pk", linkify=("pages:staff:engagement_detail", {"pk": A("pk")})
    )
    title = tables.Column(accessor="request__title", verbose_name=_("Title"))
    merchant = tables.Column(accessor="merchant__name", verbose_name=_("Shop"))
    provider = tables.Column(accessor="provider__name", verbose_name=_("Provider"))
    goal = tables.Column()
    target_by = DayColumn()
    status = StatusColumn()
    started_at = MomentColumn()

    class Meta:
        model = Engagement
        fields = ("code", "title", "merchant", "provider", "goal", "target_by", "status", "started_at")
        attrs = {"caption": _("Engagements")}


class MerchantTable(tables.Table):
    code = tables.Column(linkify=("pages:staff:merchant_detail", {"code": A("code")}))
    name = tables.Column()
    merchant_type = tables.Column()
    category = tables.Column()
    region = tables.Column()
    followers = CountColumn()
    stage = tables.Column()

    class Meta:
        model = Merchant
        fields = ("code", "name", "merchant_type", "category", "region", "followers", "stage")
        attrs = {"caption": _("Merchants")}
        order_by = "code"

"""Merchants and engagements as staff see them."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.audit.selectors import entries_of
from common.exceptions import NotFound
from merchants.engagements import selectors as engagements
from merchants.engagements.filters import EngagementPartiesFilter
from merchants.engagements.models import Engagement
from merchants.registry import selectors
from merchants.registry.filters import MerchantFilter
from merchants.registry.models import Merchant
from merchants.requests import selectors as requests
from pages.base import ListPage, StaffPage, TitledPage
from pages.engagements import build_engagement
from pages.staff.tables_matching import EngagementTable, MerchantTable


class MerchantList(StaffPage, ListPage):
    """All shops of the portal."""

    title = _("Merchants")
    lead = _("Shops that signed in to ask for help.")
    permission = "merchant.view"
    table_class = MerchantTable
    filterset_class = MerchantFilter
    saved_as = "merchants"
    export_name = "merchants"

    def get_queryset(self) -> QuerySet[Merchant]:
        return selectors.visible_to(self.request.user)


class MerchantDetail(StaffPage, TitledPage):
    """One shop with its requests and engagements."""

    permission = "merchant.view"
    template_name = "staff/merchant_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        merchant = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if merchant is None:
            raise NotFound()
        return super().get_context_data(
            title=merchant.name,
            back_url=reverse("pages:staff:merchant_list"),
            back_label=_("Merchants"),
            merchant=merchant,
            requests=requests.visible_to(self.request.user).filter(merchant=merchant)[:20],
            engagements=engagements.visible_to(self.request.user).filter(merchant=merchant)[:20],
            entries=entries_of(merchant),
            **kwargs,
        )


class EngagementList(StaffPage, ListPage):
    """All engagements."""

    title = _("Engagements")
    lead = _("Who works for whom, on what, since when.")
    permission = "engagement.view"
    table_class = EngagementTable
    filterset_class = EngagementPartiesFilter
    export_name = "engagements"

    def get_queryset(self) -> QuerySet[Engagement]:
        return engagements.visible_to(self.request.user)


class EngagementDetail(StaffPage, TitledPage):
    """One engagement, to read."""

    permission = "engagement.view"
    template_name = "staff/engagement_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        engagement = engagements.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if engagement is None:
            raise NotFound()
        return super().get_context_data(
            title=engagement.request.title,
            lead=_("%(provider)s for %(shop)s")
            % {"provider": engagement.provider.name, "shop": engagement.merchant.name},
            back_url=reverse("pages:staff:engagement_list"),
            back_label=_("Engagements"),
            request_url=reverse("pages:staff:match_request", args=[engagement.request_id]),
            **build_engagement(engagement, self.request.user),
            **kwargs,
        )

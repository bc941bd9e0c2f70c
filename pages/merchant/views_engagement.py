"""A merchant's engagements."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from merchants.engagements import selectors
from merchants.engagements.filters import EngagementFilter
from merchants.engagements.models import Engagement
from merchants.engagements.services import ACTIONS
from merchants.engagements.states import ENGAGEMENT
from pages.actions import ActionView
from pages.base import ListPage, TitledPage
from pages.engagements import DONE, build_engagement
from pages.merchant.base import OwnMerchantPage
from pages.merchant.tables_matching import EngagementTable


class EngagementList(OwnMerchantPage, ListPage):
    """All engagements of the shop."""

    title = _("Engagements")
    lead = _("Who works for you, on what, since when.")
    permission = "engagement.view"
    table_class = EngagementTable
    filterset_class = EngagementFilter
    export_name = "engagements"

    def get_queryset(self) -> QuerySet[Engagement]:
        return selectors.visible_to(self.request.user).filter(merchant=self.merchant)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            empty_text=_("Nobody works for you yet."),
            empty_hint=_("An engagement begins when an invited provider accepts."),
            **kwargs,
        )


class EngagementPage(OwnMerchantPage):
    """What the pages of one engagement share."""

    permission = "engagement.view"

    def get_object(self) -> Engagement:
        own = selectors.visible_to(self.request.user).filter(merchant=self.merchant)
        found = own.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found


class EngagementDetail(EngagementPage, TitledPage):
    """Goal, progress, traders and the timeline."""

    template_name = "merchant/engagement_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        engagement = self.get_object()
        return super().get_context_data(
            title=engagement.request.title,
            lead=_("With %(provider)s") % {"provider": engagement.provider.name},
            back_url=reverse("pages:merchant:engagement_list"),
            back_label=_("Engagements"),
            action_url=reverse("pages:merchant:engagement_act", args=[engagement.pk]),
            request_url=reverse("pages:merchant:request_detail", args=[engagement.request_id]),
            **build_engagement(engagement, self.request.user),
            **kwargs,
        )


class EngagementAct(EngagementPage, ActionView):
    """Pause, resume, complete or terminate."""

    table = ENGAGEMENT
    actions = ACTIONS
    id_name = "engagement_id"
    done = DONE

    def get_success_url(self, subject: Engagement) -> str:
        return reverse("pages:merchant:engagement_detail", args=[subject.pk])

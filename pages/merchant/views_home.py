"""The merchant home page: one door to ask for help, the requests on their way, the engagements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from merchants.clocks import business_day
from merchants.engagements import selectors as engagements
from merchants.engagements.models import Engagement
from merchants.requests import selectors as requests
from merchants.requests.models import HelpRequest
from pages.base import TitledPage
from pages.matching_words import describe_state
from pages.merchant.base import OwnMerchantPage
from pages.waiting import SHOWN, Section, Waiting, say_days, say_left


class Home(OwnMerchantPage, TitledPage):
    """Where we stand and what is due."""

    permission = "merchant.view"
    template_name = "merchant/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        merchant, now, user = self.merchant, timezone.now(), self.request.user
        on_way = list(requests.in_progress(user).filter(merchant=merchant))
        running = list(engagements.running(user).filter(merchant=merchant))
        return super().get_context_data(
            title=merchant.name,
            lead=_("Say what you need; within minutes you get providers that fit, with reasons for and against each."),
            merchant=merchant,
            may_ask=self.may("request.edit"),
            is_new=not on_way and not running and not merchant.help_requests.exists(),
            requests=list_requests(on_way, now),
            engagements=list_engagements(running, now),
            **kwargs,
        )


def list_requests(on_way: Sequence[HelpRequest], now: datetime) -> Section:
    """Drafts and requests on their way, the most urgent clock first."""
    entries = [
        Waiting(
            title=one.title,
            note=describe_state(one),
            url=reverse("pages:merchant:request_detail", args=[one.pk]),
            clock=say_left(one.due_at, now) if one.due_at else "",
            late=one.due_at is not None and one.due_at <= now,
            about=one,
        )
        for one in on_way[:SHOWN]
    ]
    return Section(
        key="requests",
        title=_("Requests on their way"),
        entries=entries,
        total=len(on_way),
        empty=_("No request is on its way."),
        url=reverse("pages:merchant:request_list"),
        link=_("All requests"),
    )


def list_engagements(running: Sequence[Engagement], now: datetime) -> Section:
    """The work that goes on, the nearest target first."""
    today = business_day(now)
    entries = [
        Waiting(
            title=one.request.title,
            note=one.provider.name,
            url=reverse("pages:merchant:engagement_detail", args=[one.pk]),
            clock=_("target %(when)s") % {"when": say_days(one.target_by, today)},
            late=one.target_by < today,
            about=one,
        )
        for one in running[:SHOWN]
    ]
    return Section(
        key="engagements",
        title=_("Engagements"),
        entries=entries,
        total=len(running),
        empty=_("No engagement yet. It opens when a provider accepts your invitation."),
        url=reverse("pages:merchant:engagement_list"),
        link=_("All engagements"),
    )

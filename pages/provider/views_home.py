"""The provider home page: where we stand, the next best step, what waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.exceptions import NotFound
from common.templatetags.paddock import day, number
from merchants.clocks import business_day
from merchants.engagements import selectors as engagements
from merchants.engagements.models import Engagement
from merchants.matching import selectors as matching
from merchants.matching.models import Invitation
from pages.base import ProviderPage, TitledPage
from pages.charts_scoring import interval_text
from pages.provider.next_step import find_next_step
from pages.waiting import SHOWN, Section, Waiting, say_days, say_left
from providers.admission.selectors import history_of as applications_of
from providers.conduct import selectors as conduct
from providers.documents.selectors import due_of
from providers.enums import Capability
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider
from providers.registry.selectors import of_organisation
from scoring.capabilities import selectors as capabilities
from scoring.capabilities.models import Scorecard
from scoring.capabilities.moves import shown_total, signed
from scoring.seasons import selectors as seasons
from scoring.seasons import words
from scoring.seasons.models import Standing

LEADS: dict[str, str | Promise] = {
    ProviderStatus.REGISTERED: gettext_lazy("You are registered and not admitted yet. Merchants cannot find you."),
    ProviderStatus.PROBATION: gettext_lazy("You are on probation: you may work, and what you do now decides."),
    ProviderStatus.ADMITTED: gettext_lazy("You are admitted and may work for merchants."),
    ProviderStatus.SUSPENDED: gettext_lazy("You are suspended and take no new work."),
    ProviderStatus.CLEARED_OUT: gettext_lazy("You were cleared out."),
}


class Home(ProviderPage, TitledPage):
    """Where we stand and what is due."""

    permission = "provider.view"
    template_name = "provider/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = of_organisation(self.organisation.pk)
        if provider is None:
            raise NotFound()
        now, user = timezone.now(), self.request.user
        invitations = list(matching.pending(user).filter(provider=provider))
        running = list(engagements.running(user).filter(provider=provider))
        workloads = engagements.workloads_of(provider.pk)
        card = capabilities.current_card_of(provider.pk)
        standing = find_standing(provider)
        return super().get_context_data(
            title=provider.name,
            lead=LEADS[provider.status],
            provider=provider,
            step=find_next_step(
                provider,
                application=applications_of(provider).first(),
                invitations=invitations,
                trader_count=len(workloads),
                card=card,
                now=now,
                notice=conduct.notice_to_answer(provider),
                contract=conduct.contract_to_sign(provider),
                documents=due_of(provider, business_day(now)),
            ),
            card=card,
            score_hint=say_score_hint(card),
            moved=say_moved(card),
            standing=standing,
            place=words.say_place(standing) if standing else "",
            place_hint=words.say_rank_interval(standing) if standing else "",
            spare=sum(workload.spare for workload in workloads),
            trader_count=len(workloads),
            capability_chart=draw_capabilities(card) if card and card.is_assessed else None,
            invitations=list_invitations(invitations, now),
            engagements=list_engagements(running, now),
            **kwargs,
        )


def find_standing(provider: Provider) -> Standing | None:
    """The provider's newest place in the season that is shown."""
    season = seasons.shown_season()
    tracks = seasons.own_tracks(provider.pk, season) if season else []
    return seasons.places_of(provider.pk, tracks[0]).first() if tracks else None


def say_score_hint(card: Scorecard | None) -> str:
    """The interval of the score and its day, or why there is none."""
    if card is None:
        return _("no score run covers you yet")
    if not card.is_assessed:
        return str(card.get_reason_display())
    if card.lower is None:
        return _("as of %(day)s") % {"day": day(card.run.as_of)}
    return _("%(interval)s, as of %(day)s") % {
        "interval": interval_text(card.lower, card.upper),
        "day": day(card.run.as_of),
    }


def say_moved(card: Scorecard | None) -> dict[str, str]:
    """By how much the score moved since the scorecard to compare with, and since when; empty when unknown."""
    before = capabilities.card_to_compare(card) if card else None
    change = shown_total(before, card) if card and before else None
    if before is None or change is None:
        return {}
    return {"text": signed(change), "since": _("since %(day)s") % {"day": day(before.run.as_of)}}


def draw_capabilities(card: Scorecard) -> dict[str, Any]:
    """The five capabilities as points with their intervals."""
    columns = zip(Capability, card.capability_scores, card.capability_lowers, card.capability_uppers, strict=True)
    rows = [
        {"name": str(capability.label), "value": score, "lower": lower, "upper": upper}
        for capability, score, lower, upper in columns
    ]
    return {
        "kind": "intervals",
        "label": _("The five capabilities"),
        "data": {"rows": rows, "cuts": [], "min": 0, "max": 100},
        "head": [_("Capability"), _("Score"), _("Interval")],
        "rows": [[row["name"], number(row["value"], 1), interval_text(row["lower"], row["upper"])] for row in rows],
    }


def list_invitations(invitations: Sequence[Invitation], now: datetime) -> Section:
    """What waits for a yes or no, by its clock."""
    entries = [
        Waiting(
            title=one.request.title,
            note=f"{one.request.merchant.name} · {one.request.get_goal_display()}",
            url=reverse("pages:provider:invitation_detail", args=[one.pk]),
            clock=say_left(one.expires_at, now),
            late=one.expires_at <= now,
        )
        for one in invitations[:SHOWN]
    ]
    return Section(
        key="invitations",
        title=_("Invitations to answer"),
        entries=entries,
        total=len(invitations),
        empty=_("No invitation waits. You will see one here the moment a merchant chooses you."),
        url=reverse("pages:provider:invitation_list"),
        link=_("All invitations"),
    )


def list_engagements(running: Sequence[Engagement], now: datetime) -> Section:
    """The work that goes on, the nearest target first."""
    today = business_day(now)
    entries = [
        Waiting(
            title=one.request.title,
            note=f"{one.merchant.name} · {one.get_goal_display()}",
            url=reverse("pages:provider:engagement_detail", args=[one.pk]),
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
        empty=_("No engagement yet. It opens when you accept an invitation."),
        url=reverse("pages:provider:engagement_list"),
        link=_("All engagements"),
    )

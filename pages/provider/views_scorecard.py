"""The provider's own scorecard and place in the race."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.exceptions import NotFound
from pages.base import ProviderPage, TitledPage
from pages.card_tabs import MoveTab, NextStepsTab, OutlookTab, PeersTab, WhatIfTab
from pages.charts_scoring import draw_places, interval_text
from pages.race import choose_night, describe_chances
from pages.scorecards import describe_card
from providers.registry.models import Provider
from providers.registry.selectors import of_organisation
from scoring.capabilities import selectors
from scoring.capabilities.models import Scorecard
from scoring.seasons import selectors as seasons
from scoring.seasons import words
from scoring.seasons.ban_selectors import rule_of_bans, standing_bans
from scoring.seasons.ban_words import say_ban
from scoring.seasons.duty_selectors import progress_of
from scoring.seasons.duty_words import describe_progress
from scoring.seasons.models import Season, Standing, Track
from scoring.seasons.track_words import describe_tracks
from scoring.seasons.verdict_selectors import own_verdicts


class OwnProviderPage(ProviderPage):
    """A page about the viewer's own provider."""

    permission = "scorecard.view"

    @cached_property
    def provider(self) -> Provider:
        provider = of_organisation(self.organisation.pk)
        if provider is None:
            raise NotFound()
        return provider


class OwnCardPage(OwnProviderPage):
    """A page about a scorecard of the viewer's own provider."""

    title = _("Scorecard")
    space = "pages:provider"
    overview = "pages:provider:scorecard_of_run"

    @cached_property
    def card(self) -> Scorecard:
        """The scorecard that the address names, else the present one; raises NotFound when there is none."""
        pk = self.kwargs.get("pk")
        cards = selectors.scorecards_visible_to(self.request.user).select_related("peer_group")
        own = cards.filter(provider=self.provider)
        card = own.filter(pk=pk).first() if pk else own.filter(run=selectors.current_run()).first()
        if card is None:
            raise NotFound()
        return card


class ScorecardPage(OwnCardPage, TitledPage):
    """The present scorecard, or an earlier one."""

    template_name = "provider/scorecard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            details = describe_card(self.card, self.space, self.overview)
            details["facts_url"] = reverse("pages:provider:fact_list")
        except NotFound:
            if self.kwargs.get("pk"):
                raise
            details = {"provider": self.provider}
        return super().get_context_data(**details, **kwargs)


class CardMove(OwnCardPage, MoveTab):
    """Why the own score moved."""


class CardPeers(OwnCardPage, PeersTab):
    """The own distance to the peers."""


class CardNextSteps(OwnCardPage, NextStepsTab):
    """The own next steps."""


class CardWhatIf(OwnCardPage, WhatIfTab):
    """What if the own figures were others."""


class CardOutlook(OwnCardPage, OutlookTab):
    """The own score in the days to come."""


class Race(OwnProviderPage, TitledPage):
    """The own place, its movement and the distance to the lines."""

    title = _("Race")
    template_name = "provider/race.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season = seasons.shown_season()
        context: dict[str, Any] = {
            "season": season,
            "provider": self.provider,
            "announced": seasons.announced(),
            "verdicts": own_verdicts(self.provider.pk)[:6],
            "may_comment": self.may("season.comment"),
        }
        bans = standing_bans([self.organisation.pk], business_day(timezone.now()))
        context["bans"] = [say_ban(ban, rule_of_bans(season) if season else None) for ban in bans]
        if season is not None:
            own = seasons.own_tracks(self.provider.pk, season)
            track = next((one for one in own if one.key == self.request.GET.get("track")), own[0] if own else None)
            places = list(seasons.places_of(self.provider.pk, track)[:90]) if track else []
            standing = choose_night(places, self.request.GET.get("day", ""))
            context |= {
                "track": track,
                "own_tracks": own,
                "tracks": describe_tracks(own),
                "open_track": track.key if track else "",
                "divisions": seasons.divisions_of(self.provider.pk)[:12],
                "standing": standing,
                **(describe_place(standing) | describe_chances(standing, track) if standing and track else {}),
                "nights": places[:8],
                "places": draw_places(places),
                "duties": describe_duties(season, track, self.provider.pk) if track else [],
                "around": seasons.neighbours_of(standing) if standing else [],
            }
        return super().get_context_data(**context, **kwargs)


def describe_duties(season: Season, track: Track, provider_id: int) -> list[dict[str, object]]:
    """How far the provider is on the duties of its track."""
    return [describe_progress(one) for one in progress_of(season, track, [provider_id])[provider_id]]


def describe_place(standing: Standing) -> dict[str, str]:
    """The figures on top of the race page."""
    return {
        "place_text": words.say_place(standing),
        "place_hint": words.say_ranked(standing.night.ranked_count),
        "movement_text": words.say_movement(standing),
        "interval_hint": "" if standing.lower is None else interval_text(standing.lower, standing.upper),
        "promotion_text": words.say_gap(standing.to_promotion),
        "promotion_hint": words.say_promotion(standing),
        "relegation_text": words.say_gap(standing.above_relegation),
        "relegation_hint": words.say_relegation(standing),
    }

"""All places of one night with what staff alone may read: the odds of every provider."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from common.templatetags.paddock import day, local_text
from pages.base import ListPage
from pages.charts_seasons import draw_cut_line
from pages.columns import NumberColumn
from pages.place_columns import OddsColumns, PlaceColumns, idle_columns
from pages.staff.views_season import SeasonPage, read_day
from scoring.seasons import chance_words, policies, selectors
from scoring.seasons.filters import NightFilter
from scoring.seasons.models import Standing, StandingNight, Track


class PlaceTable(PlaceColumns, OddsColumns):
    place = NumberColumn(verbose_name=_("Place"))
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", order_by="provider__name")
    code = tables.Column(
        verbose_name=_("Code"),
        accessor="provider__code",
        order_by="provider__code",
        linkify=lambda record: reverse("pages:staff:provider_detail", args=[record.provider_id]),
    )

    class Meta:
        model = Standing
        fields = (
            "place",
            "provider",
            "code",
            "score",
            "interval",
            "rank_interval",
            "odds_promotion",
            "odds_play_off",
            "odds_stay",
            "odds_relegation",
            "movement",
            "to_promotion",
            "above_relegation",
            "evidence",
            "decided_by",
        )
        attrs = {"caption": _("Standings"), "class": "board"}


class PlaceList(SeasonPage, ListPage):
    """The places of one night of one track, by default the newest."""

    title = _("Places and odds")
    table_class = PlaceTable
    filterset_class = NightFilter
    template_name = "staff/place_list.html"
    export_name = "places"
    table_pagination = {"per_page": 50}
    extra_context = {"empty_text": _("There are no places for this day.")}

    @cached_property
    def track(self) -> Track:
        return selectors.track_of(self.season, self.request.GET.get("track", ""))

    @cached_property
    def rules(self) -> policies.TrackRules:
        return policies.read_rules(self.track.rules)

    @cached_property
    def night(self) -> StandingNight | None:
        wanted = read_day(self.request.GET.get("day", ""))
        night = selectors.night_of(self.track, wanted)
        if night is None and wanted is not None:
            raise NotFound()
        return night

    def get_queryset(self) -> Any:
        return selectors.ranked_of(self.night) if self.night else Standing.objects.none()

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"night": self.night, "rules": self.rules, "exclude": idle_columns(self.night, self.rules)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season, night = self.season, self.night
        rows = list(selectors.near_lines(night)) if night else []
        return super().get_context_data(
            lead=f"{local_text(season, 'name')} · {local_text(self.track, 'name')}"
            + (f" · {day(night.day)}" if night else ""),
            back_url=reverse("pages:staff:season_detail", args=[season.pk]),
            back_label=local_text(season, "name"),
            season=season,
            track=self.track,
            tracks=list(selectors.tracks_of(season)),
            night=night,
            nights=selectors.nights_of(self.track)[:12],
            chart=draw_cut_line(night, rows, self.rules, odds=True) if night else None,
            notes=[chance_words.explain_ranks(night), chance_words.explain_odds(night)] if night else [],
            **kwargs,
        )

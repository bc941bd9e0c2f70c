"""The boards, open to everybody: places by night, and the rule behind them."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from accounts.permissions import organisation_ids_with
from common.exceptions import NotFound
from common.forms import DayInput
from common.templatetags.paddock import local_text
from pages.base import ListPage, TitledPage
from pages.charts_scoring import draw_board
from pages.columns import NumberColumn
from pages.place_columns import PlaceColumns, idle_columns
from scoring.capabilities.rules import describe_rule
from scoring.seasons import policies, selectors
from scoring.seasons.chance_words import explain_ranks
from scoring.seasons.enums import PUBLIC_SEASONS, SeasonStatus
from scoring.seasons.filters import NightFilter
from scoring.seasons.models import Season, Standing, StandingNight, Track
from scoring.seasons.pinning import describe_entries, write_canonical
from scoring.seasons.track_words import describe_tracks
from scoring.seasons.words import describe_pinned, order_words


class BoardTable(PlaceColumns):
    place = NumberColumn(verbose_name=_("Place"))
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", order_by="provider__name")
    code = tables.Column(
        verbose_name=_("Code"),
        accessor="provider__code",
        orderable=False,
        linkify=lambda record: reverse("pages:provider_public", args=[record.provider.code]),
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
            "movement",
            "to_promotion",
            "above_relegation",
            "evidence",
            "decided_by",
        )
        attrs = {"caption": _("Standings"), "class": "board"}


class DayForm(forms.Form):
    """The day picker."""

    day = forms.DateField(label=_("Day"), required=False, widget=DayInput())


class Boards(TitledPage):
    """All public seasons."""

    title = _("Boards")
    lead = _("Who stands where, every night, with the rules that decide it.")
    template_name = "public/board_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        public = list(Season.objects.filter(status__in=PUBLIC_SEASONS).select_related("scoring_model"))
        return super().get_context_data(
            seasons=[season for season in public if season.status != SeasonStatus.ARCHIVED],
            archived=[season for season in public if season.status == SeasonStatus.ARCHIVED],
            **kwargs,
        )


class BoardPage:
    """What the public pages of one season share."""

    kwargs: dict[str, Any]

    @cached_property
    def season(self) -> Season:
        public = Season.objects.filter(status__in=PUBLIC_SEASONS).select_related("scoring_model")
        season = public.filter(code=self.kwargs["code"]).first()
        if season is None:
            raise NotFound()
        return season


class Board(BoardPage, ListPage):
    """The places of one night: tonight's, or those of any past day."""

    table_class = BoardTable
    filterset_class = NightFilter
    template_name = "public/board.html"
    export_name = "board"
    table_pagination = {"per_page": 50}

    @cached_property
    def track(self) -> Track:
        return selectors.track_of(self.season, self.request.GET.get("track", ""))

    @cached_property
    def day_form(self) -> DayForm:
        return DayForm(self.request.GET or None)

    @cached_property
    def night(self) -> StandingNight | None:
        wanted = self.day_form.cleaned_data.get("day") if self.day_form.is_valid() else None
        return selectors.night_of(self.track, wanted)

    def get_queryset(self) -> Any:
        return selectors.ranked_of(self.night) if self.night else Standing.objects.none()

    def get_table_kwargs(self) -> dict[str, Any]:
        rules = policies.read_rules(self.track.rules)
        return {"night": self.night, "rules": rules, "exclude": idle_columns(self.night, rules)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        night = self.night
        return super().get_context_data(
            title=local_text(self.season, "name"),
            season=self.season,
            track=self.track,
            tracks=list(selectors.tracks_of(self.season)),
            night=night,
            day_form=DayForm(initial={"day": night.day}) if night else self.day_form,
            first_key=order_words(policies.read_rules(self.track.rules))[0],
            nights=selectors.nights_of(self.track)[:8],
            ranks_note=explain_ranks(night) if night else "",
            chart=draw_board(night, list(selectors.ranked_of(night)[:20])) if night else None,
            back_url=reverse("pages:board_list"),
            back_label=_("Boards"),
            empty_text=_("There are no places for this day."),
            **kwargs,
        )


class BoardRules(BoardPage, TitledPage):
    """The rule of a season: dates, order, settlement, scoring model."""

    template_name = "public/board_rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season = self.season
        return super().get_context_data(
            title=gettext("Rules of %(season)s") % {"season": local_text(season, "name")},
            back_url=reverse("pages:board", args=[season.code]),
            back_label=local_text(season, "name"),
            season=season,
            tracks=describe_tracks(selectors.counted_tracks(season)),
            model=season.scoring_model,
            rule=describe_rule(season.scoring_model.rule),
            pinned=describe_pinned(season),
            comments=selectors.comments_of(season, self.request.user),
            may_comment=bool(organisation_ids_with(self.request.user, "season.comment")),
            **kwargs,
        )


class BoardPinned(BoardPage, View):
    """What the digest of the rules covers, byte by byte."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return HttpResponse(write_canonical(self.season.pinned), content_type="application/json; charset=utf-8")


class BoardEntries(BoardPage, View):
    """What the digest of the field covers, byte by byte: who raced where from the start."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        body = write_canonical(describe_entries(self.season))
        return HttpResponse(body, content_type="application/json; charset=utf-8")

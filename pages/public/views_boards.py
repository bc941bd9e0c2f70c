"""The boards, open to everybody: places by night, and the rule behind them."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from common.days import business_day
from common.exceptions import NotFound
from common.forms import DayInput
from common.templatetags.paddock import local_text
from pages.base import ListPage, TitledPage
from pages.charts_scoring import draw_board
from pages.place_columns import PlaceColumns, idle_columns
from pages.public.tables_boards import RowTable, equip
from scoring.capabilities.rules import describe_rule
from scoring.seasons import board_selectors, policies, selectors
from scoring.seasons.ban_selectors import rule_of_bans, standing_bans
from scoring.seasons.ban_words import say_ban, say_bans_rule
from scoring.seasons.board_words import describe_board
from scoring.seasons.chance_words import explain_ranks
from scoring.seasons.enums import PUBLIC_SEASONS, BoardKind, SeasonStatus
from scoring.seasons.filters import NightFilter
from scoring.seasons.models import Season, Standing, StandingNight, Track
from scoring.seasons.pinning import describe_entries, write_canonical
from scoring.seasons.track_words import describe_tracks
from scoring.seasons.words import describe_pinned, order_words


class BoardTable(PlaceColumns, RowTable):
    class Meta(RowTable.Meta):
        model = Standing
        fields = (
            *("place", "provider", "score", "interval", "rank_interval", "movement", "to_promotion"),
            *("above_relegation", "evidence", "decided_by", "code", "links"),
        )


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


def embed_address(season: Season, kind: BoardKind, track: Track | None) -> str:
    """The absolute address of a board's frame, in the reader's language."""
    query = {"lang": get_language() or settings.LANGUAGE_CODE, **({"track": track.key} if track else {})}
    return f"{settings.BASE_URL}{reverse('pages:board_embed', args=[season.code, kind])}?{urlencode(query)}"


def own_bans(season: Season, user: User | AnonymousUser) -> list[list[str]]:
    """The bans of the viewer's own companies that are not over, in sentences."""
    own = board_selectors.own_organisations(user)
    if not own:
        return []
    bans = standing_bans(own, business_day(timezone.now()))
    return [say_ban(ban, rule_of_bans(season)) for ban in bans]


class Board(BoardPage, ListPage):
    """The places of one night: tonight's, or those of any past day."""

    table_class = BoardTable
    filterset_class = NightFilter
    template_name = "public/board.html"
    export_name = "board"
    table_pagination = {"per_page": 50}
    exclude_columns = ("links",)

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
        return (
            board_selectors.standings_shown_to(self.night, self.request.user) if self.night else Standing.objects.none()
        )

    def get_table(self, **kwargs: Any) -> Any:
        return self.equipped(super().get_table(**kwargs))

    def equipped(self, table: Any) -> Any:
        """The table as the viewer may see it."""
        user = self.request.user
        return equip(
            table,
            kind=BoardKind.COMPREHENSIVE,
            season_code=self.season.code,
            own=board_selectors.own_organisations(user),
            staff=has_permission(user, "scorecard.view"),
        )

    def own_table(self) -> Any:
        """The viewer's own rows, whatever page they stand on; None for a stranger and for who has none."""
        own = board_selectors.own_organisations(self.request.user)
        if self.night is None or not own:
            return None
        rows = list(board_selectors.standings_with_bans(self.night).filter(provider__organisation__in=own))
        return (
            self.equipped(BoardTable(rows, orderable=False, prefix="own-", **self.get_table_kwargs())) if rows else None
        )

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
            chart=draw_board(night, list(self.get_queryset()[:20])) if night else None,
            kinds=board_selectors.known_kinds(self.season),
            kind=BoardKind.COMPREHENSIVE,
            embed_url=embed_address(self.season, BoardKind.COMPREHENSIVE, self.track),
            own_table=self.own_table(),
            bans=own_bans(self.season, self.request.user),
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
            boards=[describe_board(kind) for kind in BoardKind],
            bans_rule=say_bans_rule(rule_of_bans(season)),
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

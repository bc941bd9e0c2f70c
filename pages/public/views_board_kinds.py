"""The boards by kind: a night of one, with the viewer's own row on top."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.exceptions import NotFound
from pages.base import ListPage
from pages.public.tables_boards import KindTable, equip, table_of
from pages.public.views_boards import BoardPage, DayForm, embed_address, own_bans
from scoring.seasons import board_selectors, selectors
from scoring.seasons.board_filters import BoardRowFilter
from scoring.seasons.board_models import BoardNight, BoardRow
from scoring.seasons.board_words import describe_board
from scoring.seasons.enums import SEASON_BOARDS, STORED_BOARDS, BoardKind
from scoring.seasons.models import Track


class KindBoard(BoardPage, ListPage):
    """One board beside the comprehensive one: tonight's, or that of any past day."""

    filterset_class = BoardRowFilter
    template_name = "public/board_kind.html"
    table_pagination = {"per_page": 50}
    exclude_columns = ("evidence",)

    @cached_property
    def kind(self) -> BoardKind:
        """The board that the address names; raises NotFound for another word."""
        wanted = self.kwargs["kind"]
        if wanted not in STORED_BOARDS:
            raise NotFound()
        return BoardKind(wanted)

    @property
    def export_name(self) -> str:
        return f"{self.season.code}-{self.kind}"

    @cached_property
    def track(self) -> Track | None:
        if self.kind in SEASON_BOARDS:
            return None
        return selectors.track_of(self.season, self.request.GET.get("track", ""))

    @cached_property
    def day_form(self) -> DayForm:
        return DayForm(self.request.GET or None)

    @cached_property
    def night(self) -> BoardNight | None:
        wanted = self.day_form.cleaned_data.get("day") if self.day_form.is_valid() else None
        return board_selectors.night_of(self.season, self.kind, self.track, wanted)

    def get_queryset(self) -> QuerySet[BoardRow]:
        if self.night is None:
            return board_selectors.no_rows()
        return board_selectors.shown_to(board_selectors.rows_of(self.night), self.request.user)

    def get_table_class(self) -> type[KindTable]:
        return table_of(self.kind)

    def get_table(self, **kwargs: Any) -> Any:
        return self.equipped(super().get_table(**kwargs))

    def equipped(self, table: Any) -> Any:
        """The table as the viewer may see it."""
        user = self.request.user
        return equip(
            table,
            kind=self.kind,
            season_code=self.season.code,
            own=board_selectors.own_organisations(user),
            staff=has_permission(user, "scorecard.view"),
        )

    def own_table(self) -> Any:
        """The viewer's own rows, whatever page they stand on; None for a stranger and for who has none."""
        if self.night is None or not board_selectors.own_organisations(self.request.user):
            return None
        rows = list(board_selectors.own_rows(board_selectors.rows_of(self.night), self.request.user))
        return self.equipped(self.get_table_class()(rows, orderable=False, prefix="own-")) if rows else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        night = self.night
        words = describe_board(self.kind)
        return super().get_context_data(
            title=words.name,
            lead=words.lead,
            words=words,
            season=self.season,
            track=self.track,
            tracks=list(selectors.tracks_of(self.season)) if self.track else [],
            kinds=board_selectors.known_kinds(self.season),
            kind=self.kind,
            embed_url=embed_address(self.season, self.kind, self.track),
            night=night,
            day_form=DayForm(initial={"day": night.day}) if night else self.day_form,
            nights=board_selectors.nights_of(self.season, self.kind, self.track)[:8],
            own_table=self.own_table(),
            bans=own_bans(self.season, self.request.user),
            back_url=reverse("pages:board_list"),
            back_label=_("Boards"),
            empty_text=_("Nobody is on this board on this day."),
            **kwargs,
        )

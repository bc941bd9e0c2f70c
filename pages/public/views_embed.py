"""A board for other people's pages: the only address that may stand in a frame. No session, no script, cacheable."""

from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic.base import ContextMixin, View

from common.exceptions import NotFound
from pages.public.views_boards import BoardPage, DayForm
from scoring.seasons import board_selectors, selectors
from scoring.seasons.board_models import BoardRow
from scoring.seasons.board_words import describe_board, say_value
from scoring.seasons.enums import SEASON_BOARDS, BoardKind
from scoring.seasons.models import Standing
from scoring.seasons.words import say_movement

MOST_ROWS, ROWS = 50, 10
KEPT_SECONDS = 600


@method_decorator(xframe_options_exempt, name="dispatch")
@method_decorator(csp_replace({"frame-ancestors": ["*"], "script-src": None, "connect-src": None}), name="dispatch")
class BoardEmbed(BoardPage, ContextMixin, View):
    """The first places of a board as everybody sees them; `lang`, `track`, `day` and `rows` stand in the address."""

    http_method_names = ["get", "head"]
    template_name = "public/board_embed.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(self.language()):
            # Without the request: what knows the reader has no place in what everybody's caches keep.
            response = HttpResponse(render_to_string(self.template_name, self.get_context_data(**kwargs)))
        # Middleware asked who is there; this answer does not depend on it, so caches need not tell readers apart.
        request.session.accessed = False
        patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
        return response

    def language(self) -> str:
        """The language that the address names, else the portal's own; never the reader's, whom no cache knows."""
        wanted = self.request.GET.get("lang", "")
        return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind, season = self.kind(), self.season
        track = None if kind in SEASON_BOARDS else selectors.track_of(season, self.request.GET.get("track", ""))
        form = DayForm(self.request.GET)
        day = form.cleaned_data.get("day") if form.is_valid() else None
        night, rows = None, []
        if kind == BoardKind.COMPREHENSIVE and track is not None:
            night = selectors.night_of(track, day)
            found = board_selectors.standings_shown_to(night, AnonymousUser()) if night else Standing.objects.none()
            rows = [describe_row(kind, row, row.score) for row in found[: self.count()]]
        else:
            night = board_selectors.night_of(season, kind, track, day)
            shown = board_selectors.shown_to(board_selectors.rows_of(night), AnonymousUser()) if night else ()
            rows = [describe_row(kind, row, row.value) for row in shown[: self.count()]]
        shown = {"season": season, "track": track, "kind": kind, "night": night, "rows": rows}
        return super().get_context_data(**kwargs | shown, words=describe_board(kind), base=settings.BASE_URL)

    def kind(self) -> BoardKind:
        """The board that the address names; raises NotFound for another word."""
        if self.kwargs["kind"] not in BoardKind.values:
            raise NotFound()
        return BoardKind(self.kwargs["kind"])

    def count(self) -> int:
        """How many rows the address asks for, within reason."""
        wanted = self.request.GET.get("rows", "")
        return min(max(int(wanted), 1), MOST_ROWS) if wanted.isascii() and wanted.isdigit() else ROWS


def describe_row(kind: BoardKind, row: BoardRow | Standing, value: float | None) -> dict[str, Any]:
    """One row in words."""
    trader = row.trader.code if isinstance(row, BoardRow) and row.trader else ""
    return {
        "place": row.place,
        "name": row.provider.name,
        "code": row.provider.code,
        "trader": trader,
        "value": say_value(kind, value),
        "movement": say_movement(row),
    }

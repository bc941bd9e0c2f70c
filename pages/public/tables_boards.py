"""The tables of the boards beside the comprehensive one, and the columns that all boards share."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.templatetags.paddock import number
from pages.columns import NumberColumn
from scoring.seasons.board_models import BoardRow
from scoring.seasons.board_words import describe_board, say_interval, say_value
from scoring.seasons.enums import BoardKind
from scoring.seasons.models import Standing
from scoring.seasons.words import say_movement


def mark_own(record: Any, table: Any) -> str:
    """The class of the viewer's own rows."""
    return "board-own" if record.provider.organisation_id in table.own else ""


def link_provider(record: Any) -> str:
    """The provider's public page."""
    return reverse("pages:provider_public", args=[record.provider.code])


def link_evidence(record: Any, table: Any) -> SafeString:
    """The rule for everybody; the scorecard for its own provider and for staff."""
    anchor = reverse("pages:board_rules", args=[table.season_code]) + f"#board-{table.kind}"
    links = [(anchor, gettext("Rule"))]
    if record.card and table.staff:
        links.append((reverse("pages:staff:scorecard_detail", args=[record.card]), gettext("Scorecard")))
    elif record.card and record.provider.organisation_id in table.own:
        links.append((reverse("pages:provider:scorecard_of_run", args=[record.card]), gettext("Scorecard")))
    return format_html_join(" · ", '<a href="{}">{}</a>', links)


def show_name(name: str, record: Any) -> str | SafeString:
    """The provider's name; a mark beside it where no public board shows it."""
    if not record.banned:
        return name
    return format_html('{} <span class="state state-suspended">{}</span>', name, gettext("banned from the boards"))


class RowTable(tables.Table):
    """What every board shows. `own`: the viewer's companies; `staff`: whether it may open every scorecard."""

    kind: ClassVar[str] = BoardKind.COMPREHENSIVE
    own: frozenset[int] = frozenset()
    staff = False
    season_code = ""

    place = NumberColumn(verbose_name=_("Place"))
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", order_by="provider__name")
    code = tables.Column(verbose_name=_("Code"), accessor="provider__code", orderable=False, linkify=link_provider)
    movement = NumberColumn(verbose_name=_("Movement"), empty_values=())
    links = tables.Column(verbose_name=_("Rule and evidence"), empty_values=(), orderable=False)

    class Meta:
        attrs = {"caption": _("Standings"), "class": "board"}
        row_attrs = {"class": mark_own}

    def render_provider(self, value: str, record: Any) -> str | SafeString:
        return show_name(value, record)

    def value_provider(self, value: str) -> str:
        return value

    def render_movement(self, record: BoardRow | Standing) -> str:
        return say_movement(record)

    def value_movement(self, record: BoardRow | Standing) -> int | None:
        return record.movement

    def render_links(self, record: Any) -> SafeString:
        return link_evidence(record, self)


class KindTable(RowTable):
    """A board of providers by one value with its interval."""

    value = NumberColumn(verbose_name=_("Score"))
    interval = NumberColumn(verbose_name=_("Interval"), accessor="lower", order_by="lower", empty_values=())

    class Meta(RowTable.Meta):
        model = BoardRow
        fields: tuple[str, ...] = ("place", "provider", "value", "interval", "movement", "code", "links")

    def render_value(self, value: float) -> str:
        return say_value(BoardKind(self.kind), value)

    def value_value(self, value: float) -> float:
        return value

    def render_interval(self, record: BoardRow) -> str:
        return say_interval(BoardKind(self.kind), record)


class RisingTable(KindTable):
    """Growth with what it is made of."""

    kind = BoardKind.RISING
    value = NumberColumn(verbose_name=_("Growth over peers"))
    start = NumberColumn(verbose_name=_("Before the season"))
    finish = NumberColumn(verbose_name=_("Score"))
    baseline = NumberColumn(verbose_name=_("Peers' mean change"))
    peers = NumberColumn(verbose_name=_("Peers"), accessor="evidence", orderable=False)

    class Meta(KindTable.Meta):
        fields = (
            *("place", "provider", "value", "interval", "start", "finish"),
            *("baseline", "peers", "movement", "code", "links"),
        )

    def render_start(self, value: float) -> str:
        return number(value, 1)

    def value_start(self, value: float) -> float:
        return value

    def render_finish(self, value: float) -> str:
        return number(value, 1)

    def value_finish(self, value: float) -> float:
        return value

    def render_baseline(self, value: float) -> str:
        return say_value(BoardKind.RISING, value)

    def value_baseline(self, value: float) -> float:
        return value

    def render_peers(self, value: float) -> str:
        return number(value)

    def value_peers(self, value: float) -> float:
        return value


class CountedTable(KindTable):
    """A share with the number that it rests on."""

    kind = BoardKind.INCUBATION
    value = NumberColumn(verbose_name=_("Cold starts completed"))
    counted = NumberColumn(verbose_name=_("Cold starts begun"), accessor="evidence", order_by="evidence")

    class Meta(KindTable.Meta):
        fields = ("place", "provider", "value", "interval", "counted", "movement", "code", "links")

    def render_counted(self, value: float) -> str:
        return number(value)

    def value_counted(self, value: float) -> float:
        return value


class TraderTable(CountedTable):
    """Traders by code, with the provider that they work for."""

    kind = BoardKind.TRADERS
    trader = tables.Column(verbose_name=_("Trader"), accessor="trader__code", orderable=False)
    value = NumberColumn(verbose_name=_("Settled GMV per live hour"))
    counted = NumberColumn(verbose_name=_("Live hours"), accessor="evidence", order_by="evidence")

    class Meta(KindTable.Meta):
        fields = ("place", "trader", "value", "counted", "movement", "provider", "code", "links")
        exclude = ("interval",)


TABLES: dict[str, type[KindTable]] = {
    BoardKind.RISING: RisingTable,
    BoardKind.INCUBATION: CountedTable,
    BoardKind.TRADERS: TraderTable,
}


def table_of(kind: BoardKind) -> type[KindTable]:
    """The table of a board; its caption is the board's name."""
    return TABLES.get(kind, KindTable)


def equip(table: RowTable, *, kind: BoardKind, season_code: str, own: frozenset[int], staff: bool) -> RowTable:
    """Tell a table whose eyes read it."""
    table.kind, table.season_code, table.own, table.staff = kind, season_code, own, staff  # type: ignore[misc]
    table.attrs = {**table.attrs, "caption": describe_board(kind).name}
    return table

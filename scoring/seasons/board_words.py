"""What each board ranks by, in the viewer's language: its name, its rule in sentences, its columns and its figures."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.templatetags.paddock import number, percent
from engine.rising import NEIGHBOURS
from providers.enums import Capability
from scoring.capabilities.moves import signed
from scoring.measures.compute import SETTLEMENT_LAG_DAYS, WINDOW_DAYS
from scoring.seasons.board_models import BoardRow
from scoring.seasons.boards import LEAST_COLD_STARTS, LEAST_LIVE_HOURS
from scoring.seasons.enums import BoardKind
from scoring.seasons.models import Standing

GROWTH, SHARE, RATE, POINTS = "growth", "share", "rate", "points"
UNITS = {BoardKind.RISING: GROWTH, BoardKind.INCUBATION: SHARE, BoardKind.TRADERS: RATE}


@dataclass(frozen=True)
class BoardWords:
    """A board for a page: `lead` in one sentence, `rule` in several."""

    kind: BoardKind
    name: str
    lead: str
    rule: list[str]
    value_label: str
    evidence_label: str


def describe_board(kind: BoardKind) -> BoardWords:
    """Name, rule and columns of one board."""
    lead, rule = TEXTS[kind]() if kind in TEXTS else say_capability(kind)
    labels = {
        BoardKind.RISING: (_("Growth over peers"), _("Peers")),
        BoardKind.INCUBATION: (_("Cold starts completed"), _("Cold starts begun")),
        BoardKind.TRADERS: (_("Settled GMV per live hour"), _("Live hours")),
    }
    value, evidence = labels.get(kind, (_("Score"), ""))
    return BoardWords(kind, str(kind.label), lead, rule, value, evidence)


def say_capability(kind: BoardKind) -> tuple[str, list[str]]:
    """A board of one of the five capabilities."""
    name = Capability(kind.value).label
    return _("Who is best in one capability: %(name)s.") % {"name": name}, [
        _("Ranked by the lower end of the interval of this capability's score, then by the score."),
        _("The scores are those of the same night as the comprehensive board. Who has no score there stands nowhere."),
    ]


def say_comprehensive() -> tuple[str, list[str]]:
    """The season's own standing."""
    return _("All five capabilities in one score; it decides who rises and who falls."), [
        _("Ranked as the rules of the track say; only this board decides about promotion and relegation.")
    ]


def say_rising() -> tuple[str, list[str]]:
    """Growth over a matched baseline."""
    return _("Who grew more since the season began than those who started where it started."), [
        _(
            "Growth is the own change of score since the last night before the season, less the mean change of the "
            "%(count)s providers of the track nearest in starting score and in size."
        )
        % {"count": NEIGHBOURS},
        _("Size is the settled GMV before the season. It only finds the peers: a large company gains nothing by it."),
        _("What moves all alike cancels, and who started low gains nothing by that: its peers started as low."),
        _("Ranked by the lower end of the interval, which holds the error of both scores and of the peers' mean."),
    ]


def say_incubation() -> tuple[str, list[str]]:
    """Cold starts."""
    return _("Who brings new accounts through their cold start."), [
        _("The share of cold starts completed among those begun in the %(days)s days that ended %(lag)s days before.")
        % {"days": WINDOW_DAYS, "lag": SETTLEMENT_LAG_DAYS},
        _("Ranked by the lower end of the share's interval, so that few lucky starts do not lead.")
        + " "
        + _("Fewer than %(least)s begun are not ranked.") % {"least": LEAST_COLD_STARTS},
        _("Facts of a provider's own shops do not count."),
    ]


def say_brand() -> tuple[str, list[str]]:
    """Brand operators."""
    return _("The providers registered as brand operators, over all tracks of the season."), [
        _("Ranked by the lower end of the interval of the score, then by the score."),
        _("The facts do not say which shops are brands, so this board compares who works for brands, not their sales."),
    ]


def say_traders() -> tuple[str, list[str]]:
    """Traders."""
    return _("Traders whose identity is verified, over all tracks of the season."), [
        _("Settled GMV net of refunds in an hour on air, over the %(days)s days that ended %(lag)s days before.")
        % {"days": WINDOW_DAYS, "lag": SETTLEMENT_LAG_DAYS},
        _("Fewer than %(least)s hours on air are not ranked.") % {"least": number(LEAST_LIVE_HOURS)},
        _("Traders are shown by their code, never by their name. Facts of a provider's own shops do not count."),
    ]


TEXTS = {
    BoardKind.COMPREHENSIVE: say_comprehensive,
    BoardKind.RISING: say_rising,
    BoardKind.INCUBATION: say_incubation,
    BoardKind.BRAND: say_brand,
    BoardKind.TRADERS: say_traders,
}


def say_value(kind: BoardKind, value: float | None) -> str:
    """A board's value with its sign or unit."""
    if value is None:
        return "—"
    unit = UNITS.get(kind, POINTS)
    if unit == GROWTH:
        return signed(round(value, 1), 1)
    if unit == SHARE:
        return percent(value / 100, 1)
    return number(value, 0 if unit == RATE else 1)


def say_interval(kind: BoardKind, row: BoardRow | Standing) -> str:
    """The interval of the value, an em dash for none."""
    if row.lower is None or row.upper is None:
        return "—"
    return f"{say_value(kind, row.lower)} – {say_value(kind, row.upper)}"

"""The charts of scoring, each with its table; see templates/components/chart.html."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import day, number
from scoring.capabilities.explain import CapabilityRow
from scoring.capabilities.models import Scorecard
from scoring.capabilities.moves import Move
from scoring.seasons.models import Standing, StandingNight

Chart = dict[str, Any]
TOLD_STEPS = 8


def interval_text(lower: float | None, upper: float | None) -> str:
    """An interval as text, an em dash for none."""
    return "—" if lower is None or upper is None else f"{number(lower, 1)} – {number(upper, 1)}"


def draw_radar(rows: Sequence[CapabilityRow]) -> Chart:
    """The five capabilities with interval band and peer median."""
    return {
        "kind": "radar",
        "label": _("The five capabilities"),
        "data": {
            "axes": [row.label for row in rows],
            "max": 100,
            "values": [row.score for row in rows],
            "lowers": [row.lower for row in rows],
            "uppers": [row.upper for row in rows],
            "peers": [row.peer_median for row in rows],
        },
        "head": [_("Capability"), _("Score"), _("Interval"), _("Peer median")],
        "rows": [
            [row.label, number(row.score, 1), interval_text(row.lower, row.upper), number(row.peer_median, 1)]
            for row in rows
        ],
    }


def draw_move(move: Move) -> Chart | None:
    """The waterfall from one score to another: the metrics that moved it most, the rest in one step."""
    if move.total is None:
        return None
    ordered = sorted(move.metrics, key=lambda metric: -abs(metric.points))
    decimals = 1 if any(abs(metric.points) >= 1 for metric in ordered) else 2
    least = 0.5 * 10**-decimals
    told = [metric for metric in ordered[:TOLD_STEPS] if abs(metric.points) >= least]
    steps = [{"name": metric.label, "value": metric.points} for metric in told]
    rest = move.total - sum(metric.points for metric in told)
    if abs(rest) >= least:
        steps.append({"name": _("All others"), "value": rest})
    return {
        "kind": "waterfall",
        "label": _("What moved the score"),
        "data": {
            "start": {"name": day(move.before.run.as_of), "value": move.before.composite},
            "steps": steps,
            "end": {"name": day(move.after.run.as_of), "value": move.after.composite},
            "decimals": decimals,
        },
        "head": [_("Metric"), _("Before"), _("After"), _("Points")],
        "rows": [
            [metric.label, metric.before_text, metric.after_text, number(metric.points, 2)]
            for metric in ordered
            if metric.points
        ]
        + [[_("Rounding and limits"), "", "", number(move.other, 2)], [_("Sum"), "", "", number(move.total, 2)]],
    }


def draw_history(cards: Sequence[Scorecard]) -> Chart | None:
    """The score over time with its interval; `cards` newest first. None for a single point."""
    if len(cards) < 2:
        return None
    cards = list(reversed(cards))
    return {
        "kind": "line",
        "label": _("The score over time"),
        "data": {
            "x": [day(card.run.as_of) for card in cards],
            "series": [
                {
                    "name": _("Score"),
                    "values": [card.composite for card in cards],
                    "lowers": [card.lower for card in cards],
                    "uppers": [card.upper for card in cards],
                }
            ],
        },
        "head": [_("Day"), _("Score"), _("Interval")],
        "rows": [
            [day(card.run.as_of), number(card.composite, 1), interval_text(card.lower, card.upper)]
            for card in reversed(cards)
        ],
    }


def draw_places(standings: Sequence[Standing]) -> Chart | None:
    """The place over the nights of a season; `standings` newest first. None for a single point."""
    if len(standings) < 2:
        return None
    standings = list(reversed(standings))
    return {
        "kind": "line",
        "label": _("The place over time"),
        "data": {
            "x": [day(row.day) for row in standings],
            "inverse": True,
            "decimals": 0,
            "series": [{"name": _("Place"), "values": [row.place for row in standings]}],
        },
        "head": [_("Day"), _("Place"), _("Score")],
        "rows": [[day(row.day), number(row.place), number(row.score, 1)] for row in reversed(standings)],
    }


def draw_board(night: StandingNight, standings: Sequence[Standing]) -> Chart | None:
    """The first places with their intervals."""
    if not standings:
        return None
    return {
        "kind": "intervals",
        "label": _("The first places with their intervals"),
        "data": {
            "rows": [
                {"name": row.provider.name, "value": row.score, "lower": row.lower, "upper": row.upper}
                for row in standings
            ],
            "cuts": [],
        },
        "head": [_("Provider"), _("Place"), _("Score"), _("Interval")],
        "rows": [
            [row.provider.name, number(row.place), number(row.score, 1), interval_text(row.lower, row.upper)]
            for row in standings
        ],
    }

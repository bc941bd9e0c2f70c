"""The charts of the questions that a score answers, each with its table; see templates/components/chart.html."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import day, number
from pages.charts_scoring import TOLD_STEPS
from scoring.capabilities.models import Scorecard
from scoring.capabilities.outlook import Outlook
from scoring.capabilities.what_if import Answer
from scoring.capabilities.what_if_weights import WeightAnswer

Chart = dict[str, Any]


def draw_answer(answer: Answer) -> Chart | None:
    """The waterfall from the present score to the one asked for; None when nothing moves or a score is missing."""
    ordered = sorted((row for row in answer.metrics if row.change), key=lambda row: -abs(row.change))
    if answer.total is None or not ordered:
        return None
    steps = [{"name": row.label, "value": row.change} for row in ordered[:TOLD_STEPS]]
    rest = answer.total - sum(row.change for row in ordered[:TOLD_STEPS])
    if abs(rest) >= 0.005:
        steps.append({"name": _("All others"), "value": rest})
    return {
        "kind": "waterfall",
        "label": _("What the changes do to the score"),
        "data": {
            "start": {"name": _("Now"), "value": answer.before.composite},
            "steps": steps,
            "end": {"name": _("What if"), "value": answer.after.composite},
            "decimals": 2,
        },
        "head": [_("Metric"), _("Now"), _("What if"), _("Points")],
        "rows": [[row.label, *row.texts, number(row.change, 2)] for row in ordered]
        + [[_("Rounding and limits"), "", "", number(answer.other, 2)], [_("Sum"), "", "", number(answer.total, 2)]],
    }


def draw_outlook(card: Scorecard, outlook: Outlook) -> Chart:
    """The score under both assumptions, from the card's day on."""
    moments = [card.run.as_of, *(one.as_of for one in outlook.scenarios[0].days)]
    lines = [[card.composite, *(one.composite for one in scenario.days)] for scenario in outlook.scenarios]
    names = [scenario.label for scenario in outlook.scenarios]
    return {
        "kind": "line",
        "label": _("The score in the days to come"),
        "data": {
            "x": [day(moment) for moment in moments],
            "series": [{"name": name, "values": values} for name, values in zip(names, lines, strict=True)],
        },
        "head": [_("Day"), *names],
        "rows": [
            [day(moment), *(number(values[index], 1) for values in lines)] for index, moment in enumerate(moments)
        ],
    }


def draw_ranks(cards: Sequence[Scorecard]) -> Chart | None:
    """The rank over time with its interval; `cards` newest first. None for fewer than two ranks."""
    ranked = [card for card in reversed(cards) if card.rank is not None]
    if len(ranked) < 2:
        return None
    return {
        "kind": "line",
        "label": _("The rank over time"),
        "data": {
            "x": [day(card.run.as_of) for card in ranked],
            "inverse": True,
            "decimals": 0,
            "series": [
                {
                    "name": _("Rank"),
                    "values": [card.rank for card in ranked],
                    "lowers": [card.rank_lower for card in ranked],
                    "uppers": [card.rank_upper for card in ranked],
                }
            ],
        },
        "head": [_("Day"), _("Rank"), _("By chance from"), _("to")],
        "rows": [
            [day(card.run.as_of), number(card.rank), number(card.rank_lower), number(card.rank_upper)]
            for card in reversed(ranked)
        ],
    }


def draw_tiers(answer: WeightAnswer) -> Chart | None:
    """How many providers stand on each level before and after."""
    if not answer.tiers:
        return None
    return {
        "kind": "bar",
        "label": _("Providers by level"),
        "data": {
            "x": [_("Level %(level)s") % {"level": tier.level} for tier in answer.tiers],
            "series": [
                {"name": _("Now"), "values": [tier.before for tier in answer.tiers]},
                {"name": _("What if"), "values": [tier.after for tier in answer.tiers]},
            ],
            "decimals": 0,
        },
        "head": [_("Level"), _("Now"), _("What if")],
        "rows": [[str(tier.level), number(tier.before), number(tier.after)] for tier in answer.tiers],
    }

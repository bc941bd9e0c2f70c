"""What the pages of a scorecard share, whoever reads it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.exceptions import NotFound
from common.templatetags.paddock import day, number
from pages.card_tabs import tabs_of
from pages.charts_scoring import draw_history, draw_move, draw_radar, interval_text
from scoring.capabilities.explain import explain_scorecard, say_status
from scoring.capabilities.left_out import list_left_out
from scoring.capabilities.models import Scorecard
from scoring.capabilities.moves import explain_move, shown_total, signed
from scoring.capabilities.selectors import card_to_compare, history_of, scorecards_visible_to
from scoring.capabilities.words import in_language
from scoring.facts.adjustment_selectors import corrections_of

MOST_CORRECTIONS = 100


def find_card(user: Any, pk: int) -> Scorecard:
    """A scorecard that the viewer may see; raises NotFound."""
    card = scorecards_visible_to(user).select_related("peer_group").filter(pk=pk).first()
    if card is None:
        raise NotFound()
    return card


def describe_card(card: Scorecard, space: str, overview: str) -> dict[str, Any]:
    """The context of the scorecard's template for an audience's addresses."""
    rows = explain_scorecard(card)
    before = card_to_compare(card)
    move = explain_move(before, card) if before else None
    gates = {gate.key: in_language(gate.label, gate.key) for gate in card.run.scoring_model.rule.gates}
    total = None if before is None else shown_total(before, card)
    return {
        "card": card,
        "total_text": "" if total is None else signed(total),
        "since_hint": "" if before is None else _("since %(day)s") % {"day": day(before.run.as_of)},
        "interval_hint": "" if card.lower is None else interval_text(card.lower, card.upper),
        "rank_hint": "" if card.rank_lower is None else say_ranks(card),
        "other_points": remainder(card),
        "provider": card.provider,
        "run": card.run,
        "model": card.run.scoring_model,
        "capabilities": rows,
        "gates": [gates.get(key, key) for key in card.gates],
        "status_sentence": say_status(card),
        "radar": draw_radar(rows) if any(row.score is not None for row in rows) else None,
        "before": before,
        "move": move,
        "waterfall": draw_move(move) if move else None,
        "exclusions": list_left_out(card),
        "corrections": list(corrections_of(card.provider_id, card.run.adjustment_ids)[:MOST_CORRECTIONS]),
        "history": draw_history(list(history_of(card.provider_id, until=card.run.as_of))),
        "tabs": tabs_of(space, overview, card, ""),
        "move_url": reverse(f"{space}:scorecard_move", args=[card.pk]),
        "next_url": reverse(f"{space}:scorecard_next_steps", args=[card.pk]),
    }


def say_ranks(card: Scorecard) -> str:
    """Where the provider would stand by chance."""
    return _("by chance anywhere from %(best)s to %(worst)s") % {
        "best": number(card.rank_lower),
        "worst": number(card.rank_upper),
    }


def remainder(card: Scorecard) -> float | None:
    """What rounding and limits add to the points; None when it does not show."""
    rest = (card.composite or 0.0) - (card.exact or 0.0)
    return rest if abs(rest) >= 0.05 else None

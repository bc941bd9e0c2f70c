"""A dispute as its pages draw it, for either side."""

from datetime import datetime
from typing import Any

from pages.waiting import say_left
from scoring.disputes.clocks import DisputeClock, read_clock
from scoring.disputes.models import Dispute
from scoring.facts.adjustment_models import AdjustmentLine


def describe_dispute(dispute: Dispute, now: datetime) -> dict[str, Any]:
    """The context that both audiences' pages share: the claim, its clock, its files and what an adjustment changed."""
    clock = read_clock(dispute.due_at, now) if dispute.is_open else None
    lines: list[AdjustmentLine] = []
    effects: list[Any] = []
    if dispute.adjustment is not None:
        lines = list(dispute.adjustment.lines.order_by("pk")[:50])
        effects = list(dispute.adjustment.recomputations.select_related("before", "after").order_by("pk"))
    return {
        "dispute": dispute,
        "clock": clock,
        "clock_late": clock == DisputeClock.OVERDUE,
        "clock_text": say_left(dispute.due_at, now) if dispute.is_open else "",
        "files": list(dispute.files.all()),
        "lines": lines,
        "more_lines": dispute.adjustment.line_count - len(lines) if dispute.adjustment else 0,
        "effects": effects,
    }

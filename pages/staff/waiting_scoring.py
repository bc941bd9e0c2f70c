"""What waits on the staff home page in scoring."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from pages.waiting import SHOWN, Section, Waiting, say_left
from scoring.capabilities.words import figure_name
from scoring.disputes import selectors


def list_disputes(user: Any, now: datetime) -> Section:
    """Disputes of facts, the first due on top."""
    waiting = selectors.waiting(user)
    entries = [
        Waiting(
            title=one.provider.name,
            note=f"{one.number} · {figure_name(one.column)}",
            url=reverse("pages:staff:dispute_detail", args=[one.pk]),
            clock=say_left(one.due_at, now),
            late=one.due_at <= now,
        )
        for one in waiting[:SHOWN]
    ]
    return Section(
        key="disputes",
        title=_("Disputes of facts"),
        entries=entries,
        total=waiting.count(),
        empty=_("No dispute waits for a decision."),
        url=f"{reverse('pages:staff:dispute_list')}?status=open",
        link=_("Disputes"),
    )

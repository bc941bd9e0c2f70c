"""What waits on the staff home page about probation and watch list."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.days import business_day
from common.templatetags.paddock import day
from pages.conduct_words import describe_entries
from pages.waiting import SHOWN, Section, Waiting, say_days
from providers.conduct import selectors


def list_watch(user: Any, now: datetime) -> Section:
    """Cure plans to read and entries whose time to act is over, the longest over on top."""
    today = business_day(now)
    waiting = selectors.waiting_watch(selectors.watch_visible_to(user), today)
    entries = [
        Waiting(
            title=words.entry.provider.name,
            note=words.title,
            url=reverse("pages:staff:watch_detail", args=[words.entry.pk]),
            clock=say_days(words.entry.due_on, today) if words.entry.due_on else "",
            late=words.entry.due_on is not None and words.entry.due_on < today,
            about=words.entry,
        )
        for words in describe_entries(waiting[:SHOWN])
    ]
    return Section(
        key="watch",
        title=_("Watch list: yours to act"),
        entries=entries,
        total=waiting.count(),
        empty=_("No plan waits and no time to act is over."),
        url=f"{reverse('pages:staff:watch_list')}?matter=open",
        link=_("Watch list"),
    )


def list_probations(user: Any, now: datetime) -> Section:
    """Judged contracts that a person has to sign, the longest wait first."""
    waiting = selectors.unsigned_probations(selectors.probations_visible_to(user))
    today = business_day(now)
    entries = [
        Waiting(
            title=one.provider.name,
            note=_("%(verdict)s, ended %(day)s") % {"verdict": one.get_verdict_display(), "day": day(one.ends_on)},
            url=reverse("pages:staff:probation_detail", args=[one.pk]),
            clock=say_days(one.judged_on, today) if one.judged_on else "",
            about=one,
        )
        for one in waiting[:SHOWN]
    ]
    return Section(
        key="probations",
        title=_("Probations to sign"),
        entries=entries,
        total=waiting.count(),
        empty=_("No verdict waits for a signature."),
        url=f"{reverse('pages:staff:probation_list')}?status=judged",
        link=_("Probations"),
    )

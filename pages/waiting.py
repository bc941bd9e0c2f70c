"""What waits for somebody, as the home pages list it: a title, a line of text and a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.money import babel_locale

SHOWN = 6


@dataclass(frozen=True)
class Waiting:
    """One entry. `about` is the object whose status is shown."""

    title: str
    note: str | Promise
    url: str
    clock: str = ""
    late: bool = False
    about: Any = None


@dataclass(frozen=True)
class Section:
    """A card of a home page: the first entries, how many there are in all, and where the others are."""

    key: str
    title: str | Promise
    entries: Sequence[Waiting]
    total: int
    empty: str | Promise
    url: str = ""
    link: str | Promise = ""


def say_left(due: datetime, now: datetime) -> str:
    """The time left until `due`, or how late it is."""
    if due > now:
        return _("%(span)s left") % {"span": say_span(due - now)}
    return _("overdue by %(span)s") % {"span": say_span(now - due)}


def say_wait(since: datetime, now: datetime) -> str:
    """How long something has waited."""
    return _("waiting %(span)s") % {"span": say_span(now - since)}


def say_days(until: date, today: date) -> str:
    """The days until a date, or how many have passed since."""
    days = (until - today).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


def say_span(span: timedelta) -> str:
    """A length of time in its largest fitting unit, minutes at least."""
    return format_timedelta(max(span, timedelta(minutes=1)), "minute", threshold=1.5, locale=babel_locale())

"""Verdicts in words: what was found, against which limit, in the viewer's language."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from common.templatetags.paddock import money, number, percent
from providers.criteria.enums import Direction
from providers.criteria.models import Criterion
from providers.criteria.signals import SIGNAL_OF

Values = Mapping[str, float | None]


def say_value(name: str, value: float | None) -> str:
    """One signal's value with its unit."""
    if value is None:
        return _("not known")
    unit = SIGNAL_OF[name].unit if name in SIGNAL_OF else "count"
    if unit == "share":
        return percent(value, 1)
    if unit == "minor":
        return money(round(value))
    if unit == "days":
        return _("%(count)s days") % {"count": number(value)}
    if unit == "flag":
        return _("yes") if value else _("no")
    return number(value, 0 if value == int(value) else 1)


def say_signal(name: str) -> str:
    """What a signal is called; the bare name of one that the portal no longer knows."""
    return str(SIGNAL_OF[name].label) if name in SIGNAL_OF else name


def say_limit(criterion: Criterion) -> str:
    """The limit of a threshold, such as "at most 1.0 %"; empty without one."""
    if not criterion.measure or criterion.limit is None:
        return ""
    limit = say_value(criterion.measure, criterion.limit)
    words = _("at most %(limit)s") if criterion.direction == Direction.AT_MOST else _("at least %(limit)s")
    return words % {"limit": limit}


def say_finding(criterion: Criterion, values: Values) -> str:
    """What the verdict rests on, such as "Complaint rate, 90 days: 0.8 % of at most 1.0 %." """
    found = []
    for name in dict.fromkeys([criterion.measure, *values] if criterion.measure else values):
        value = values.get(name)
        parts = {"signal": say_signal(name), "value": say_value(name, value)}
        if name == criterion.measure and value is not None:
            found.append(_("%(signal)s: %(value)s of %(limit)s.") % {**parts, "limit": say_limit(criterion)})
        else:
            found.append(_("%(signal)s: %(value)s.") % parts)
    return " ".join(found)

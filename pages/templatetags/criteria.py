"""Words of criteria for templates."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

UNITS: dict[str, str | Promise] = {
    "count": _("number"),
    "days": _("days"),
    "share": _("share from 0 to 1"),
    "minor": _("money in minor units"),
    "flag": _("1 for yes, 0 for no"),
}


@register.filter
def signal_unit(unit: str) -> str:
    """A signal's unit in words."""
    return str(UNITS.get(unit, unit))

"""Template helpers of scores and places."""

from django import template

from scoring.capabilities.moves import signed
from scoring.capabilities.words import figure_name, format_figure, peer_group_words
from scoring.seasons.models import Standing
from scoring.seasons.words import say_movement

register = template.Library()


@register.filter
def movement(standing: Standing) -> str:
    """Places won or lost since the night before."""
    return say_movement(standing)


@register.filter
def peer_words(name: str) -> str:
    """A peer group's name in the viewer's language."""
    return peer_group_words(name)


@register.filter
def gain(value: float | None, decimals: int = 1) -> str:
    """A difference with its sign, an em dash for none."""
    return "—" if value is None else signed(round(value, decimals), decimals)


@register.filter
def tone(value: float | None, decimals: int = 1) -> str:
    """The class that colours a difference: ahead, behind, or none when it does not show."""
    shown = round(value or 0.0, decimals)
    return "is-ahead" if shown > 0 else "is-behind" if shown < 0 else ""


@register.filter
def figure(value: int | None, column: str) -> str:
    """A value of a fact column, money as money."""
    return format_figure(column, value)


@register.filter
def figure_label(column: str) -> str:
    """The name of a fact column in the viewer's language."""
    return figure_name(column)

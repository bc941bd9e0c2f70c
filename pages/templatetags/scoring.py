"""Template helpers of scores and places."""

from django import template

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
def figure(value: int | None, column: str) -> str:
    """A value of a fact column, money as money."""
    return format_figure(column, value)


@register.filter
def figure_label(column: str) -> str:
    """The name of a fact column in the viewer's language."""
    return figure_name(column)

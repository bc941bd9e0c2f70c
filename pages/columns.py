"""Table columns that several lists share."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.templatetags.paddock import day, moment, number


class StatusColumn(tables.Column):
    """A status as words with a coloured dot; the words alone in an export."""

    def render(self, record: Any) -> SafeString:
        return format_html('<span class="state state-{}">{}</span>', record.status, record.get_status_display())

    def value(self, record: Any) -> str:
        return str(record.get_status_display())


class ToneColumn(StatusColumn):
    """The status in the tone that it has for the provider."""

    def render(self, record: Any) -> SafeString:
        return format_html('<span class="state state-{}">{}</span>', record.tone, record.get_status_display())


class MomentColumn(tables.Column):
    """A moment in the platform's zone; ISO 8601 in an export."""

    def render(self, value: Any) -> str:
        return moment(value)

    def value(self, value: Any) -> str:
        return value.isoformat() if value else ""


class DayColumn(tables.Column):
    """A calendar day, never broken over two lines; ISO 8601 in an export."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, attrs={"td": {"class": "text-nowrap"}, **kwargs.pop("attrs", {})}, **kwargs)

    def render(self, value: Any) -> str:
        return day(value)

    def value(self, value: Any) -> str:
        return value.isoformat() if value else ""


class NumberColumn(tables.Column):
    """A number, right-aligned."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        attrs = {"td": {"class": "num"}, "th": {"class": "num"}, **kwargs.pop("attrs", {})}
        super().__init__(*args, attrs=attrs, **kwargs)


class CountColumn(NumberColumn):
    """A whole number with grouping; digits alone in an export."""

    def render(self, value: int) -> str:
        return number(value)

    def value(self, value: int) -> int:
        return value

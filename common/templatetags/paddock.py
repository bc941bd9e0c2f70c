"""Template helpers for numbers, money, dates and page parts, by the viewer's locale."""

import json
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from common.money import Money, babel_locale

register = template.Library()


def business_zone() -> tzinfo:
    """The platform's zone, in which days begin and end."""
    return ZoneInfo(settings.BUSINESS_TIME_ZONE)


@register.filter
def money(minor: int | None, currency: str = settings.CURRENCY) -> str:
    """Minor units as money, an em dash for none."""
    return "—" if minor is None else str(Money(minor, currency))


@register.filter
def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """A number with grouping, an em dash for none."""
    if value is None:
        return "—"
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return str(format_decimal(value, format=pattern, locale=babel_locale()))


@register.filter
def percent(share: float | None, decimals: int = 0) -> str:
    """A share 0-1 in percent."""
    pattern = f"#,##0.{'0' * decimals}%" if decimals else "#,##0%"
    return "—" if share is None else format_percent(share, format=pattern, locale=babel_locale())


@register.filter
def day(value: date | None) -> str:
    """A calendar day."""
    return "—" if value is None else format_date(value, format="medium", locale=babel_locale())


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in the platform's zone, to the minute."""
    if value is None:
        return "—"
    style = "y年M月d日 HH:mm" if (get_language() or "").startswith("zh") else "MMM d, y, HH:mm"
    return format_datetime(value, style, tzinfo=business_zone(), locale=babel_locale())


@register.filter
def local_text(holder: Any, name: str) -> str:
    """`holder.<name>_zh` or `_en` (attribute or key) by the viewer's language; falls back to the other one."""
    order = ("zh", "en") if (get_language() or "").startswith("zh") else ("en", "zh")
    for suffix in order:
        key = f"{name}_{suffix}"
        text = holder.get(key) if isinstance(holder, Mapping) else getattr(holder, key, "")
        if text:
            return str(text)
    return ""


@register.simple_tag(takes_context=True)
def query_with(context: RequestContext, **changes: Any) -> str:
    """The page's query string with some parameters replaced; None removes one."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A Tabler icon from the sprite; decorative, the text beside it speaks."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("vendor/icons.svg"),
        name,
    )


@register.filter
def as_json(value: Any) -> str:
    """For a data attribute that a script reads; the template escapes it."""
    return json.dumps(value, ensure_ascii=False, default=str)

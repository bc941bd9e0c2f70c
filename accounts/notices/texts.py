"""What a notice says. Each room keeps its own literal table of texts; settings.NOTICE_TABLES names the tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from common.templatetags.paddock import day, local_text


@dataclass(frozen=True)
class NoticeText:
    """Title and text with `%(name)s` for the notice's parameters.

    `page` names the page that it leads to, as in "provider:application"; `arguments` the parameters in its address.
    """

    title: str | Promise
    text: str | Promise
    page: str = ""
    arguments: tuple[str, ...] = ()


@cache
def all_texts() -> Mapping[str, NoticeText]:
    """Every text by the kind of its notice; a kind that stands in two tables raises ValueError."""
    found: dict[str, NoticeText] = {}
    for path in settings.NOTICE_TABLES:
        table: Mapping[str, NoticeText] = import_string(path)
        twice = found.keys() & table.keys()
        if twice:
            raise ValueError(f"two texts for {sorted(twice)}")
        found.update(table)
    return found


def fill(text: str | Promise, parameters: Mapping[str, Any]) -> str:
    """The text in the active language.

    A parameter whose name ends in `_on` is an ISO day and written as one; `name_zh` and `name_en` together fill
    `%(name)s` in the reader's language.
    """
    shown = dict(parameters)
    for name, value in parameters.items():
        if name.endswith("_on") and value:
            shown[name] = day(date.fromisoformat(value))
        elif name.endswith("_zh"):
            shown[name.removesuffix("_zh")] = local_text(parameters, name.removesuffix("_zh"))
    return str(text) % shown

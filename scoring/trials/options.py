"""Reading what a trial varies."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput

Options = TypeVar("Options")


def read_given(kind: type[Options], given: Mapping[str, Any], limits: Mapping[str, tuple[float, float]]) -> Options:
    """The options, a dataclass with defaults for what is not given; raises InvalidInput with the field at fault."""
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # every kind of options is a dataclass
    for name in given:
        if name not in known:
            raise InvalidInput(
                _("There is no option “%(name)s”.") % {"name": name},
                field=name,
                remedy=_("Use %(names)s.") % {"names": ", ".join(known)},
                code="unknown_option",
            )
    options = kind(**{name: value for name, value in given.items() if value is not None})
    for name, (low, high) in limits.items():
        if not low <= getattr(options, name) <= high:
            raise InvalidInput(
                _("This must lie between %(low)s and %(high)s.") % {"low": low, "high": high},
                field=name,
                remedy=_("Correct the number."),
                code="out_of_range",
            )
    return options

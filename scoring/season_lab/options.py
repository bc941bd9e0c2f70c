"""What a trial of season rules varies, with its defaults and limits."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput

LIMITS: Mapping[str, tuple[int, int]] = {"draws": (0, 1000), "seed": (0, 2**31 - 1)}
MAX_SEASONS = 12


@dataclass(frozen=True)
class Options:
    """`draws` redrawn seasons; 0 leaves out what noise decides. The same `seed` gives the same result."""

    draws: int = 200
    seed: int = 2022

    def as_mapping(self) -> dict[str, Any]:
        """Plain values for storage."""
        return asdict(self)


def read_options(given: Mapping[str, Any]) -> Options:
    """The options with defaults for what is not given; raises InvalidInput with the field at fault."""
    known = [field.name for field in fields(Options)]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InvalidInput(
            _("There is no option “%(name)s”.") % {"name": unknown[0]},
            field=unknown[0],
            remedy=_("Use %(names)s.") % {"names": ", ".join(known)},
            code="unknown_option",
        )
    options = Options(**{name: value for name, value in given.items() if value is not None})
    for name, (low, high) in LIMITS.items():
        if not low <= getattr(options, name) <= high:
            raise InvalidInput(
                _("This must lie between %(low)s and %(high)s.") % {"low": low, "high": high},
                field=name,
                remedy=_("Correct the number."),
                code="out_of_range",
            )
    return options

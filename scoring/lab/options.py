"""What a trial varies, with its defaults and limits."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from scoring.lab.enums import Variation
from scoring.trials.options import read_given

LIMITS: Mapping[str, tuple[float, float]] = {
    "draws": (0, 2000),
    "spread": (0.01, 0.9),
    "replicates": (0, 500),
    "top": (1, 100_000),
    "least": (0.0, 100.0),
    "seed": (0, 2**31 - 1),
}
MAX_RUNS = 12


@dataclass(frozen=True)
class Options:
    """`draws` sets of weights, varied by the share `spread`, `across` capabilities and `inside` them; `replicates` of
    redrawn facts; the first `top` places; whose score moves by `least` points is affected. 0 draws or replicates leave
    that part out."""

    draws: int = 500
    spread: float = 0.2
    variation: str = Variation.RELATIVE
    across: bool = True
    inside: bool = True
    replicates: int = 50
    top: int = 20
    least: float = 1.0
    seed: int = 2022

    def as_mapping(self) -> dict[str, Any]:
        """Plain values for storage."""
        return asdict(self)


def read_options(given: Mapping[str, Any]) -> Options:
    """The options with defaults for what is not given; raises InvalidInput with the field at fault."""
    options = read_given(Options, given, LIMITS)
    if options.variation not in Variation.values:
        raise InvalidInput(
            _("“%(value)s” is not a way to vary weights.") % {"value": options.variation},
            field="variation",
            remedy=_("Use %(names)s.") % {"names": ", ".join(Variation.values)},
        )
    return options

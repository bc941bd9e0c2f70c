"""What a trial of season rules varies, with its defaults and limits."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scoring.trials.options import read_given

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
    return read_given(Options, given, LIMITS)

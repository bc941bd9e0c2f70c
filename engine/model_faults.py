"""What the checks of a scoring model share: faults with their path, ranges, order, rounding."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from engine.errors import EngineError
from engine.model import Rounding

MAX_DAYS = 1830
Faults = Iterator[EngineError]


def fault(path: str, code: str, message: str, remedy: str, **params: object) -> EngineError:
    """One fault of a model's field."""
    return EngineError(code, message, field=path, remedy=remedy, params=params)


def out_of_range(path: str, low: object, high: object) -> EngineError:
    """The fault of a number outside its range."""
    return fault(
        path, "out_of_range", "This must lie between %(low)s and %(high)s.", "Correct the number.", low=low, high=high
    )


def within(value: float | None, low: float, high: float) -> bool:
    """Whether a number, when given, is finite and in its range."""
    return value is None or (math.isfinite(value) and low <= value <= high)


def check_rounding(rounding: Rounding | None, path: str) -> Faults:
    """A rounding's step is above zero."""
    if rounding is not None and not within(rounding.step, 1e-12, 1e9):
        yield out_of_range(f"{path}.step", 1e-12, 1e9)


def ascending(values: Sequence[float]) -> bool:
    """Whether finite values rise strictly."""
    return all(map(math.isfinite, values)) and all(a < b for a, b in pairwise(values))


def not_ascending(path: str) -> EngineError:
    """The fault of cut points out of order."""
    return fault(path, "not_ascending", "The cut points must rise.", "Put them in ascending order without repeats.")


def tried(action: Callable[[], object], path: str) -> Faults:
    """The fault that `action` raises, told of `path`."""
    try:
        action()
    except EngineError as error:
        yield error.at(path)

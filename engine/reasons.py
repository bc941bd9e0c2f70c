"""Reasons: why a row came out as it did, as stable codes with parameters that a page turns into sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import BoolArray

SHOWN = 6  # decimals of a number in a file
Param = float | int | str | None
ParamColumn = NDArray[Any] | float | int | str


@dataclass(frozen=True)
class Reason:
    """One condition judged for one row. `met`: what the code names held. A missing number is None."""

    code: str
    met: bool
    params: dict[str, Param]

    @property
    def side(self) -> str:
        """The first part of the code: the move the condition belongs to."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Condition:
    """One condition judged for all rows where it `applies`; params are columns or constants."""

    code: str
    applies: BoolArray
    met: BoolArray
    params: Mapping[str, ParamColumn]

    def reason(self, row: int) -> Reason:
        """The condition as it was judged for `row`."""
        return Reason(self.code, bool(self.met[row]), {name: pick(value, row) for name, value in self.params.items()})

    def list_reasons(self) -> Iterator[tuple[int, Reason]]:
        """Rows where the condition applies, each with its reason, in row order."""
        rows = np.flatnonzero(self.applies)
        names = list(self.params)
        columns = [list_values(value, rows) for value in self.params.values()]
        params: Iterable[tuple[Param, ...]] = zip(*columns, strict=True) if columns else repeat((), len(rows))
        for row, met, values in zip(rows.tolist(), self.met[rows].tolist(), params, strict=True):
            yield row, Reason(self.code, met, dict(zip(names, values, strict=True)))

    @property
    def side(self) -> str:
        """The first part of the code: the move the condition belongs to."""
        return self.code.partition(".")[0]


def pick(value: ParamColumn, row: int) -> Param:
    """The plain value of a column or constant at `row`; None for NaN."""
    item: Param = value[row].item() if isinstance(value, np.ndarray) else value
    return None if isinstance(item, float) and np.isnan(item) else item


def list_values(value: ParamColumn, rows: NDArray[Any]) -> list[Param]:
    """The plain values of a column or constant at `rows`; None for NaN."""
    if not isinstance(value, np.ndarray):
        return [value] * len(rows)
    values: list[Param] = value[rows].tolist()
    return [None if item != item else item for item in values] if value.dtype.kind == "f" else values


def round_params(params: Mapping[str, Param]) -> dict[str, Param]:
    """Params as a file shows them: numbers with SHOWN decimals."""
    return {name: round(value, SHOWN) if isinstance(value, float) else value for name, value in params.items()}


def choose_deciding(outcome: str, own: Sequence[Reason]) -> tuple[Reason, ...]:
    """Those of a row's reasons that made its outcome: for a move all of its own, for a stay those that prevented a
    move."""
    sides = {"promoted": ("promotion",), "relegated": ("relegation",), "cleared_out": ("clear_out", "relegation")}
    if outcome in ("banned", "not_ranked"):
        side = "ban" if outcome == "banned" else "rank"
        return tuple(one for one in own if one.side == side)
    if outcome in sides:
        return tuple(one for one in own if one.side in sides[outcome] and one.met)
    close = {one.side for one in own if one.code in ("promotion.place", "relegation.place") and one.met}
    close |= {one.side for one in own if one.code == "relegation.no_tie" and not one.met}
    chosen = [one for one in own if one.side in close and not one.met and one.code != "relegation.place"]
    if outcome == "play_off":
        chosen += [one for one in own if one.side == "play_off" and one.met]
    else:
        chosen = chosen or [one for one in own if one.code in ("promotion.place", "relegation.place")]
    return tuple(chosen)

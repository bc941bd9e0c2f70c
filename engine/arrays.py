"""Arrays of racing and matching: what callers give, as typed columns of one length."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import EngineError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Places = np.ma.MaskedArray[Any, np.dtype[np.int64]]


def as_floats(name: str, column: ArrayLike | None, size: int) -> FloatArray:
    """The column as float64, NaN for None and masked values; all NaN when it was not given.

    Raises EngineError for another length or for text.
    """
    if column is None:
        return np.full(size, np.nan)
    if isinstance(column, np.ma.MaskedArray):
        column = np.ma.filled(column.astype(np.float64), np.nan)
    try:
        array = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise EngineError(
            "not_a_number",
            "The column %(column)s holds something that is not a number.",
            field=name,
            remedy="Give numbers and leave a missing value empty.",
            params={"column": name},
        ) from error
    check_length(name, array, size)
    return array


def as_flags(name: str, column: ArrayLike | None, size: int, *, default: bool = False) -> BoolArray:
    """The column as booleans; `default` where a value is missing, or everywhere when it was not given.

    Raises EngineError for another length or for text.
    """
    if column is None:
        return np.full(size, default)
    array = np.asarray(column)
    if array.dtype.kind == "b":
        check_length(name, array, size)
        return array
    values = as_floats(name, array, size)
    return np.where(np.isnan(values), default, values != 0)


def as_places(column: Any, size: int, *, name: str = "previous_place") -> Places:
    """Places given as a masked array, or as numbers with None or NaN for "not ranked", as a masked integer array."""
    values = as_floats(name, column, size)
    mask = np.isnan(values)
    return np.ma.masked_array(np.where(mask, 0, values).astype(np.int64), mask=mask)


def check_length(name: str, column: NDArray[Any], size: int) -> None:
    """Raise EngineError unless the column is one-dimensional with `size` rows."""
    if column.shape != (size,):
        raise EngineError(
            "unequal_length",
            "The column %(column)s has %(rows)s values where %(expected)s are expected.",
            field=name,
            remedy="Give one value per row.",
            params={"column": name, "rows": column.size, "expected": size},
        )


def missing_column(name: str) -> EngineError:
    """The error of a column that is asked for and not there."""
    return EngineError(
        "missing_column",
        "The column %(column)s is needed and missing.",
        field=name,
        remedy="Add the column, or take out what asks for it.",
        params={"column": name},
    )

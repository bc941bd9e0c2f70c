"""PostgreSQL's binary COPY format from NumPy columns, so that rows of results never pass through Python objects.

The format is the one in PostgreSQL's documentation of COPY: per field a length (int32, -1 is NULL) and the value, all
big-endian; an array value is (dimensions, has NULLs, element type, size, lower bound) and its elements as fields.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
CHUNK_ROWS = 2_000
FLOAT8, INT2, INT4, INT8, BOOL = ">f8", ">i2", ">i4", ">i8", ">i1"
ELEMENT_TYPE = {FLOAT8: 701, INT2: 21}
VARCHAR = 1043

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Field:
    """One column of the target table. `values` is a column or, for an array, a matrix of numbers with NaN for NULL; or
    a list of ready field bodies (bytes, None for NULL)."""

    name: str
    values: NDArray[Any] | list[bytes | None]
    kind: str = FLOAT8


def copy_rows(cursor: Any, table: str, fields: Sequence[Field]) -> int:
    """Write all rows into `table` (a trusted name) through `cursor`, a psycopg2 cursor; gives the number of rows."""
    count = len(fields[0].values)
    names = ", ".join(f'"{field.name}"' for field in fields)
    for start in range(0, count, CHUNK_ROWS):
        rows = encode_rows([Field(f.name, f.values[start : start + CHUNK_ROWS], f.kind) for f in fields])
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)', BytesIO(rows))  # names are ours
    return count


def encode_rows(fields: Sequence[Field]) -> bytes:
    """The complete COPY stream of a chunk of rows."""
    count = len(fields[0].values)
    parts = [encode_field(field) for field in fields]
    lead = len(fields).to_bytes(2, "big")
    rows = (lead + b"".join(part[row] for part in parts) for row in range(count))
    return HEADER + b"".join(rows) + TRAILER


def encode_field(field: Field) -> list[bytes]:
    """One field of every row, its length in front."""
    if isinstance(field.values, list):
        return [NULL if body is None else len(body).to_bytes(4, "big") + body for body in field.values]
    if field.values.ndim == 1:
        known = ~np.isnan(field.values.astype(np.float64))
        return cut(*number_cells(field.values[:, np.newaxis], known[:, np.newaxis], field.kind))
    known = ~np.isnan(field.values.astype(np.float64))
    cells, mask = number_cells(field.values, known, field.kind)
    return cut(*with_array_head(cells, mask, known, field.kind))


NULL = (-1).to_bytes(4, "big", signed=True)


def number_cells(values: NDArray[Any], known: NDArray[np.bool_], kind: str) -> tuple[Bytes, NDArray[np.bool_]]:
    """rows x (columns * (4 + size)) bytes of length and number, and which of these bytes count."""
    rows, columns = values.shape
    size = np.dtype(kind).itemsize
    cells = np.empty((rows, columns, 4 + size), dtype=np.uint8)
    lengths = np.where(known, size, -1).astype(INT4)
    cells[:, :, :4] = lengths.reshape(rows, columns, 1).view(np.uint8)
    numbers = np.where(known, values, 0).astype(kind)
    cells[:, :, 4:] = numbers.reshape(rows, columns, 1).view(np.uint8)
    mask = np.ones(cells.shape, dtype=np.bool_)
    mask[:, :, 4:] = known[:, :, np.newaxis]
    return cells.reshape(rows, -1), mask.reshape(rows, -1)


def with_array_head(
    cells: Bytes, mask: NDArray[np.bool_], known: NDArray[np.bool_], kind: str
) -> tuple[Bytes, NDArray[np.bool_]]:
    """Put the field's length and the array's head in front of its elements."""
    rows, columns = known.shape
    head = np.empty((rows, 6), dtype=INT4)
    head[:, 0] = 20 + mask.sum(axis=1)
    head[:, 1:] = [1, 0, ELEMENT_TYPE[kind], columns, 1]
    head[:, 2] = ~known.all(axis=1)
    front = np.ascontiguousarray(head).view(np.uint8)
    return np.hstack([front, cells]), np.hstack([np.ones(front.shape, dtype=np.bool_), mask])


def cut(cells: Bytes, mask: NDArray[np.bool_]) -> list[bytes]:
    """Each row's bytes that count."""
    flat = cells[mask].tobytes()
    ends = np.cumsum(mask.sum(axis=1)).tolist()
    return [flat[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def text_array(texts: Sequence[str]) -> bytes:
    """The body of a varchar[] field."""
    if not texts:
        return b"".join(number.to_bytes(4, "big") for number in (0, 0, VARCHAR))
    head = b"".join(number.to_bytes(4, "big") for number in (1, 0, VARCHAR, len(texts), 1))
    encoded = [text.encode() for text in texts]
    return head + b"".join(len(text).to_bytes(4, "big") + text for text in encoded)


def jsonb(text: str) -> bytes:
    """The body of a jsonb field."""
    return b"\x01" + text.encode()

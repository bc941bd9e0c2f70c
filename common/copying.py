"""PostgreSQL's binary COPY format from NumPy columns, so that rows of results never pass through Python objects.

The format is the one in PostgreSQL's documentation of COPY: per field a length (int32, -1 is NULL) and the value, all
big-endian; an array value is (dimensions, has NULLs, element type, size, lower bound) and its elements as fields.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
CHUNK_ROWS = 500
READ = 1 << 18
FLOAT8, INT2, INT4, INT8, BOOL = ">f8", ">i2", ">i4", ">i8", ">i1"
ELEMENT_TYPE = {FLOAT8: 701, INT2: 21}
VARCHAR = 1043

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_] | None


@dataclass(frozen=True)
class Field:
    """One column of the target table. `values` is a column or, for an array, a matrix of numbers with NaN for NULL; or
    a list of ready field bodies (bytes, None for NULL)."""

    name: str
    values: NDArray[Any] | list[bytes | None]
    kind: str = FLOAT8


def copy_rows(cursor: Any, table: str, fields: Sequence[Field]) -> int:
    """Write all rows into `table` (a trusted name) through `cursor`, a psycopg2 cursor; gives the number of rows."""
    names = ", ".join(f'"{field.name}"' for field in fields)
    cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)', Stream(fields), READ)  # names are ours
    return len(fields[0].values)


class Stream:
    """The COPY stream as a file that is encoded while it is read: the server stores one chunk while the next is
    made."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = fields
        self.start = 0
        self.left = memoryview(HEADER)
        self.ended = False

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        if not self.left and not self.ended:
            self.left = memoryview(self.encode_next())
        part, self.left = self.left[:size], self.left[size:]
        return bytes(part)

    def encode_next(self) -> bytes:
        """The next chunk of rows, or the trailer."""
        start, self.start = self.start, self.start + CHUNK_ROWS
        chunk = [Field(field.name, field.values[start : self.start], field.kind) for field in self.fields]
        self.ended = not len(chunk[0].values)
        return TRAILER if self.ended else encode_rows(chunk)


def encode_rows(fields: Sequence[Field]) -> bytes:
    """The rows of a COPY stream: every field at its full width side by side, of which the bytes that count are kept."""
    count = len(fields[0].values)
    lead = np.empty((count, 1), dtype=INT2)
    lead[:] = len(fields)
    parts = [(lead.view(np.uint8), ALL), *(encode_field(field) for field in fields)]
    cells = np.hstack([part for part, _ in parts])
    mask = np.hstack([np.ones(part.shape, dtype=np.bool_) if known is ALL else known for part, known in parts])
    return bytes(cells[mask].tobytes())


def encode_field(field: Field) -> tuple[Bytes, Mask]:
    """One field of every row with its length in front, and which bytes count."""
    if isinstance(field.values, list):
        return body_cells(field.values)
    values = field.values if field.values.ndim == 2 else field.values[:, np.newaxis]
    known = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(values.shape, dtype=np.bool_)
    cells, mask = number_cells(values, known, field.kind)
    return (cells, mask) if field.values.ndim == 1 else with_array_head(cells, mask, known, field.kind)


# Every byte counts.
ALL = None


def body_cells(bodies: Sequence[bytes | None]) -> tuple[Bytes, Mask]:
    """Ready field bodies, padded to the longest."""
    sizes = np.array([-1 if body is None else len(body) for body in bodies], dtype=INT4)
    width = max(1, int(sizes.max()))
    texts = np.array([body or b"" for body in bodies], dtype=f"S{width}").view(np.uint8).reshape(-1, width)
    mask = np.ones((len(bodies), 4 + width), dtype=np.bool_)
    mask[:, 4:] = np.arange(width) < sizes[:, np.newaxis]
    return np.hstack([sizes[:, np.newaxis].view(np.uint8), texts]), mask


def number_cells(values: NDArray[Any], known: NDArray[np.bool_], kind: str) -> tuple[Bytes, Mask]:
    """rows x (columns * (4 + size)) bytes of length and number."""
    rows, columns = values.shape
    size = np.dtype(kind).itemsize
    complete = bool(known.all())
    cells = np.empty((rows, columns), dtype=[("length", INT4), ("number", kind)])
    cells["length"] = size if complete else np.where(known, size, -1)
    cells["number"] = values if complete else np.where(known, values, 0)
    flat = cells.view(np.uint8).reshape(rows, -1)
    if complete:
        return flat, ALL
    mask = np.ones((rows, columns, 4 + size), dtype=np.bool_)
    mask[:, :, 4:] = known[:, :, np.newaxis]
    return flat, mask.reshape(rows, -1)


def with_array_head(cells: Bytes, mask: Mask, known: NDArray[np.bool_], kind: str) -> tuple[Bytes, Mask]:
    """Put the field's length and the array's head in front of its elements."""
    rows, columns = known.shape
    head = np.empty((rows, 6), dtype=INT4)
    head[:, 0] = 20 + (cells.shape[1] if mask is ALL else mask.sum(axis=1))
    head[:, 1:] = [1, 0, ELEMENT_TYPE[kind], columns, 1]
    head[:, 2] = mask is not ALL and ~known.all(axis=1)
    front = head.view(np.uint8)
    if mask is ALL:
        return np.hstack([front, cells]), ALL
    return np.hstack([front, cells]), np.hstack([np.ones(front.shape, dtype=np.bool_), mask])


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

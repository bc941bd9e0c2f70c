"""The bytes of a text file, looked at once: are they UTF-8, how many rows should a reader find, how long are they.

The row count is kept beside DuckDB's own: its CSV reader may lose rows around a quote that never closes, and may start
in the middle of a quoted value that holds line ends. What both count alike is read right."""

import codecs

import numpy as np
from numpy.typing import NDArray

from scoring.facts.enums import FileKind
from scoring.facts.limits import MAX_ROW_BYTES
from scoring.facts.refusals import Refusal

LINE_FEED, QUOTE, RETURN = 10, 34, 13


class TextCheck:
    """Feed it the file chunk by chunk. Refusals: `nul_byte`, `not_utf8`, `line_too_long`.

    `multiline`: a quoted value holds a line end. `rows`: lines that are not blank, a quoted line end not counted; the
    header is one of them. `kind` may be set after the first chunk is known and before it is fed.
    """

    def __init__(self, kind: FileKind | None = None) -> None:
        self.kind = kind
        self.multiline = False
        self.rows = 0
        self._lines = 1
        self._inside = False
        self._tail = b"\n"
        self._since = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the file, at most a megabyte."""
        zero = chunk.find(b"\0")
        if zero >= 0:
            raise Refusal("nul_byte", line=self._lines + chunk.count(b"\n", 0, zero))
        self._check_encoding(chunk)
        self._check_length(chunk)
        self._count_rows(chunk)

    def close(self) -> None:
        """The end of the file; it may not cut a character in two."""
        if self._decoder.getstate()[0]:
            raise Refusal("not_utf8", line=self._lines)
        if self.unclosed or (self._since and self._tail.strip(b"\r\n")):
            self.rows += 1

    @property
    def unclosed(self) -> bool:
        """Whether the file ends inside a quoted value."""
        return self._inside

    def _check_encoding(self, chunk: bytes) -> None:
        pending = self._decoder.getstate()[0]
        if not pending and chunk.isascii():
            return
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            place = max(0, error.start - len(pending))
            raise Refusal("not_utf8", line=self._lines + chunk.count(b"\n", 0, place)) from error

    def _check_length(self, chunk: bytes) -> None:
        """No line may be longer than MAX_ROW_BYTES; a line within one chunk cannot be."""
        first = chunk.find(b"\n")
        if first < 0:
            first = chunk.find(b"\r")
        if self._since + (len(chunk) if first < 0 else first) > MAX_ROW_BYTES:
            raise Refusal("line_too_long", line=self._lines)
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._since = self._since + len(chunk) if last < 0 else len(chunk) - 1 - last

    def _count_rows(self, chunk: bytes) -> None:
        joined, before = self._tail + chunk, len(self._tail)
        data = np.frombuffer(joined, dtype=np.uint8)
        ends = data == LINE_FEED
        self._lines += int(np.count_nonzero(ends[before:]))
        if self.kind == FileKind.CSV and (self._inside or b'"' in chunk):
            quotes = data[before:] == QUOTE
            inside = np.logical_xor.accumulate(quotes) ^ self._inside
            self._inside = bool(inside[-1])
            self.multiline = self.multiline or bool((ends[before:] & inside).any())
            ends[before:] &= ~inside
        self.rows += int(np.count_nonzero(ends[before:])) - self._count_blank(joined, data, ends, before)
        self._tail = joined[-2:]

    def _count_blank(self, joined: bytes, data: NDArray[np.uint8], ends: NDArray[np.bool_], before: int) -> int:
        """Line ends from `before` on that follow another one, with or without a carriage return between."""
        if not (ends[1:] & ends[:-1]).any() and not (b"\r" in joined and b"\n\r\n" in joined):
            return 0
        places = np.flatnonzero(ends)
        places = places[places >= before]
        earlier = np.where((places > 0) & (data[places - 1] == RETURN), places - 2, places - 1)
        return int(np.where(earlier >= 0, ends[earlier], False).sum())

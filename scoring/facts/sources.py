"""The file that is imported: one pass over its bytes gives digest, kind, encoding and, for gzip, the plain text."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_noop

from scoring.facts.enums import FileKind
from scoring.facts.limits import EXPANSION_FREE_BYTES, MAX_EXPANDED_BYTES, MAX_EXPANSION
from scoring.facts.refusals import Refusal
from scoring.facts.sniff import HEAD_BYTES, is_gzip, sniff_kind
from scoring.facts.text import TextCheck

CHUNK = 1024 * 1024
Report = Callable[[int, int, str], None]
READING = gettext_noop("Read the file")


@dataclass(frozen=True)
class Source:
    """A file ready to be read by DuckDB. `path` is plain (not compressed); `digest` and `size` are of the file as sent.
    `lines`: rows of a text with the header, blank ones left out, None where line ends do not tell. `multiline`: a
    quoted value holds a line end (and every quote is closed). `stamp` notices a change of the file while it is read."""

    path: Path
    kind: FileKind
    digest: str
    size: int
    stamp: tuple[int, int, int]
    lines: int | None = None
    multiline: bool = False

    def check_unchanged(self, original: Path) -> None:
        """Refuse when the file was written to since it was opened (`file_changed`)."""
        if stamp_of(original) != self.stamp:
            raise Refusal("file_changed")


def stamp_of(path: Path) -> tuple[int, int, int]:
    """Size, time and place of a file."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def digest_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_source(path: Path, *, folder: Path, report: Report) -> Source:
    """Read `path` once. A gzip file is expanded into `folder`, within bounds on size and ratio.

    Refusals: `no_file`, `empty_file`, `unknown_kind`, `not_utf8`, `nul_byte`, `gzip_damaged`, `compression_bomb`,
    `too_large_expanded`, `line_too_long`.
    """
    if not path.is_file():
        raise Refusal("no_file", path=str(path))
    stamp = stamp_of(path)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if is_gzip(head):
        plain, check = folder / "plain", TextCheck()
        digest = _expand(path, plain, stamp[0], report, check)
    else:
        plain, check = path, TextCheck(sniff_kind(head))
        digest = _read(path, stamp[0], report, check)
    if check.kind is None:
        raise Refusal("empty_file")
    countable = check.kind != FileKind.PARQUET and check.rows > 0
    multiline = check.multiline and not check.unclosed
    return Source(plain, check.kind, digest, stamp[0], stamp, check.rows if countable else None, multiline)


def _read(path: Path, size: int, report: Report, check: TextCheck) -> str:
    digest, text = hashlib.sha256(), check.kind != FileKind.PARQUET
    for done, chunk in _chunks(path):
        digest.update(chunk)
        if text:
            check.feed(chunk)
        report(done, size, READING)
    if text:
        check.close()
    return digest.hexdigest()


def _expand(path: Path, plain: Path, size: int, report: Report, check: TextCheck) -> str:
    """Expand gzip (all its members) into `plain`; the digest of the compressed bytes."""
    digest, total, inflate = hashlib.sha256(), 0, Inflate()
    with plain.open("wb") as target:
        for done, chunk in _chunks(path):
            digest.update(chunk)
            for piece in inflate.pieces(chunk):
                total += len(piece)
                check_expansion(total, done)
                if check.kind is None:
                    check.kind = sniff_kind(piece[:HEAD_BYTES], inside_gzip=True)
                check.feed(piece)
                target.write(piece)
            report(done, size, READING)
    inflate.close()
    check.close()
    return digest.hexdigest()


class Inflate:
    """A bounded gzip stream: at most CHUNK bytes come out at once, however much a chunk expands to."""

    def __init__(self) -> None:
        self.stream = zlib.decompressobj(wbits=31)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """The plain bytes of the next chunk, piece by piece."""
        more = True
        while chunk or more:
            if self.stream.eof:
                if not chunk.strip(b"\0"):  # padding after the last member is allowed
                    return
                self.stream = zlib.decompressobj(wbits=31)
            try:
                piece = self.stream.decompress(chunk, CHUNK)
            except zlib.error as error:
                raise Refusal("gzip_damaged") from error
            chunk = self.stream.unused_data if self.stream.eof else self.stream.unconsumed_tail
            more = len(piece) == CHUNK and not self.stream.eof
            if piece:
                yield piece

    def close(self) -> None:
        """The end of the file; the last member must be whole."""
        if not self.stream.eof:
            raise Refusal("gzip_damaged")


def check_expansion(expanded: int, packed: int) -> None:
    """Refuse more than the allowed size or ratio; small files may shrink as much as they like."""
    if expanded > MAX_EXPANDED_BYTES:
        raise Refusal("too_large_expanded", limit=MAX_EXPANDED_BYTES // 1024**3)
    if expanded > EXPANSION_FREE_BYTES and expanded > packed * MAX_EXPANSION:
        raise Refusal("compression_bomb", ratio=MAX_EXPANSION)


def _chunks(path: Path) -> Iterator[tuple[int, bytes]]:
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            done += len(chunk)
            yield done, chunk

"""What kind of file this is, told by its content and never by its name."""

from django.utils.translation import gettext_noop as _

from scoring.facts.enums import FileKind
from scoring.facts.refusals import Refusal

HEAD_BYTES = 4096
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", _("an Excel workbook")),
    (b"%PDF", _("a PDF")),
    (b"7z\xbc\xaf\x27\x1c", _("a 7z archive")),
    (b"Rar!", _("a RAR archive")),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"SQLite format 3", _("an SQLite database")),
    (b"Obj\x01", "Avro"),
    (b"ORC", "ORC"),
    (b"\x89PNG", _("an image")),
    (b"\xff\xd8\xff", _("an image")),
    (b"<", _("HTML or XML")),
    (b"[", _("one JSON array, not JSON lines")),
)


def is_gzip(head: bytes) -> bool:
    """Whether the content is compressed with gzip."""
    return head.startswith(GZIP)


def sniff_kind(head: bytes, *, inside_gzip: bool = False) -> FileKind:
    """The kind by the first bytes; refuses what the portal does not read (`empty_file`, `unknown_kind`)."""
    if not head:
        raise Refusal("empty_file")
    if head.startswith(PARQUET) and not inside_gzip:
        return FileKind.PARQUET
    if head.startswith(PARQUET) or (inside_gzip and is_gzip(head)):
        raise Refusal("unknown_kind", kind=_("Parquet or gzip inside gzip"))
    if head.startswith(b"PK"):
        excel = b"xl/" in head or b"[Content_Types].xml" in head
        raise Refusal("unknown_kind", kind=_("an Excel workbook") if excel else _("a ZIP archive"))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal("not_utf8", line=1)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    for magic, kind in REFUSED:
        if text.startswith(magic):
            raise Refusal("unknown_kind", kind=kind)
    if not text:
        raise Refusal("empty_file")
    return FileKind.JSON_LINES if text.startswith(b"{") else FileKind.CSV

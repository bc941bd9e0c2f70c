"""What a file is, by its bytes alone: the name and the media type that the sender gave are not asked.

The file is never opened in the portal, only handed to a reviewer as a download. So the checks here keep out what is
no document at all, what hides a second file behind a first one, and what costs the reviewer's machine too much.
"""

import re
import struct
import zlib

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from providers.documents.enums import FileKind
from providers.documents.limits import MAX_PAGES, MAX_PIXELS, MAX_SIDE

PNG = b"\x89PNG\r\n\x1a\n"
SEND_SCAN = _("Send a scan or a photo as PDF, PNG, JPEG or WebP.")
SEND_ANEW = _("Print or scan the document to a new file and send that.")

# Beginnings of files that people send by mistake, or on purpose; the sentence says what was found.
STRANGERS: tuple[tuple[tuple[bytes, ...], str | Promise], ...] = (
    ((b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b"), _("This is an archive or an Office file.")),
    ((b"\xd0\xcf\x11\xe0",), _("This is an Office file.")),
    (
        (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\x00asm"),
        _("This is a program."),
    ),
    ((b"GIF8", b"BM", b"II*\x00", b"MM\x00*"), _("This format of pictures is not taken.")),
)
MARKS_OF_TEXT = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
ACTIVE = re.compile(rb"/JavaScript\b|/Launch\b|/EmbeddedFiles?\b|/RichMedia\b")
PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")

# JPEG: frame headers carry the size; these markers stand alone, without a length.
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
BARE = frozenset({0x01, *range(0xD0, 0xD9)})


def check_content(data: bytes) -> FileKind:
    """The kind of the file; raises InvalidInput on field `file` for everything that is no plain document."""
    if not data:
        raise _refusal(_("The file is empty."), SEND_SCAN)
    if data.startswith(b"%PDF-"):
        _check_pdf(data)
        kind = FileKind.PDF
    elif data.startswith(PNG):
        _check_size(*_measure_png(data))
        kind = FileKind.PNG
    elif data.startswith(b"\xff\xd8\xff"):
        _check_size(*_measure_jpeg(data))
        kind = FileKind.JPEG
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        _check_size(*_measure_webp(data))
        kind = FileKind.WEBP
    else:
        raise _refusal(_name_stranger(data), SEND_SCAN)
    if _ends_as_archive(data):
        raise _refusal(_("An archive is hidden in this file."), SEND_ANEW)
    return kind


def _name_stranger(data: bytes) -> str | Promise:
    for beginnings, sentence in STRANGERS:
        if data.startswith(beginnings):
            return sentence
    if data[4:8] == b"ftyp":
        return _("This is a film, or a photo in the HEIC format.")
    text = data[:512]
    for mark in MARKS_OF_TEXT:
        text = text.removeprefix(mark)
    if text.lstrip().startswith(b"<"):
        return _("This is a web page or a drawing made of text (HTML, SVG, XML).")
    return _("The content of this file is neither PDF nor PNG, JPEG or WebP.")


def _check_pdf(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise _broken()
    if data[end + 5 :].strip(b"\0\t\n\f\r "):
        raise _refusal(_("Something else follows the end of this PDF."), SEND_ANEW)
    if ENCRYPTED.search(data):
        raise _refusal(_("This PDF is encrypted."), _("Save it without a password and send it again."))
    if ACTIVE.search(data):
        raise _refusal(_("This PDF carries a program or other files."), SEND_ANEW)
    if len(PAGE.findall(data)) > MAX_PAGES:
        raise _refusal(
            _("This PDF has more than %(limit)s pages.") % {"limit": MAX_PAGES},
            _("Send only the pages that show the document."),
        )


def _measure_png(data: bytes) -> tuple[int, int]:
    """Width and height; every chunk up to the end must be whole, and nothing may follow."""
    size: tuple[int, int] | None = None
    at = len(PNG)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, body_end = data[at + 4 : at + 8], at + 8 + length
        if body_end + 4 > len(data):
            break
        if zlib.crc32(data[at + 4 : body_end]) != struct.unpack_from(">I", data, body_end)[0]:
            break
        if size is None:
            if name != b"IHDR" or length != 13:
                break
            size = struct.unpack_from(">II", data, at + 8)
        at = body_end + 4
        if name == b"IEND":
            if at != len(data):
                raise _refusal(_("Something else follows the end of this picture."), SEND_ANEW)
            return size
    raise _broken()


def _measure_jpeg(data: bytes) -> tuple[int, int]:
    """Width and height of the first frame; the picture must have an end. Phones append more pictures after it."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in BARE:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in FRAMES and length >= 8 and at + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, at + 5)
            if data.find(b"\xff\xd9", at) < 0:
                break
            return width, height
        if marker == 0xDA or length < 2:
            break
        at += 2 + length
    raise _broken()


def _measure_webp(data: bytes) -> tuple[int, int]:
    """Width and height of the canvas; the container must end where its header says."""
    (length,) = struct.unpack_from("<I", data, 4)
    if length + 8 > len(data) or len(data) < 30:
        raise _broken()
    if length + 8 < len(data):
        raise _refusal(_("Something else follows the end of this picture."), SEND_ANEW)
    name = data[12:16]
    if name == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if name == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise _broken()


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise _broken()
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise _refusal(
            _("The picture has more than %(limit)s million pixels, or a side of more than %(side)s.")
            % {"limit": MAX_PIXELS // 1_000_000, "side": MAX_SIDE},
            _("Scan it at a lower resolution and send it again."),
        )


def _ends_as_archive(data: bytes) -> bool:
    """Whether a reader of ZIP, which looks from the end, would open the file: its last record fits the file's end."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or at + 22 > len(data):
        return False
    (comment,) = struct.unpack_from("<H", data, at + 20)
    return at + 22 + comment <= len(data)


def _refusal(message: str | Promise, remedy: str | Promise) -> InvalidInput:
    return InvalidInput(message, field="file", remedy=remedy, code="bad_file")


def _broken() -> InvalidInput:
    return _refusal(_("The file is damaged or was cut off."), SEND_ANEW)

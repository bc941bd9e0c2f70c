"""What is taken as a document and what is not, by content alone."""

import io
import zipfile

import pytest

from common.exceptions import InvalidInput, TooLarge
from providers.documents import files
from providers.documents.enums import FileKind
from providers.documents.limits import MAX_BYTES
from providers.documents.sniff import check_content
from tests.factories.documents import make_jpeg, make_pdf, make_png, make_webp

pytestmark = pytest.mark.usefixtures("english")


def make_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "hello")
    return buffer.getvalue()


BOX = b"\0\0\0\x18ftypheic\0\0\0\0"
NEITHER = "The content of this file is neither PDF nor PNG, JPEG or WebP."
MARKUP = "This is a web page or a drawing made of text (HTML, SVG, XML)."
CARRIES = "This PDF carries a program or other files."
BROKEN = "The file is damaged or was cut off."
TOO_MANY = "The picture has more than 80 million pixels, or a side of more than 20000."


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (make_pdf(), FileKind.PDF),
        (make_pdf(pages=100), FileKind.PDF),
        (make_pdf() + b"\r\n\0\0", FileKind.PDF),
        (make_png(), FileKind.PNG),
        (make_png(8000, 10_000), FileKind.PNG),
        (make_jpeg(), FileKind.JPEG),
        (make_jpeg() + make_jpeg(), FileKind.JPEG),
        (make_webp(), FileKind.WEBP),
    ],
)
def test_good_files_are_known_by_their_bytes(content: bytes, kind: str) -> None:
    assert check_content(content) == kind


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"hello", NEITHER),
        (b"MZ\x90\0 a program", "This is a program."),
        (b"\x7fELF\x02\x01", "This is a program."),
        (b"#!/bin/sh\nrm -rf /\n", "This is a program."),
        (make_zip(), "This is an archive or an Office file."),
        (b"Rar!\x1a\x07", "This is an archive or an Office file."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is an Office file."),
        (b"GIF89a", "This format of pictures is not taken."),
        (BOX, "This is a film, or a photo in the HEIC format."),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', MARKUP),
        (b"\xef\xbb\xbf \n<!doctype html><script>alert(1)</script>", MARKUP),
        (b"\n%PDF-1.4\n%%EOF", NEITHER),
        (make_pdf()[:60], BROKEN),
        (make_pdf() + b"MZ a program", "Something else follows the end of this PDF."),
        (make_pdf(more=b"5 0 obj<</Encrypt 9 0 R>>endobj\n"), "This PDF is encrypted."),
        (
            make_pdf(more=b"5 0 obj<</S /JavaScript/JS (app.alert(1))>>endobj\n"),
            "This PDF carries a program or other files.",
        ),
        (make_pdf(more=b"5 0 obj<</Type /EmbeddedFile>>endobj\n"), CARRIES),
        (make_pdf(pages=101), "This PDF has more than 100 pages."),
        (make_pdf(more=make_zip()), "An archive is hidden in this file."),
        (make_png()[:-4], BROKEN),
        (make_png().replace(b"IDAT", b"iDAT"), BROKEN),
        (make_png() + b"<script>", "Something else follows the end of this picture."),
        (make_png(0, 5), BROKEN),
        (make_png(20_001, 1), TOO_MANY),
        (make_png(9000, 10_000), TOO_MANY),
        (make_jpeg()[:-2], BROKEN),
        (make_jpeg()[:12], BROKEN),
        (make_jpeg(65_000, 65_000), TOO_MANY),
        (make_jpeg() + make_zip(), "An archive is hidden in this file."),
        (make_webp()[:-1], BROKEN),
        (make_webp() + b"x", "Something else follows the end of this picture."),
        (make_webp(16_000, 16_000), TOO_MANY),
        (b"RIFF\x04\0\0\0WEBP", BROKEN),
        (b"RIFF\x04\0\0\0WAVE", NEITHER),
    ],
)
def test_every_other_file_is_refused_with_its_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_content(content)
    assert (str(refusal.value.message), refusal.value.field, refusal.value.reason) == (sentence, "file", "bad_file")
    assert refusal.value.remedy


def test_a_file_is_kept_privately_under_a_name_of_ours() -> None:
    content = make_pdf()
    kept = files.keep_file([content[:10], content[10:]])
    path = files.path_of(kept.path)
    assert path.read_bytes() == content
    assert kept.size == len(content)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (path.parent.name, len(path.name), path.suffix) == ("documents", 32, "")
    files.remove(kept.path)
    files.remove(kept.path)
    assert not path.exists()


def test_nothing_is_kept_of_what_is_refused() -> None:
    before = files.kept_names()
    with pytest.raises(InvalidInput):
        files.keep_file([b"MZ"])
    read = 0

    def chunks():  # type: ignore[no-untyped-def]
        nonlocal read
        for _ in range(20):
            read += 1
            yield b"%PDF-" + b"\0" * 1024 * 1024

    with pytest.raises(TooLarge) as refusal:
        files.keep_file(chunks())
    assert (str(refusal.value.message), refusal.value.field) == ("The file is larger than 10 MB.", "file")
    assert read == MAX_BYTES // 1024**2
    assert files.kept_names() == before


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("licence.pdf", "licence.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\docs\\执照.pdf", "执照.pdf"),
        ("a\r\nSet-Cookie: x\0.pdf", "aSet-Cookie: x.pdf"),
        (" ... ", "document"),
        ("x" * 200 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_the_senders_name_is_only_words(given: str, shown: str) -> None:
    assert files.read_name(given) == shown

"""Opening a file: kind by content, digest, encoding, bounded expansion."""

import gzip
import hashlib
import io
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from django.utils.translation import override

from scoring.facts.refusals import Refusal, describe, sentence
from scoring.facts.sources import CHUNK, Source, check_expansion, open_source

PLAIN = b"provider,day\nP000001,2024-03-01\n"


def silent(done: int, total: int, phase: str) -> None:
    """Nobody watches."""


def opened(tmp_path: Path, content: bytes) -> Source:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    folder = tmp_path / "work"
    folder.mkdir()
    return open_source(path, folder=folder, report=silent)


def refused(tmp_path: Path, content: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        opened(tmp_path, content)
    return caught.value


def workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("posts.csv", PLAIN)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PLAIN, "csv"),
        (b"\xef\xbb\xbf" + PLAIN, "csv"),
        (b'{"provider": "P000001"}\n', "json_lines"),
        (b"\xef\xbb\xbf \n" + b'{"provider": "P000001"}\n', "json_lines"),
        (b"PAR1....PAR1", "parquet"),
        (gzip.compress(PLAIN), "csv"),
        (gzip.compress(b'{"a": 1}\n'), "json_lines"),
    ],
)
def test_the_kind_comes_from_the_content(tmp_path: Path, content: bytes, kind: str) -> None:
    source = opened(tmp_path, content)
    assert (source.kind, source.size) == (kind, len(content))
    assert source.digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (workbook(), "an Excel workbook"),
        (archive(), "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Excel workbook"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"\x28\xb5\x2f\xfd...", "zstd"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"  <html>", "HTML or XML"),
        (b'[{"provider": "P000001"}]', "one JSON array, not JSON lines"),
        (gzip.compress(b"PAR1...."), "Parquet or gzip inside gzip"),
        (gzip.compress(gzip.compress(PLAIN)), "Parquet or gzip inside gzip"),
        (gzip.compress(archive()), "a ZIP archive"),
    ],
)
def test_other_kinds_are_named_and_refused(tmp_path: Path, content: bytes, kind: str) -> None:
    error = refused(tmp_path, content)
    assert (error.reason, error.params) == ("unknown_kind", {"kind": kind})
    assert (
        str(error)
        == f"The file is {kind}, which the portal does not read. Send CSV, CSV in gzip, Parquet or JSON lines."
    )


def test_the_kind_is_said_in_the_readers_language(tmp_path: Path) -> None:
    error = refused(tmp_path, archive())
    with override("zh-hans"):
        assert sentence(describe(error))[0] == "文件为ZIP压缩包，系统无法读取。"


@pytest.mark.parametrize("content", [b"", b"\n  \n", b"\xef\xbb\xbf", gzip.compress(b"")])
def test_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).reason == "empty_file"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (PLAIN + b"P00\xff0002,2024-03-01\n", 3),
        (b"a" * 9 + b"\n" + b"a" * (CHUNK - 11) + "é".encode() + b"\n\xff", 3),
        (b"a\n" + b"\xc3\x28", 2),
        (PLAIN + "é".encode()[:1], 3),
        (PLAIN.decode().encode("utf-16"), 1),
        (gzip.compress(PLAIN + b"\xff"), 3),
    ],
)
def test_a_wrong_byte_is_told_by_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    error = refused(tmp_path, content)
    assert (error.reason, error.params) == ("not_utf8", {"line": line})


def test_a_character_across_two_chunks_is_fine(tmp_path: Path) -> None:
    assert opened(tmp_path, b"a" * 99_999 + b"\n" + b"a" * (CHUNK - 100_001) + "é".encode() + b"\n").kind == "csv"


def test_a_zero_byte_is_told_by_its_line(tmp_path: Path) -> None:
    error = refused(tmp_path, PLAIN + b"P000002\0,2024-03-01\n")
    assert (error.reason, error.params) == ("nul_byte", {"line": 3})


def test_a_bomb_is_refused_long_before_it_is_whole(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress((b"0" * 63 + b"\n") * (300 * CHUNK // 64)) + packer.flush()
    tracemalloc.start()
    error = refused(tmp_path, bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.reason == "compression_bomb"
    assert (tmp_path / "work" / "plain").stat().st_size < 210 * CHUNK
    assert peak < 40 * CHUNK


def test_small_files_may_shrink_as_much_as_they_like(tmp_path: Path) -> None:
    content = b"a,b\n" + b"0,0\n" * CHUNK
    assert opened(tmp_path, gzip.compress(content)).path.read_bytes() == content


def test_the_expanded_size_is_limited() -> None:
    with pytest.raises(Refusal) as caught:
        check_expansion(16 * 1024**3 + 1, 8 * 1024**3)
    assert caught.value.reason == "too_large_expanded"


@pytest.mark.parametrize(
    "content", [gzip.compress(PLAIN * 100)[:-9], gzip.compress(PLAIN)[:40] + b"garbage", b"\x1f\x8bnothing"]
)
def test_damaged_gzip_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).reason == "gzip_damaged"


def test_gzip_in_members_with_padding_is_read_whole(tmp_path: Path) -> None:
    source = opened(tmp_path, gzip.compress(PLAIN) + gzip.compress(b"P000002,2024-03-02\n") + b"\0" * 512)
    assert source.path.read_bytes() == PLAIN + b"P000002,2024-03-02\n"


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_expansion_is_exact_at_the_edges_of_a_piece(tmp_path: Path, size: int) -> None:
    content = (b"a,b\n" + b"1,2\n" * CHUNK)[:size]
    assert opened(tmp_path, gzip.compress(content)).path.read_bytes() == content


def test_a_file_that_changes_is_noticed(tmp_path: Path) -> None:
    source = opened(tmp_path, PLAIN)
    source.check_unchanged(tmp_path / "file.csv")
    (tmp_path / "file.csv").write_bytes(PLAIN + b"P000002,2024-03-02\n")
    with pytest.raises(Refusal) as caught:
        source.check_unchanged(tmp_path / "file.csv")
    assert caught.value.reason == "file_changed"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        open_source(tmp_path / "nowhere.csv", folder=tmp_path, report=silent)
    assert caught.value.reason == "no_file"

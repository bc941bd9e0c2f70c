"""Rows as the bytes tell them, against Python's own CSV reader."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.facts.enums import FileKind
from scoring.facts.text import TextCheck

VALUES = st.text(st.sampled_from('ab1,"\n\r'), max_size=6)


def counted(content: bytes, size: int, kind: FileKind = FileKind.CSV) -> TextCheck:
    check = TextCheck(kind)
    for start in range(0, len(content), size):
        check.feed(content[start : start + size])
    check.close()
    return check


@given(
    rows=st.lists(st.lists(VALUES, min_size=2, max_size=3), min_size=1, max_size=8),
    ends=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 40),
)
def test_rows_agree_with_a_csv_reader(rows: list[list[str]], ends: str, size: int) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator=ends).writerows(rows)
    check = counted(text.getvalue().encode(), size)
    assert check.rows == len(rows)
    assert check.multiline == any("\n" in value for row in rows for value in row)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a\nb\n", 2),
        (b"a\nb", 2),
        (b"\n\na\n\n\nb\n\n", 2),
        (b"\r\n\r\na\r\n\r\n\r\nb\r\n\r\n", 2),
        (b"a\r\n\n\r\nb", 2),
        (b"\n", 0),
        (b'"\n\n"\n', 1),
        (b'"a""\n"\n"\n"', 2),
    ],
)
def test_blank_lines_and_quoted_ones(content: bytes, rows: int, size: int) -> None:
    assert counted(content, size).rows == rows


def test_quotes_mean_nothing_in_json_lines() -> None:
    assert counted(b'{"a": "x\n{"a": 1}\n', 4, FileKind.JSON_LINES).rows == 2

"""Rows written by binary COPY come back as they were."""

import numpy as np
import pytest
from django.db import connection

from common.copying import BOOL, CHUNK_ROWS, INT2, INT4, INT8, Field, copy_rows, jsonb, text_array

pytestmark = pytest.mark.django_db

TABLE = """CREATE TEMPORARY TABLE copied (number bigint, small smallint, middle integer, real double precision,
    flag boolean, word varchar, words varchar[], facts jsonb, reals double precision[], smalls smallint[])"""


@pytest.mark.parametrize("count", [0, 1, 3, CHUNK_ROWS, CHUNK_ROWS + 1])
def test_rows_come_back(count: int) -> None:
    rng = np.random.default_rng(count)
    number = rng.integers(-(2**62), 2**62, count)
    real = np.where(rng.random(count) < 0.3, np.nan, rng.normal(size=count))
    reals = np.where(rng.random((count, 4)) < 0.3, np.nan, rng.normal(size=(count, 4)))
    words = [None if row % 3 == 0 else f"字{row}" * (row % 5) for row in range(count)]
    lists = [[f"第{item}" for item in range(row % 3)] for row in range(count)]
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        written = copy_rows(
            cursor.cursor,
            "copied",
            [
                Field("number", number, INT8),
                Field("small", np.where(np.isnan(real), np.nan, 7.0), INT2),
                Field("middle", np.arange(count) - 5, INT4),
                Field("real", real),
                Field("flag", np.arange(count, dtype=np.int8) % 2, BOOL),
                Field("word", [None if word is None else word.encode() for word in words]),
                Field("words", [text_array(items) for items in lists]),
                Field("facts", [jsonb(f'{{"row": {row}}}') for row in range(count)]),
                Field("reals", reals),
                Field("smalls", np.tile(np.arange(3), (count, 1)), INT2),
            ],
        )
        cursor.execute("SELECT *, facts->>'row' FROM copied ORDER BY middle")
        found = cursor.fetchall()
    assert written == count == len(found)
    for row, (number_, small, middle, real_, flag, word, words_, _, reals_, smalls, named) in enumerate(found):
        known = not np.isnan(real[row])
        assert (number_, middle, flag, word, words_) == (number[row], row - 5, row % 2 == 1, words[row], lists[row])
        assert (real_, small) == ((real[row], 7) if known else (None, None))
        assert reals_ == [None if np.isnan(value) else value for value in reals[row]]
        assert (smalls, named) == ([0, 1, 2], str(row))

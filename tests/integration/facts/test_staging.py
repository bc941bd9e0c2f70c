"""The fast way to read numbers gives what the careful way gives."""

import csv
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.facts.profiles import load_profile
from scoring.facts.reading import NUMBERS, open_relation_of
from scoring.facts.sources import open_source
from scoring.facts.staging import number_columns, stage_sql
from scoring.facts.workbench import open_workbench
from tests.factories.facts import HEADER, fact_row

CELLS = st.one_of(
    st.integers(-(10**17), 10**17).map(str),
    st.floats().map(repr),
    st.text(st.sampled_from("0123456789+-.eE_x nainf,\"'"), max_size=8),
    st.sampled_from(["", " ", "0", "1", "1e3", "nan", "inf", "-inf", "0x10", "1_000", "007", " 7", "1.0", ".5", "5."]),
)


def silent(done: int, total: int, phase: str) -> None:
    """Nobody watches."""


def staged(path: Path, folder: Path) -> tuple[list[Any] | None, list[Any]]:
    """The rows by the fast way, None when it gave up, and by the careful way."""
    profile = load_profile("standard")
    source = open_source(path, folder=folder, report=silent)
    with open_workbench(folder=folder, files=[path], report=silent) as bench:
        relation = open_relation_of(bench, source)
        mapping = profile.map_columns(relation.header)
        numbers = number_columns(profile, mapping)
        fast: list[Any] | None = bench.rows(stage_sql(relation, profile, mapping, numbers))
        if bench.row(f"SELECT count(*) FROM {NUMBERS}_errors")[0]:
            fast = None
        return fast, bench.rows(stage_sql(relation, profile, mapping))


@settings(max_examples=80, deadline=None)
@given(cells=st.lists(CELLS, min_size=1, max_size=4))
def test_both_ways_agree(cells: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, HEADER, lineterminator="\n")
            writer.writeheader()
            for cell in cells:
                writer.writerow(fact_row("X1", orders=cell, clicks=cell))
        (Path(name) / "work").mkdir()
        fast, careful = staged(path, Path(name) / "work")
    assert len(careful) == len(cells)
    assert fast is None or fast == careful


def test_whole_numbers_take_the_fast_way(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    values = [",".join(str(value) for value in fact_row("X1", orders=number).values()) for number in (0, 10**15, -1)]
    path.write_text("\n".join([",".join(HEADER), *values, ""]))
    fast, careful = staged(path, tmp_path)
    assert fast == careful
    assert fast is not None
    assert [row[6 + HEADER.index("orders") - 4] for row in fast] == [0, 10**15, -3]

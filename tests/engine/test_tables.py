"""Tables come back from every kind of file as they went in, and are written whole or not at all."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import EngineError
from engine.tables import Table, read_table, write_table


def sample() -> Table:
    return {
        "id": np.array(["x", "服务商", 'quote "q", comma'], dtype=object),
        "number": np.array([1.5, np.nan, -3e-7]),
        "count": np.array([1, 2**53 + 1, -3]),
        "day": np.array(["2020-01-01", "NaT", "2020-02-29"], dtype="datetime64[D]"),
        "truth": np.array([True, False, True]),
        'odd "name" 曝光': np.array([None, "a", "b"], dtype=object),
        "nothing": np.full(3, np.nan),
    }


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet", ".jsonl", ".ndjson", ".CSV"])
def test_round_trip(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a table [1]{suffix}"
    write_table(path, sample())
    again = read_table(path)
    assert list(again) == list(sample())
    for name, column in sample().items():
        assert again[name].dtype == column.dtype, name
        np.testing.assert_array_equal(again[name], column)
    assert sorted(found.name for found in tmp_path.iterdir()) == [path.name]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "bom.csv").write_bytes("\ufeffa,b\n1,2\n".encode())
    assert read_table(tmp_path / "bom.csv")["a"].tolist() == [1]


def test_codes_stay_text(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("code,x,a 'b'\n1e5,08,1\n2e6,,2\n", encoding="utf-8")
    assert read_table(tmp_path / "codes.csv", text=["code", "absent", "a 'b'"])["code"].tolist() == ["1e5", "2e6"]
    assert read_table(tmp_path / "codes.csv", text=["code"])["a 'b'"].tolist() == [1, 2]
    assert read_table(tmp_path / "codes.csv")["code"].tolist() == [1e5, 2e6]


def test_unreadable_files(tmp_path: Path) -> None:
    for name, content, code in (
        ("x.parquet", b"no parquet", "unreadable_table"),
        ("x.csv.gz", b"no gzip", "unreadable_table"),
        ("x.jsonl", b"{", "unreadable_table"),
        ("x.txt", b"", "unknown_suffix"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(EngineError) as caught:
            read_table(tmp_path / name)
        assert caught.value.code == code, name
    with pytest.raises(EngineError) as caught:
        read_table(tmp_path / "absent.csv")
    assert caught.value.code == "no_file"


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept.csv").write_text("old", encoding="utf-8")
    with pytest.raises(EngineError):
        write_table(
            tmp_path / "kept.csv", {"a": np.array([1, 2]), "b": np.array([object(), object()], dtype=object)[:1]}
        )
    assert (tmp_path / "kept.csv").read_text(encoding="utf-8") == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["kept.csv"]

"""Every kind of bad input: the sentence, the row, and nothing written but the rejected entry of the catalogue."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scoring.facts import storage
from scoring.facts.enums import REMEDIES, Fault, Notice
from scoring.facts.imports import import_batch
from scoring.facts.models import FactBatch
from scoring.facts.refusals import SENTENCES, Refusal, sentence
from scoring.facts.selectors import live_batches
from scoring.facts.services import Options
from tests.factories.facts import HEADER, fact_row, make_batch, read_facts, write_csv, write_json_lines
from tests.factories.providers import make_external_provider

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 3, 10, 4, 0, tzinfo=UTC)  # noon of the 10th in Shanghai


@pytest.fixture(autouse=True)
def code() -> str:
    """The code of a provider."""
    return make_external_provider("X1").code


def imported(path: Path, **options: Any) -> FactBatch:
    return import_batch(path=path, by=None, now=NOON, options=Options(**options))


def rejected(path: Path, **options: Any) -> FactBatch:
    """The batch, after proof that nothing else was written."""
    batch = imported(path, **options)
    assert batch.status == "rejected", batch.report
    assert (batch.path, batch.imported_at, batch.rows) == ("", None, None)
    assert list(live_batches()) == []
    assert storage.stored_files() == []
    assert list((storage.root() / "work").iterdir()) == []
    return batch


def told(batch: FactBatch) -> list[tuple[int, str, str, str]]:
    return [(line["row"], line["column"], line["value"], line["reason"]) for line in batch.report["lines"]]


BAD_ROWS: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"provider": "X9"}, ("provider", "X9", "unknown_provider")),
    ({"provider": ""}, ("provider", "", "missing_value")),
    ({"provider": "X 1"}, ("provider", "X 1", "malformed_code")),
    ({"provider": "X1'; --"}, ("provider", "X1'; --", "malformed_code")),
    ({"merchant": ""}, ("merchant", "", "missing_value")),
    ({"merchant": "M" * 41}, ("merchant", "M" * 41, "malformed_code")),
    ({"trader": "-"}, ("trader", "-", "malformed_code")),
    ({"day": "2024-03-11"}, ("day", "2024-03-11", "future_day")),
    ({"day": "2009-12-31"}, ("day", "2009-12-31", "old_day")),
    ({"day": "0024-03-01"}, ("day", "0024-03-01", "old_day")),
    ({"day": "2024-02-30"}, ("day", "2024-02-30", "not_a_day")),
    ({"day": "03/01/2024"}, ("day", "03/01/2024", "not_a_day")),
    ({"day": "2024-03-01 12:00:00"}, ("day", "2024-03-01 12:00:00", "not_a_day")),
    ({"day": "yesterday"}, ("day", "yesterday", "not_a_day")),
    ({"day": ""}, ("day", "", "not_a_day")),
    ({"orders": "-1"}, ("orders", "-1", "negative")),
    ({"orders": "1.5"}, ("orders", "1.5", "not_a_whole_number")),
    ({"orders": "many"}, ("orders", "many", "not_a_whole_number")),
    ({"orders": "nan"}, ("orders", "nan", "not_a_whole_number")),
    ({"orders": ""}, ("orders", "", "missing_value")),
    ({"orders": "  "}, ("orders", "  ", "missing_value")),
    ({"orders": "1,000"}, ("orders", "1,000", "not_a_whole_number")),
    ({"orders": "１２"}, ("orders", "１２", "not_a_whole_number")),
    ({"gmv_minor": str(10**15 + 1)}, ("gmv_minor", str(10**15 + 1), "too_large")),
    ({"gmv_minor": "9" * 60}, ("gmv_minor", "9" * 60, "too_large")),
    ({"gmv_minor": "9" * 400}, ("gmv_minor", "9" * 80, "too_large")),
    ({"gmv_minor": "inf"}, ("gmv_minor", "inf", "too_large")),
    ({"gmv_minor": "-" + "9" * 30}, ("gmv_minor", "-" + "9" * 30, "negative")),
    ({"sla_hits": 2, "sla_total": 1}, ("sla_hits", "2", "part_above_whole")),
    ({"on_time_shipments": 2, "shipments": 1}, ("on_time_shipments", "2", "part_above_whole")),
    ({"rating_sum": 6, "rating_count": 1}, ("rating_sum", "6", "rating_range")),
    ({"rating_sum": 1, "rating_count": 2}, ("rating_sum", "1", "rating_range")),
]


@pytest.mark.parametrize(("values", "fault"), BAD_ROWS, ids=lambda value: str(value)[:50])
def test_a_bad_row_rejects_the_batch(tmp_path: Path, values: dict[str, Any], fault: tuple[str, str, str]) -> None:
    rows = [fact_row("X1", "2024-03-01"), fact_row("X1", "2024-03-02") | values, fact_row("X1", "2024-03-03")]
    batch = rejected(write_csv(tmp_path / "a.csv", rows))
    assert told(batch) == [(2, *fault)]
    assert batch.report["reasons"] == {fault[2]: 1}
    assert (batch.source_rows, batch.rejected_rows) == (3, 1)
    assert sentence(batch.report["refusal"]) == (
        "Rows that are wrong: 1 of 3. Nothing was taken.",
        "Mend them and send the file again, or choose to skip bad rows.",
    )
    taken = imported(tmp_path / "a.csv", skip_bad_rows=True)
    assert (taken.status, taken.rows, taken.rejected_rows) == ("live", 2, 1)
    assert told(taken) == [(2, *fault)]
    assert [f["day"].day for f in read_facts([taken])] == [1, 3]


def test_today_is_not_the_future(tmp_path: Path) -> None:
    assert imported(write_csv(tmp_path / "a.csv", [fact_row("X1", "2024-03-10")])).status == "live"


def test_refunds_may_exceed_the_orders_of_their_day(tmp_path: Path) -> None:
    rows = [fact_row("X1", orders=1, refunded_orders=3, refunded_gmv_minor=900, cold_starts_done=1)]
    assert imported(write_csv(tmp_path / "a.csv", rows)).status == "live"


def test_all_faults_of_a_row_are_told_and_it_counts_once(tmp_path: Path) -> None:
    rows = [fact_row("X1"), fact_row("X9", "2024-13-01", orders="-5", clicks="x")]
    batch = rejected(write_csv(tmp_path / "a.csv", rows))
    assert told(batch) == [
        (2, "day", "2024-13-01", "not_a_day"),
        (2, "clicks", "x", "not_a_whole_number"),
        (2, "orders", "-5", "negative"),
        (2, "provider", "X9", "unknown_provider"),
    ]
    assert batch.rejected_rows == 1


def test_a_repeated_key_names_the_later_row(tmp_path: Path) -> None:
    rows = [fact_row("X1", orders=1), fact_row("X1", "2024-03-02"), fact_row("X1", orders=2)]
    batch = rejected(write_csv(tmp_path / "a.csv", rows))
    assert told(batch) == [(3, "provider", "X1", "repeated_key")]
    taken = imported(tmp_path / "a.csv", skip_bad_rows=True)
    assert [f["orders"] for f in read_facts([taken])] == [1, 0]


def raw(tmp_path: Path, lines: list[str], header: str | None = None) -> Path:
    path = tmp_path / "raw.csv"
    path.write_bytes("\n".join([header or ",".join(HEADER), *lines, ""]).encode())
    return path


def line(day: str = "2024-03-01", **values: Any) -> str:
    return ",".join(str(value) for value in fact_row("X1", day, **values).values())


def test_rows_of_the_wrong_shape_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    lines = [
        line("2024-03-01"),
        "X1,2024-03-02",
        line("2024-03-03") + ",7",
        line("2024-03-04").replace("M000001", '"M"1'),
        line("2024-03-05", orders=-1),
        line("2024-03-06"),
        "X1",
        line("2024-03-07", clicks="x"),
    ]
    batch = rejected(raw(tmp_path, lines))
    assert told(batch) == [
        (2, "", "", "too_few_values"),
        (3, "", "", "too_many_values"),
        (4, "", "", "broken_quotes"),
        (5, "orders", "-1", "negative"),
        (7, "", "", "too_few_values"),
        (8, "clicks", "x", "not_a_whole_number"),
    ]
    assert (batch.source_rows, batch.rejected_rows) == (8, 6)
    assert rejected(tmp_path / "raw.csv", skip_bad_rows=True).report["refusal"]["code"] == "csv_malformed"
    del lines[3]
    taken = imported(raw(tmp_path, lines), skip_bad_rows=True)
    assert (taken.source_rows, taken.rejected_rows) == (7, 5)
    assert [f["day"].day for f in read_facts([taken])] == [1, 6]


def test_a_line_end_inside_quotes_counts_as_one_row(tmp_path: Path) -> None:
    lines = [line("2024-03-01").replace("M000001", '"M\n1"'), line("2024-03-02", orders=-1), "X1"]
    batch = rejected(raw(tmp_path, lines))
    assert told(batch) == [
        (1, "merchant", "M\n1", "malformed_code"),
        (2, "orders", "-1", "negative"),
        (3, "", "", "too_few_values"),
    ]


def test_a_quote_that_never_ends(tmp_path: Path) -> None:
    lines = [line("2024-03-01"), line("2024-03-02").replace("M000001", '"M1'), line("2024-03-03")]
    batch = rejected(raw(tmp_path, lines))
    assert told(batch) == [(2, "", "", "broken_quotes")]


@pytest.mark.parametrize("start", [f"{','.join(HEADER)}\nX1,", ""])
def test_a_line_of_a_hundred_megabytes(tmp_path: Path, start: str) -> None:
    path = tmp_path / "raw.csv"
    path.write_bytes(start.encode() + b"9" * 100_000_000)
    with pytest.raises(Refusal) as caught:
        imported(path)
    assert (caught.value.reason, caught.value.params) == ("line_too_long", {"line": 2 if start else 1})
    assert FactBatch.objects.count() == 0


def test_a_header_of_a_hundred_kilobytes(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_bytes(b"x" * 100_000)
    assert rejected(path).report["refusal"]["code"] == "header_unreadable"


def test_a_quoted_value_of_two_megabytes_is_never_skipped(tmp_path: Path) -> None:
    long = line("2024-03-02").replace("M000001", '"' + "M\n" * 1_000_000 + '"')
    path = raw(tmp_path, [line("2024-03-01"), long, line("2024-03-03")])
    assert told(rejected(path)) == [(2, "", "", "row_too_long")]
    assert rejected(path, skip_bad_rows=True).report["refusal"]["code"] == "csv_malformed"


def test_a_quote_that_swallows_rows_is_never_skipped(tmp_path: Path) -> None:
    lines = [line("2024-03-01", merchant=f"M{index}") for index in range(400_000)]
    lines[1000] = lines[1000].replace("M1000", '"M1000')
    path = raw(tmp_path, lines)
    assert path.stat().st_size > 32 * 1024**2
    assert told(rejected(path)) == [(1001, "", "", "broken_quotes")]
    assert rejected(path, skip_bad_rows=True).report["refusal"]["code"] == "csv_malformed"


def test_a_row_hidden_in_a_quoted_value_is_no_row(tmp_path: Path) -> None:
    header = "status_id,status_type,status_published,num_reactions,num_comments,num_shares\n"
    post = 'X1_{0},"x\nX1_999,video,4/22/2018 6:00,9,9,9\ny",4/22/2018 6:00,1,0,0\n'
    path = tmp_path / "posts.csv"
    path.write_text(header + "".join(post.format(index) for index in range(500_000)))
    assert path.stat().st_size > 32 * 1024**2
    batch = import_batch(path=path, by=None, profile="fblive")
    assert (batch.status, batch.source_rows) == ("live", 500_000), batch.report
    assert [(f["likes"], f["short_videos"]) for f in read_facts([batch])] == [(500_000, 0)]


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    text = f"{','.join(HEADER)}\n\n{line('2024-03-01')}\n\n\n{line('2024-03-02')}\n\n"
    for ends in ("\n", "\r\n"):
        path = tmp_path / f"{len(ends)}.csv"
        path.write_bytes(text.replace("\n", ends).encode())
        batch = import_batch(path=path, by=None, source=f"s{len(ends)}")
        assert (batch.status, batch.source_rows, batch.rows) == ("live", 2, 2), batch.report


def test_mixed_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_bytes(f"{','.join(HEADER)}\r\n{line()}\n{line('2024-03-02')}\r\n{line('2024-03-03')}\n".encode())
    assert rejected(path).report["refusal"]["code"] == "csv_malformed"


HEADERS: list[tuple[Callable[[list[str]], list[str]], str, str]] = [
    (lambda names: [name for name in names if name != "orders"], "missing_column", "orders"),
    (lambda names: [*names, "profit"], "unknown_column", "profit"),
    (lambda names: ["Orders" if name == "orders" else name for name in names], "unknown_column", "Orders"),
    (lambda names: [" orders" if name == "orders" else name for name in names], "unknown_column", " orders"),
    (lambda names: [*names, "orders"], "repeated_column", "orders"),
    (lambda names: [*names, "ORDERS"], "repeated_column", "ORDERS"),
]


@pytest.mark.parametrize(("change", "reason", "columns"), HEADERS)
def test_a_header_that_does_not_fit(
    tmp_path: Path, change: Callable[[list[str]], list[str]], reason: str, columns: str
) -> None:
    path = raw(tmp_path, [line()], ",".join(change(list(HEADER))))
    assert rejected(path).report["refusal"] == {"code": reason, "params": {"columns": columns}}


@pytest.mark.parametrize("header", [",", "provider,,day", '"provider', "provider\x07,day"])
def test_a_header_that_is_none(tmp_path: Path, header: str) -> None:
    assert rejected(raw(tmp_path, [line()], header)).report["refusal"]["code"] == "header_unreadable"


def test_too_many_columns(tmp_path: Path) -> None:
    path = raw(tmp_path, [line()], ",".join(f"c{index}" for index in range(501)))
    assert rejected(path).report["refusal"] == {"code": "too_many_columns", "params": {"count": 501, "limit": 500}}


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_header_without_rows(tmp_path: Path, end: str) -> None:
    (tmp_path / "raw.csv").write_text(",".join(HEADER) + end)
    assert rejected(tmp_path / "raw.csv").report["refusal"]["code"] == "no_rows"


def test_no_good_row_is_left(tmp_path: Path) -> None:
    batch = rejected(write_csv(tmp_path / "a.csv", [fact_row("X1", orders=-1)]), skip_bad_rows=True)
    assert batch.report["refusal"]["code"] == "nothing_left"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04....", b"P\xff", b"provider\0,day\n"])
def test_what_is_no_readable_file_writes_nothing_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "raw.csv"
    path.write_bytes(content)
    with pytest.raises(Refusal):
        imported(path)
    assert FactBatch.objects.count() == 0
    assert list((storage.root() / "work").iterdir()) == []


JSON_LINES: list[tuple[str, tuple[str, str]]] = [
    ("{not json", ("", "not_json")),
    ("[1, 2]", ("", "not_json")),
    ("7", ("", "not_json")),
    ('{"provider": "X1", "provider": "X2"}', ("", "not_json")),
    ("[" * 100_000, ("", "not_json")),
    ('{"provider": "X1"} {"provider": "X1"}', ("", "not_json")),
]


@pytest.mark.parametrize(("text", "fault"), JSON_LINES, ids=lambda value: str(value)[:30])
def test_a_line_that_is_no_json_object(tmp_path: Path, text: str, fault: tuple[str, str]) -> None:
    path = write_json_lines(tmp_path / "a.jsonl", [fact_row("X1", "2024-03-01"), fact_row("X1", "2024-03-02")])
    first, second = path.read_text().splitlines()
    path.write_text(f"{first}\n\n{text}\n{second}\n")
    batch = rejected(path)
    assert [(row, column, reason) for row, column, _, reason in told(batch)] == [(2, *fault)]
    assert batch.source_rows == 3
    assert imported(path, skip_bad_rows=True).rows == 2


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"orders": None}, ("orders", "", "missing_value")),
        ({"orders": [1]}, ("orders", "[1]", "not_a_whole_number")),
        ({"orders": {"a": 1}}, ("orders", '{"a":1}', "not_a_whole_number")),
        ({"orders": True}, ("orders", "true", "not_a_whole_number")),
        ({"orders": 1.5}, ("orders", "1.5", "not_a_whole_number")),
        ({"orders": -1}, ("orders", "-1", "negative")),
        ({"orders": 10**40}, ("orders", str(10**40), "too_large")),
    ],
)
def test_a_json_value_of_the_wrong_kind(tmp_path: Path, values: dict[str, Any], fault: tuple[str, str, str]) -> None:
    path = write_json_lines(tmp_path / "a.jsonl", [fact_row("X1", **values)])
    assert told(rejected(path)) == [(1, *fault)]


def test_json_keys_are_columns(tmp_path: Path) -> None:
    path = write_json_lines(tmp_path / "a.jsonl", [fact_row("X1"), fact_row("X1", "2024-03-02", profit=3)])
    assert rejected(path).report["refusal"] == {"code": "unknown_column", "params": {"columns": "profit"}}
    rows = [fact_row("X1"), fact_row("X1", "2024-03-02")]
    del rows[1]["orders"]
    assert told(rejected(write_json_lines(path, rows))) == [(2, "orders", "", "missing_value")]


def test_a_damaged_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + b"\x00" * 500 + b"PAR1")
    assert rejected(path).report["refusal"]["code"] == "parquet_unreadable"
    names = ", ".join(f"'1' AS {name}" for name in HEADER)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {names} FROM range(100000)) TO '{path}' (FORMAT parquet)")
    content = bytearray(path.read_bytes())
    content[20:200] = b"\xff" * 180
    path.write_bytes(content)
    assert rejected(path).report["refusal"]["code"] in ("parquet_unreadable", "rows_rejected")


def test_parquet_with_lists(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'X1' AS provider, [1] AS orders) TO '{path}' (FORMAT parquet)")
    assert rejected(path).report["refusal"] == {"code": "column_type", "params": {"columns": "orders"}}


def test_thousands_of_faults_are_counted_and_a_thousand_listed(tmp_path: Path) -> None:
    rows = [fact_row("X1", merchant=f"M{index}", orders=-1) for index in range(3000)]
    batch = rejected(write_csv(tmp_path / "a.csv", rows))
    assert batch.report["reasons"] == {"negative": 3000}
    assert [line["row"] for line in batch.report["lines"]] == list(range(1, 1001))


def test_sums_that_overflow_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    lines = [f"X1_{index},photo,4/22/2018 6:00,{10**15},0,0" for index in range(20)]
    path.write_text("status_id,status_type,status_published,num_reactions,num_comments,num_shares\n" + "\n".join(lines))
    batch = import_batch(path=path, by=None, profile="fblive")
    assert (batch.status, batch.report["refusal"]["params"]) == ("rejected", {"column": "likes"})
    assert storage.stored_files() == []


def test_a_file_of_that_name_is_no_pattern(tmp_path: Path) -> None:
    make_batch(tmp_path / "a*[1]?'.csv", [fact_row("X1", "2024-03-01")])
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress((tmp_path / "a*[1]?'.csv").read_bytes()))
    assert import_batch(path=tmp_path / "b.csv.gz", by=None, source="other").status == "live"


def test_every_reason_has_its_remedy_and_every_sentence_its_places() -> None:
    assert set(REMEDIES) == {*Fault.values, *Notice.values}
    for code, (message, remedy) in SENTENCES.items():
        assert str(message) and str(remedy), code

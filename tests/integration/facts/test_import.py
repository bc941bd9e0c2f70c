"""A good file becomes a live batch; the same facts never count twice."""

import gzip
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import NotPermitted
from engine.columns import FACT_COLUMN_NAMES
from providers.registry.models import Provider
from scoring.facts import storage
from scoring.facts.enums import FactBatchStatus
from scoring.facts.imports import dry_run, import_batch
from scoring.facts.models import FactBatch
from scoring.facts.selectors import daily_totals, files_of, input_digest, live_batches
from scoring.facts.services import Options
from scoring.facts.sources import digest_file
from tests.factories.accounts import make_staff, make_user
from tests.factories.facts import (
    HEADER,
    fact_row,
    make_batch,
    read_facts,
    write_csv,
    write_json_lines,
    write_parquet,
)
from tests.factories.providers import make_external_provider

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
POSTS = Path(os.environ.get("PADDOCK_SHARED_DATA", ROOT.parent / "shared" / "data")) / "fblive" / "posts.csv.gz"


@pytest.fixture
def two() -> tuple[str, str]:
    """The codes of two providers."""
    return make_external_provider("X1").code, make_external_provider("X2").code


def rows_of(two: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        fact_row(two[1], "2024-03-02", orders=3, gmv_minor=29_900, trader="T000001"),
        fact_row(two[0], "2024-03-01", exposures=10**15, merchant="M000002"),
        fact_row(two[0], "2024-03-01", rating_sum=9, rating_count=2, shipments=2, on_time_shipments=2),
    ]


def test_a_live_batch_says_all_about_itself(tmp_path: Path, two: tuple[str, str]) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    now = datetime(2024, 3, 5, tzinfo=UTC)
    path = write_csv(tmp_path / "march.csv", rows_of(two))
    batch = import_batch(path=path, by=analyst, now=now)
    assert (batch.status, batch.kind, batch.source, batch.profile, batch.file_name) == (
        ("live", "csv", "platform", "standard", "march.csv")
    )
    assert (batch.source_rows, batch.rows, batch.rejected_rows, batch.duplicate_rows) == (3, 3, 0, 0)
    assert (batch.day_from, batch.day_to, batch.provider_count) == (date(2024, 3, 1), date(2024, 3, 2), 2)
    assert (batch.imported_at, batch.imported_by, batch.received_by) == (now, analyst, analyst)
    assert batch.digest == digest_file(path)
    assert (batch.file_digest, batch.file_bytes) == (digest_file(batch.file), batch.file.stat().st_size)
    assert batch.file.name == f"{batch.pk:08d}-{batch.file_digest[:16]}.parquet"
    assert list((storage.root() / "work").iterdir()) == []
    assert [entry.action for entry in entries_of(batch)][::-1] == [
        "fact_batch.receive",
        "fact_batch.check",
        "fact_batch.publish",
    ]


def test_facts_come_out_sorted_and_whole(tmp_path: Path, two: tuple[str, str]) -> None:
    batch = make_batch(tmp_path / "a.csv", rows_of(two))
    facts = read_facts([batch])
    assert [(f["day"], f["provider"], f["merchant"], f["trader"]) for f in facts] == [
        (date(2024, 3, 1), "X1", "M000001", ""),
        (date(2024, 3, 1), "X1", "M000002", ""),
        (date(2024, 3, 2), "X2", "M000001", "T000001"),
    ]
    assert list(facts[0]) == list(HEADER)
    assert facts[1]["exposures"] == 10**15
    assert (facts[2]["orders"], facts[2]["gmv_minor"]) == (3, 29_900)


@pytest.mark.parametrize("kind", ["csv", "bom", "crlf", "cr", "gzip", "json_lines", "parquet"])
def test_every_kind_gives_the_same_facts(tmp_path: Path, two: tuple[str, str], kind: str) -> None:
    path = write_csv(tmp_path / "given", rows_of(two))
    text = path.read_bytes()
    if kind == "json_lines":
        write_json_lines(path, rows_of(two))
    elif kind == "parquet":
        path = write_parquet(tmp_path / "given.parquet", rows_of(two))
    else:
        ends = {"crlf": b"\r\n", "cr": b"\r"}.get(kind, b"\n")
        path.write_bytes((b"\xef\xbb\xbf" if kind == "bom" else b"") + text.replace(b"\n", ends))
        if kind == "gzip":
            path.write_bytes(gzip.compress(text))
    batch = import_batch(path=path, by=None)
    assert batch.status == "live", batch.report
    (tmp_path / "plain.csv").write_bytes(text)
    plain = import_batch(path=tmp_path / "plain.csv", by=None, source="again")
    if kind != "csv":
        assert read_facts([batch]) == read_facts([plain])
        assert batch.file_digest == plain.file_digest


def test_numbers_as_other_tools_write_them(tmp_path: Path, two: tuple[str, str]) -> None:
    rows = [fact_row(two[0], orders="12.0", clicks="1e3", viewers=" 7 ", likes="+5", shares="007", comments="-0")]
    facts = read_facts([make_batch(tmp_path / "a.csv", rows)])
    assert [facts[0][name] for name in ("orders", "clicks", "viewers", "likes", "shares", "comments")] == [
        *(12, 1000, 7, 5, 7, 0)
    ]


def test_a_re_sent_file_changes_nothing(tmp_path: Path, two: tuple[str, str]) -> None:
    first = make_batch(tmp_path / "a.csv", rows_of(two))
    before = (FactBatch.objects.count(), storage.stored_files(), entries_of(first).count())
    (tmp_path / "b.csv").write_bytes((tmp_path / "a.csv").read_bytes())
    again = import_batch(path=tmp_path / "b.csv", by=None, options=Options(skip_bad_rows=True))
    assert (again.pk, again.version) == (first.pk, first.version)
    assert (FactBatch.objects.count(), storage.stored_files(), entries_of(first).count()) == before


def test_facts_that_are_live_already_are_refused(tmp_path: Path, two: tuple[str, str]) -> None:
    first = make_batch(tmp_path / "a.csv", rows_of(two))
    path = write_csv(tmp_path / "b.csv", [fact_row(two[0], "2024-03-01", orders=8, merchant="M000009")])
    second = import_batch(path=path, by=None)
    assert second.status == "rejected"
    assert second.report["refusal"] == {
        "code": "overlap",
        "params": {
            "batch": first.pk,
            "source": "platform",
            "providers": 1,
            "since": "2024-03-01",
            "until": "2024-03-01",
        },
    }
    assert list(live_batches()) == [first]
    assert len(storage.stored_files()) == 1
    assert import_batch(path=path, by=None, source="other").status == "live"


def test_other_providers_of_the_same_day_are_welcome(tmp_path: Path, two: tuple[str, str]) -> None:
    make_batch(tmp_path / "a.csv", [fact_row(two[0])])
    make_batch(tmp_path / "b.csv", [fact_row(two[1])])
    assert live_batches().count() == 2


def test_a_correction_supersedes(tmp_path: Path, two: tuple[str, str]) -> None:
    before = datetime(2024, 3, 10, tzinfo=UTC)
    old = make_batch(tmp_path / "a.csv", rows_of(two), now=before)
    now = datetime(2024, 3, 12, tzinfo=UTC)
    rows = [*rows_of(two)[:2], fact_row(two[0], "2024-03-01", orders=1)]
    new = make_batch(tmp_path / "b.csv", rows, supersedes=(old.pk,), now=now)
    old.refresh_from_db()
    assert (old.status, old.successor, old.superseded_at) == ("superseded", new, now)
    assert old.file.exists()
    assert list(live_batches()) == [new]
    assert list(live_batches(at=datetime(2024, 3, 11, tzinfo=UTC))) == [old]
    assert files_of(live_batches()) == [new.file]
    assert entries_of(old).first().action == "fact_batch.supersede"


def test_what_cannot_be_superseded(tmp_path: Path, two: tuple[str, str]) -> None:
    old = make_batch(tmp_path / "a.csv", rows_of(two))
    part = write_csv(tmp_path / "b.csv", [fact_row(two[0], "2024-03-01", orders=8)])
    fewer = import_batch(path=part, by=None, options=Options(supersedes=(old.pk,)))
    assert (fewer.status, fewer.report["refusal"]["code"]) == ("rejected", "supersedes_more_days")
    with pytest.raises(Exception, match="is not live"):
        import_batch(path=part, by=None, options=Options(supersedes=(999_999,)))
    with pytest.raises(Exception, match="comes from “platform” and this file from “other”"):
        import_batch(path=part, by=None, source="other", options=Options(supersedes=(old.pk,)))
    assert list(live_batches()) == [old]
    assert FactBatch.objects.filter(status__in=["received", "checking"]).count() == 0


def test_the_superseded_file_may_not_come_back_by_itself(tmp_path: Path, two: tuple[str, str]) -> None:
    old = make_batch(tmp_path / "a.csv", rows_of(two))
    new = make_batch(tmp_path / "b.csv", [*rows_of(two)[:2], fact_row(two[0])], supersedes=(old.pk,))
    again = import_batch(path=tmp_path / "a.csv", by=None)
    assert (again.status, again.report["refusal"]["params"]["batch"]) == ("rejected", new.pk)
    back = import_batch(path=tmp_path / "a.csv", by=None, options=Options(supersedes=(new.pk,)))
    assert (back.status, back.file_digest) == ("live", old.file_digest)


def test_a_dry_run_leaves_nothing(tmp_path: Path, two: tuple[str, str]) -> None:
    path = write_csv(tmp_path / "a.csv", rows_of(two))
    outcome = dry_run(path=path)
    assert outcome.refusal is None
    assert outcome.written is not None
    assert outcome.written.rows == 3
    assert FactBatch.objects.count() == 0
    assert storage.stored_files() == []
    assert list((storage.root() / "work").iterdir()) == []


def test_unknown_providers_are_registered_when_asked(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("NEW1"), fact_row("NEW2"), fact_row("NEW1", "2024-03-02")])
    assert import_batch(path=path, by=None).status == "rejected"
    assert Provider.objects.count() == 0
    batch = import_batch(path=path, by=None, options=Options(register_unknown=True))
    assert batch.status == "live"
    assert batch.report["new_providers"] == 2
    assert sorted(Provider.objects.values_list("code", "origin")) == [("NEW1", "external"), ("NEW2", "external")]
    assert [e.action for e in entries_of(Provider.objects.get(code="NEW1"))] == ["provider.register_external"]


def test_the_portals_own_codes_are_never_registered(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("P999999")])
    batch = import_batch(path=path, by=None, options=Options(register_unknown=True))
    assert batch.report["reasons"] == {"unknown_provider": 1}
    assert Provider.objects.count() == 0


def test_who_may_import(tmp_path: Path, two: tuple[str, str]) -> None:
    path = write_csv(tmp_path / "a.csv", rows_of(two))
    for person in (make_user(), make_staff(Role.AUDITOR)):
        with pytest.raises(NotPermitted):
            import_batch(path=path, by=person)
    with pytest.raises(NotPermitted):
        import_batch(path=path, by=make_staff(Role.SCORING_ANALYST), options=Options(register_unknown=True))
    assert FactBatch.objects.count() == 0


def test_rows_finer_than_a_day_are_summed(tmp_path: Path) -> None:
    header = "status_id,status_type,status_published,num_reactions,num_comments,num_shares\n"
    lines = [
        "S1_1,video,4/22/2018 6:00,5,2,1",
        "S1_2,video,4/22/2018 23:59,7,0,0",
        "S1_3,photo,4/11/18 04:53,1,1,1",
        "S1_2,video,4/22/2018 23:59,7,0,0",
        "S1_3,photo,4/11/18 04:53,1,1,2",
    ]
    path = tmp_path / "posts.csv"
    path.write_text(header + "\n".join(lines))
    batch = import_batch(path=path, by=None, profile="fblive", options=Options(register_unknown=True))
    assert (batch.source_rows, batch.duplicate_rows, batch.rejected_rows, batch.rows) == (5, 2, 0, 2)
    assert batch.report["notices"] == {"repeated_id": 1, "repeated_id_differs": 1}
    assert [(line["row"], line["value"], line["reason"]) for line in batch.report["lines"]] == [
        (4, "S1_2", "repeated_id"),
        (5, "S1_3", "repeated_id_differs"),
    ]
    facts = read_facts([batch])
    assert [(f["day"], f["short_videos"], f["likes"], f["comments"], f["shares"]) for f in facts] == [
        (date(2018, 4, 11), 0, 1, 1, 1),
        (date(2018, 4, 22), 2, 12, 2, 1),
    ]


@pytest.mark.shared_data
def test_the_real_posts() -> None:
    if not POSTS.exists():
        pytest.skip(f"no reference data at {POSTS}; set PADDOCK_SHARED_DATA to its folder")
    batch = import_batch(path=POSTS, by=None, profile="fblive", options=Options(register_unknown=True))
    assert (batch.source_rows, batch.duplicate_rows, batch.rejected_rows) == (7050, 53, 0)
    assert batch.report["notices"] == {"repeated_id": 51, "repeated_id_differs": 2}
    assert batch.report["ignored_columns"][-4:] == ["Column1", "Column2", "Column3", "Column4"]
    assert (batch.provider_count, batch.day_from, batch.day_to) == (9, date(2012, 7, 15), date(2018, 6, 13))
    facts = read_facts([batch])
    # 6,997 posts after the repeats, 2,333 of them videos.
    sums = {name: sum(f[name] for f in facts) for name in FACT_COLUMN_NAMES}
    assert {name: total for name, total in sums.items() if total} == {
        "short_videos": 2333,
        "likes": 1_573_989,
        "comments": 1_578_621,
        "shares": 281_769,
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_sums_survive_the_import(tmp_path: Path, two: tuple[str, str], data: st.DataObject) -> None:
    keys = data.draw(
        st.lists(
            st.tuples(st.sampled_from(two), st.dates(date(2020, 1, 1), date(2024, 1, 1)), st.integers(1, 9)),
            min_size=1,
            max_size=40,
            unique=True,
        )
    )
    counters = ("exposures", "clicks", "orders", "gmv_minor", "complaints")
    rows = [
        fact_row(code, day, merchant=f"M{merchant}", **{name: data.draw(st.integers(0, 10**15)) for name in counters})
        for code, day, merchant in keys
    ]
    for batch in live_batches():
        batch.delete()
    batch = make_batch(tmp_path / "facts.csv", rows, source=f"s{FactBatch.objects.count()}")
    facts = read_facts([batch])
    assert len(facts) == len(rows)
    for name in counters:
        assert sum(f[name] for f in facts) == sum(row[name] for row in rows)
    totals = daily_totals(two[0], columns=["gmv_minor"], since=date(2020, 1, 1), until=date(2024, 1, 1))
    assert totals["gmv_minor"].sum() == sum(row["gmv_minor"] for row in rows if row["provider"] == two[0])


def test_daily_totals_are_of_one_provider_and_live_batches(tmp_path: Path, two: tuple[str, str]) -> None:
    make_batch(tmp_path / "a.csv", rows_of(two))
    make_batch(tmp_path / "b.csv", [fact_row(two[0], "2024-03-01", orders=4)], source="other")
    totals = daily_totals(two[0], columns=["orders", "exposures"], since=date(2024, 3, 1), until=date(2024, 3, 31))
    assert json.loads(json.dumps([str(day) for day in totals["day"]])) == ["2024-03-01"]
    assert (totals["orders"].tolist(), totals["exposures"].tolist()) == ([4], [10**15])
    empty = daily_totals("nobody", columns=["orders"], since=date(2024, 3, 1), until=date(2024, 3, 31))
    assert (len(empty["day"]), len(empty["orders"])) == (0, 0)
    with pytest.raises(ValueError, match="not fact columns"):
        daily_totals(two[0], columns=["orders; drop"], since=date(2024, 3, 1), until=date(2024, 3, 2))


def test_the_input_digest_is_of_the_contents(tmp_path: Path, two: tuple[str, str]) -> None:
    a = make_batch(tmp_path / "a.csv", [fact_row(two[0])])
    b = make_batch(tmp_path / "b.csv", [fact_row(two[1])])
    assert input_digest([a, b]) == input_digest([b, a]) != input_digest([a])
    assert {a.status, b.status} == {FactBatchStatus.LIVE}


def test_every_counter_arrives_in_its_own_column(tmp_path: Path, two: tuple[str, str]) -> None:
    values = {name: 1000 + index for index, name in enumerate(FACT_COLUMN_NAMES)}
    values |= {"on_time_shipments": 1, "sla_hits": 2, "out_of_stock_skus": 3, "repurchases_30d": 4}
    values |= {"responses_on_time": 5, "rating_sum": 2000, "rating_count": 1000}
    facts = read_facts([make_batch(tmp_path / "a.csv", [fact_row(two[0], **values)])])
    assert {name: facts[0][name] for name in FACT_COLUMN_NAMES} == values

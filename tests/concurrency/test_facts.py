"""Two imports at once: PostgreSQL decides, and no fact counts twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.roles import Role
from scoring.facts import storage, uploads
from scoring.facts.imports import import_batch, receive_upload
from scoring.facts.locks import hold_import, is_running
from scoring.facts.models import FactBatch
from scoring.facts.selectors import live_batches
from scoring.facts.services import Options
from scoring.facts.sweeping import sweep
from tests.factories.accounts import make_staff
from tests.factories.facts import fact_row, make_batch, read_facts, write_csv
from tests.factories.providers import make_external_provider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ground(tmp_path: Path, settings: Any) -> None:
    """A provider, and a folder of facts for this test alone."""
    settings.FACTS_ROOT = tmp_path / "facts"
    make_external_provider("X1")


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run the works in threads that start together, each on its own connection; results or exceptions in order."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_the_same_file_twice_at_once_is_one_batch(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("X1", merchant=f"M{index}") for index in range(500)])
    results = at_once(*[lambda: import_batch(path=path, by=None)] * 3)
    assert {getattr(result, "pk", result) for result in results} == {FactBatch.objects.get().pk}
    assert {result.status for result in results} == {"live"}
    assert len(storage.stored_files()) == 1


def test_two_files_of_the_same_days_at_once_are_one_live_batch(tmp_path: Path) -> None:
    paths = [
        write_csv(tmp_path / f"{name}.csv", [fact_row("X1", merchant=f"{name}{index}") for index in range(500)])
        for name in ("a", "b")
    ]
    results = at_once(*[lambda path=path: import_batch(path=path, by=None) for path in paths])
    assert sorted(result.status for result in results) == ["live", "rejected"]
    assert len(read_facts(live_batches())) == 500
    assert len(storage.stored_files()) == 1


def test_two_corrections_at_once_supersede_once(tmp_path: Path) -> None:
    old = make_batch(tmp_path / "old.csv", [fact_row("X1")])
    paths = [write_csv(tmp_path / f"{orders}.csv", [fact_row("X1", orders=orders)]) for orders in (1, 2)]
    options = Options(supersedes=(old.pk,))
    results = at_once(*[lambda path=path: import_batch(path=path, by=None, options=options) for path in paths])
    assert sorted(getattr(result, "status", 400) for result in results if isinstance(result, FactBatch))[:1] == ["live"]
    assert live_batches().count() == 1
    old.refresh_from_db()
    assert old.successor == live_batches().get()


def test_the_same_upload_twice_at_once_is_one_batch(tmp_path: Path) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    data = write_csv(tmp_path / "a.csv", [fact_row("X1")]).read_bytes()

    def send() -> tuple[FactBatch, bool]:
        return receive_upload(chunks=[data], file_name="a.csv", profile="standard", by=analyst)

    results = at_once(send, send)
    assert sorted(new for _, new in results) == [False, True]
    assert len({batch.pk for batch, _ in results}) == 1
    assert FactBatch.objects.get().status == "live"
    assert [name for name in uploads.kept_names() if FactBatch.objects.filter(upload=name).exists()] == []


def test_the_database_itself_refuses_a_second_live_batch(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "a.csv", [fact_row("X1")])
    copy = FactBatch.objects.get(pk=batch.pk)
    copy.pk, copy.path = None, "batches/other.parquet"
    with pytest.raises(IntegrityError, match="fact_batch_once"), transaction.atomic():
        copy.save(force_insert=True)


def test_the_sweep_waits_for_a_batch_that_becomes_live(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("X1", merchant=f"M{index}") for index in range(200)])
    results = at_once(lambda: import_batch(path=path, by=None), *[lambda: [sweep() for _ in range(20)]] * 2)
    assert results[0].status == "live"
    assert results[0].file.exists()


def test_a_running_import_is_seen_from_outside() -> None:
    seen: list[bool] = []

    def look() -> None:
        seen.append(is_running("d" * 64, "standard"))

    with hold_import("d" * 64, "standard"):
        at_once(look)
    at_once(look)
    assert seen == [True, False]

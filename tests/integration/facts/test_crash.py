"""An import that dies leaves nothing or all, whatever the moment; the next one mends what is left."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from common.jobs.models import Job
from common.jobs.progress import JobCancelled
from common.jobs.services import request_cancel
from scoring.facts import storage, uploads
from scoring.facts.imports import import_batch, import_upload, receive_upload
from scoring.facts.models import FactBatch
from scoring.facts.refusals import Refusal
from scoring.facts.selectors import live_batches
from scoring.facts.services import Options
from scoring.facts.sweeping import sweep
from scoring.facts.workbench import refuse_io
from tests.factories.accounts import make_staff
from tests.factories.facts import fact_row, make_batch, read_facts, write_csv
from tests.factories.providers import make_external_provider

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]

# The child dies by SIGKILL when it enters, or has left, one step of the import.
CHILD = """
import importlib, os, signal, sys
from pathlib import Path
import django
django.setup()
from scoring.facts import imports
module, name, moment, path = sys.argv[1:]
target = importlib.import_module(module)
step = getattr(target, name)
def dying(*args, **kwargs):
    if moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    step(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(target, name, dying)
imports.import_batch(path=Path(path), by=None)
"""

MOMENTS = [
    ("scoring.facts.imports", "open_source", "before"),
    ("scoring.facts.imports", "receive_batch", "before"),
    ("scoring.facts.imports", "receive_batch", "after"),
    ("scoring.facts.imports", "start_checking", "after"),
    ("scoring.facts.importing", "stage_rows", "after"),
    ("scoring.facts.importing", "write_facts", "after"),
    ("scoring.facts.imports", "publish_batch", "before"),
    ("scoring.facts.storage", "place", "before"),
    ("scoring.facts.storage", "sync", "before"),
    ("scoring.facts.storage", "place", "after"),
    ("scoring.facts.services", "record", "after"),
    ("scoring.facts.imports", "publish_batch", "after"),
]


PLAIN = """
import sys
from pathlib import Path
import django
django.setup()
from scoring.facts import imports
imports.import_batch(path=Path(sys.argv[1]), by=None)
"""


def run_child(code: str, path: Path, facts_root: Path, *arguments: str) -> int:
    """Run `code` in a process of its own on this test's database and folder; its exit code."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    env = os.environ | {
        "DATABASE_URL": database.geturl(),
        "FACTS_URL": facts_root.as_uri(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-c", code, *arguments, str(path)]
    return subprocess.run(command, cwd=ROOT, env=env, check=False, stderr=subprocess.DEVNULL).returncode


def die(moment: tuple[str, str, str], path: Path, facts_root: Path) -> None:
    """Import `path` in a process that kills itself at `moment`."""
    assert run_child(CHILD, path, facts_root, *moment) == -signal.SIGKILL


@pytest.fixture(autouse=True)
def code() -> str:
    return make_external_provider("X1").code


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment[2]}-{moment[1]}")
def test_a_killed_import_leaves_nothing_or_all(tmp_path: Path, facts_root: Path, moment: tuple[str, str, str]) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("X1", orders=3)])
    die(moment, path, facts_root)
    whole = moment[1:] == ("publish_batch", "after")
    live = list(live_batches())
    assert len(live) == (1 if whole else 0)
    assert all(batch.file.exists() for batch in live)
    batch = import_batch(path=path, by=None)
    assert batch.status == "live"
    assert FactBatch.objects.count() == 1
    assert [f["orders"] for f in read_facts(live_batches())] == [3]
    sweep(timezone.now() + timedelta(hours=2))
    assert storage.stored_files() == [batch.path]
    assert {folder.name.partition("-")[0] for folder in storage.work_folders()} <= {"dry"}


def test_a_file_without_its_row_is_swept(tmp_path: Path, facts_root: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("X1")])
    die(("scoring.facts.storage", "place", "after"), path, facts_root)
    assert len(storage.stored_files()) == 1
    assert list(live_batches()) == []
    assert FactBatch.objects.get().status == "checking"
    swept = sweep(timezone.now() + timedelta(hours=2))
    assert (swept.files, swept.batches, swept.folders) == (1, 1, 1)
    assert storage.stored_files() == []
    lost = FactBatch.objects.get()
    assert (lost.status, lost.report["refusal"]["code"]) == ("failed", "worker_lost")
    assert import_batch(path=path, by=None).status == "live"


def test_the_sweep_leaves_what_is_in_use(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "a.csv", [fact_row("X1")])
    other = make_batch(tmp_path / "b.csv", [fact_row("X1", orders=2)], supersedes=(batch.pk,))
    swept = sweep(timezone.now() + timedelta(days=400))
    assert (swept.files, swept.folders, swept.uploads, swept.batches) == (0, 0, 0, 0)
    batch.refresh_from_db()
    assert batch.file.exists() and other.file.exists()


def test_old_uploads_without_a_batch_are_swept(tmp_path: Path) -> None:
    kept = uploads.keep_upload([b"a,b\n1,2\n"])
    assert sweep().uploads == 0
    old = time.time() - 7200
    os.utime(uploads.path_of(kept.name), (old, old))
    assert sweep().uploads == 1
    assert uploads.kept_names() == []


def test_a_forgotten_dry_run_loses_its_upload(tmp_path: Path) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    data = write_csv(tmp_path / "a.csv", [fact_row("X1")]).read_bytes()
    receive_upload(chunks=[data], file_name="a.csv", profile="standard", options=Options(dry_run=True), by=analyst)
    assert FactBatch.objects.get().status == "checked"
    sweep(timezone.now() + timedelta(days=8))
    batch = FactBatch.objects.get()
    assert (batch.status, batch.upload, uploads.kept_names()) == ("checked", "", [])


def test_a_job_that_runs_twice_imports_once(tmp_path: Path) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    data = write_csv(tmp_path / "a.csv", [fact_row("X1")]).read_bytes()
    batch, _ = receive_upload(chunks=[data], file_name="a.csv", profile="standard", by=analyst)
    again = import_upload(batch_id=batch.pk)
    assert (again.status, again.version) == ("live", FactBatch.objects.get().version)
    assert len(storage.stored_files()) == 1


@pytest.mark.parametrize("phase", ["Read the file", "Read the rows", "Check the rows", "Write the facts"])
def test_a_cancel_takes_nothing(tmp_path: Path, phase: str) -> None:
    def report(done: int, total: int, now: str) -> None:
        if now == phase:
            raise JobCancelled

    path = write_csv(tmp_path / "a.csv", [fact_row("X1")])
    with pytest.raises(JobCancelled):
        import_batch(path=path, by=None, report=report)
    assert [batch.status for batch in FactBatch.objects.all()] == ([] if phase == "Read the file" else ["failed"])
    assert storage.stored_files() == [] and storage.work_folders() == []
    assert import_batch(path=path, by=None).status == "live"


def test_a_long_statement_can_be_cancelled(tmp_path: Path) -> None:
    calls = []

    def report(done: int, total: int, now: str) -> None:
        calls.append(done)
        if now == "Read the rows" and len(calls) > 3:
            raise JobCancelled

    path = write_csv(tmp_path / "a.csv", (fact_row("X1", merchant=f"M{index}") for index in range(200_000)))
    with pytest.raises(JobCancelled):
        import_batch(path=path, by=None, report=report)
    assert FactBatch.objects.get().report["refusal"]["code"] == "cancelled"


def test_a_folder_that_cannot_be_written(tmp_path: Path, facts_root: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("X1")])
    facts_root.write_text("not a folder")
    with pytest.raises(Refusal) as caught:
        import_batch(path=path, by=None)
    assert caught.value.reason == "unwritable"
    assert FactBatch.objects.count() == 0


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    """/dev/full fails every write the way a full disk does."""
    with pytest.raises(OSError, match="No space left") as caught, Path("/dev/full").open("wb", buffering=0) as device:
        device.write(b"x")
    assert str(refuse_io(caught.value)) == (
        "The disk of the facts is full. "
        "Free space under the folder of FACTS_URL, then import the file again; nothing was taken."
    )


@pytest.mark.parametrize("megabytes", [1, 3])
def test_a_disk_that_fills_up_takes_nothing(tmp_path: Path, facts_root: Path, megabytes: int) -> None:
    """A limit on file size fails writes inside DuckDB in the middle of a file."""
    rows = (fact_row("X1", merchant=f"M{index * 7919 % 100_003}", orders=index * 7919) for index in range(60_000))
    path = write_csv(tmp_path / "a.csv", rows)
    limit = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({megabytes * 100_000}, {megabytes * 100_000}))"
    )
    assert run_child(
        f"{limit}\nimport signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n{PLAIN}", path, facts_root
    )
    assert list(live_batches()) == [] and storage.stored_files() == []
    assert [batch.status for batch in FactBatch.objects.all()] == ["failed"]
    assert FactBatch.objects.get().report["refusal"]["code"] in ("unwritable", "no_space")


def test_an_upload_that_is_gone_is_told(tmp_path: Path) -> None:
    analyst: Any = make_staff(Role.SCORING_ANALYST)
    data = write_csv(tmp_path / "a.csv", [fact_row("X1")]).read_bytes()
    options = Options(dry_run=True)
    batch, _ = receive_upload(chunks=[data], file_name="a.csv", profile="standard", options=options, by=analyst)
    batch.refresh_from_db()
    uploads.path_of(batch.upload).unlink()
    FactBatch.objects.filter(pk=batch.pk).update(status="received")
    told = import_upload(batch_id=batch.pk)
    assert (told.status, told.report["refusal"]["code"]) == ("rejected", "upload_gone")


def test_a_cancel_before_the_worker_came_closes_the_batch(tmp_path: Path) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    data = write_csv(tmp_path / "a.csv", [fact_row("X1")]).read_bytes()
    options = Options(dry_run=True)
    batch, _ = receive_upload(chunks=[data], file_name="a.csv", profile="standard", options=options, by=analyst)
    batch.refresh_from_db()
    Job.objects.filter(pk=batch.job_id).update(status="queued", finished_at=None)
    FactBatch.objects.filter(pk=batch.pk).update(status="received")
    assert sweep().batches == 0
    request_cancel(job_id=batch.job_id, by=analyst)
    assert sweep().batches == 1
    batch.refresh_from_db()
    assert (batch.status, batch.report["refusal"]["code"], uploads.kept_names()) == ("failed", "cancelled", [])

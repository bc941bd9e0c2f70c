"""`manage.py import_facts`: what it says, and its exit codes."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.roles import Role
from scoring.facts import storage
from scoring.facts.models import FactBatch
from scoring.management.commands.import_facts import describe_progress
from tests.factories.accounts import make_staff
from tests.factories.facts import fact_row, make_batch, write_csv
from tests.factories.providers import make_external_provider

pytestmark = pytest.mark.django_db

OWN = """
name = "own"
title_zh = "自有"
title_en = "Own"
source = "own"
missing = "zero"
may_be_empty = ["merchant", "trader"]
source_columns = ["who", "when", "sold"]
day_formats = ["%d.%m.%Y"]

[columns]
provider = "who"
day = "\\"when\\""
orders = "sold"
"""


@pytest.fixture(autouse=True)
def code() -> str:
    return make_external_provider("X1").code


def run(*arguments: Any, **options: Any) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("import_facts", *map(str, arguments), stdout=out, stderr=err, no_color=True, **options)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, out.getvalue(), err.getvalue()


def test_a_good_file(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("X1"), fact_row("X1", "2024-03-02")])
    assert run(path, "--dry-run") == (
        0,
        "2 rows read.\n2 facts of 1 providers, 2024-03-01 to 2024-03-02.\nThis was a dry run; nothing was taken.\n",
        "",
    )
    assert FactBatch.objects.count() == 0
    code, out, err = run(path)
    batch = FactBatch.objects.get()
    assert (code, err) == (0, "")
    assert out.endswith(f"Batch {batch.pk} is live.\n")
    FactBatch.objects.update(received_at="2024-01-01T00:00:00Z")
    code, out, err = run(path)
    assert (code, err) == (0, "")
    assert out.endswith(f"This file is live already as batch {batch.pk}; nothing changed.\n")


def test_a_bad_file(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("X1"), fact_row("X1", "2024-03-02", orders=-1)])
    for arguments in ((path,), (path, "--dry-run")):
        code, out, err = run(*arguments)
        assert code == 1
        assert "         1  The value is below zero." in out
        assert "row 2  orders  “-1”  negative" in out
        assert err.startswith("Rows that are wrong: 1 of 2. Nothing was taken.")
    assert storage.stored_files() == []
    assert run(path, "--skip-bad-rows")[0] == 0
    assert FactBatch.objects.filter(status="live").get().rows == 1


def test_superseding_by_command(tmp_path: Path) -> None:
    old = make_batch(tmp_path / "a.csv", [fact_row("X1")])
    path = write_csv(tmp_path / "b.csv", [fact_row("X1", orders=1)])
    code, _, err = run(path)
    assert code == 1
    assert err.startswith(f"Batch {old.pk} already holds facts of “platform” from ")
    assert run(path, "--supersedes", old.pk)[0] == 0
    old.refresh_from_db()
    assert old.status == "superseded"


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN)
    (tmp_path / "sales.csv").write_text("who,when,sold\nX1,31.01.2024,7\n")
    assert run(tmp_path / "sales.csv", "--profile", tmp_path / "own.toml")[0] == 0
    batch = FactBatch.objects.get()
    assert (batch.profile, batch.source, str(batch.day_from)) == ("own", "own", "2024-01-31")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.csv",), "There is no file nowhere.csv. Check the path."),
        (("a.csv", "--profile", "secret"), "There is no profile “secret”. Choose one of: standard, fblive, partial."),
        (("a.csv", "--profile", "nowhere.toml"), "Profile, profile: The file cannot be read"),
        (("a.csv", "--by", "nobody@example.com"), "Nobody has the e-mail address nobody@example.com."),
        (("a.csv", "--supersedes", "9000000"), "Batch 9000000 is not live, so that nothing can supersede it."),
    ],
)
def test_what_cannot_run(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    write_csv(tmp_path / "a.csv", [fact_row("X1")])
    code, out, err = run(*[str(tmp_path / a) if a == "a.csv" else a for a in arguments])
    assert (code, out) == (2, "")
    assert err.startswith(words)
    assert FactBatch.objects.count() == 0


def test_in_somebodys_name(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [fact_row("X1")])
    auditor, analyst = make_staff(Role.AUDITOR), make_staff(Role.SCORING_ANALYST)
    assert run(path, "--by", auditor.email)[0] == 2
    assert run(path, "--by", analyst.email)[0] == 0
    assert FactBatch.objects.get().imported_by == analyst


def test_progress_tells_count_rate_and_time_left() -> None:
    megabyte = 1024 * 1024
    assert describe_progress("Read", 50 * megabyte, 200 * megabyte, 2.0) == "Read  50 / 200 MB  25.0 MB/s  0:06"
    assert describe_progress("Check", 100, 100, 2.0) == "Check  100 / 100 %"
    assert describe_progress("Check", 1, 100, 1.0) == "Check  1 / 100 %  1.0 %/s  1:39"

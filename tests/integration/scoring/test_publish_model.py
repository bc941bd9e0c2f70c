"""A scoring model put into force from its file: the first at once, a later after its notice, never two of a name."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from common.audit.models import AuditEntry
from scoring.capabilities.models import ScoringModel
from tests.factories.scoring import small_model

pytestmark = pytest.mark.django_db


def publish_file(folder: Path, definition: str, capsys: pytest.CaptureFixture[str]) -> str:
    path = folder / "model.toml"
    path.write_text(definition, encoding="utf-8")
    call_command("publish_model", str(path))
    return capsys.readouterr().out.strip()


def test_the_first_counts_at_once_and_the_next_after_its_notice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish_file(tmp_path, small_model("1"), capsys).endswith("is in force.")
    assert publish_file(tmp_path, small_model("1"), capsys).endswith("is in force.")
    assert "is announced and can be published from" in publish_file(tmp_path, small_model("2"), capsys)
    assert list(ScoringModel.objects.order_by("pk").values_list("model_version", "status")) == [
        ("1", "published"),
        ("2", "announced"),
    ]


def test_another_definition_of_the_same_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish_file(tmp_path, small_model("1"), capsys)
    model = ScoringModel.objects.get()
    before = (model.digest, model.version, AuditEntry.objects.count())
    refused = pytest.raises(CommandError, match=r"another definition of version 1\. Give the file another version\.")
    with override("en"), refused:
        publish_file(tmp_path, small_model("1", replicates=9), capsys)
    model = ScoringModel.objects.get()
    assert (model.digest, model.version, AuditEntry.objects.count()) == before


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match=r"Cannot read nowhere.toml: .* Check the path."):
        call_command("publish_model", "nowhere.toml")

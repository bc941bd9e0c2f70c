"""The worked examples of docs/racing.md and docs/matching.md, replayed block by block."""

import re
import shlex
from pathlib import Path

import pytest

from engine.__main__ import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("name", "commands", "files"), [("racing", 2, 7), ("matching", 2, 9)])
def test_the_worked_example_comes_out_as_written(
    name: str,
    commands: int,
    files: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A block with a file name is an input, or the output that an earlier command wrote under that name."""
    monkeypatch.chdir(tmp_path)
    ran = seen = 0
    for language, target, text in BLOCK.findall((DOCS / f"{name}.md").read_text(encoding="utf-8")):
        if language == "console":
            command, _, printed = text.partition("\n")
            words = shlex.split(command.removeprefix("$ python -m engine "))
            assert main(words) == 0
            assert capsys.readouterr().out == printed
            ran += 1
        elif (tmp_path / target).exists():
            assert (tmp_path / target).read_text(encoding="utf-8") == text
            seen += 1
        else:
            (tmp_path / target).write_text(text, encoding="utf-8")
            seen += 1
    assert (ran, seen) == (commands, files)

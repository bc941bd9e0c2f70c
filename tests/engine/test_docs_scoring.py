"""docs/scoring.md: its worked example is replayed, and it names every field, function and reason there is."""

import csv
import io
import math
import re
from dataclasses import fields
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.evidence import REASONS
from engine.formula_words import CAST_TYPES, FUNCTIONS, PROFILE_FUNCTIONS
from engine.model import Bootstrap, Capability, Composite, Gate, Metric, Normaliser, Peers, ScoringModel, Window
from engine.tables import Table, read_table

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
EXAMPLE = DOCUMENT.split("## A worked example")[1].split("\n## ")[0]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", EXAMPLE, re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCKS if found == kind]


def check_block(shown: str, written: Table, keys: list[str]) -> None:
    """Every shown cell equals the written one, to the four decimals shown."""
    rows = list(csv.DictReader(io.StringIO(shown)))
    assert rows
    index = {tuple(written[key][row] for key in keys): row for row in range(len(written[keys[0]]))}
    for row in rows:
        place = index[tuple(row[key] for key in keys)]
        for name, cell in row.items():
            value = written[name][place]
            if isinstance(value, str):
                assert cell == value
            elif value is None or math.isnan(value):
                assert cell == "", (row, name)
            else:
                assert float(cell) == pytest.approx(value, abs=5.1e-5), (row, name)


def test_the_worked_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (model,), (table, cards, ledger), (command,) = blocks("toml"), blocks("csv"), blocks("sh")
    (tmp_path / "shops.toml").write_text(model, encoding="utf-8")
    (tmp_path / "shops.csv").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = command.split()
    assert words[:3] == ["python", "-m", "engine"]
    assert main(words[3:]) == 0
    check_block(cards, read_table(tmp_path / "scores.csv"), ["subject"])
    check_block(ledger, read_table(tmp_path / "ledger.csv"), ["subject", "metric"])


def test_the_sentences_of_the_example() -> None:
    """The arithmetic told in words."""
    text = " ".join(EXAMPLE.split())
    composite = 87.5**0.6 * 92.5**0.4
    slope = (composite - 1) / math.log(composite)
    for number in (composite, slope, 0.6 + slope * 0.6 * math.log(87.5), 0.4 + slope * 0.4 * math.log(92.5)):
        assert f"{number:.4f}" in text
    mean = 360 / 4500
    shrunk = (20 + 400 * mean) / (100 + 400)
    assert (mean, shrunk) == pytest.approx((0.08, 0.104))


def test_the_document_names_everything() -> None:
    names = {
        item.name
        for kind in (ScoringModel, Metric, Capability, Composite, Gate, Window, Peers)
        for item in fields(kind)
    }
    names |= {item.name for kind in (Bootstrap, Normaliser) for item in fields(kind)} - {"kind"}
    names -= {"capabilities", "metrics", "gates", "window", "peers", "composite", "bootstrap"}
    prose = re.sub(r"```.*?```", "", DOCUMENT, flags=re.DOTALL)
    quoted = " ".join(re.findall(r"`([^`]+)`", prose))
    spoken = set(re.findall(r"[a-z_]+", quoted))
    assert sorted(names - spoken) == []
    functions = set(FUNCTIONS + PROFILE_FUNCTIONS) - {"try_cast"}
    assert sorted(functions - spoken) == []
    assert sorted(set(REASONS) - {""} - spoken) == []
    assert sorted(set(CAST_TYPES) - {"varchar"} - spoken) == []

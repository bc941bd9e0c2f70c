"""Every text exists in both languages, and no page carries inline code."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_code(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []
    assert re.findall(r"<style\b", text) == []
    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", text) == []


def test_every_message_is_translated() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    missing = [message.id for message in catalogue if message.id and not message.string]
    fuzzy = [message.id for message in catalogue if message.id and message.fuzzy]
    assert (missing, fuzzy) == ([], [])


def test_placeholders_survive_translation() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    pattern = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]+\}|%%")
    broken = [
        message.id
        for message in catalogue
        if isinstance(message.id, str)
        and message.string
        and sorted(set(pattern.findall(message.id))) != sorted(set(pattern.findall(message.string)))
    ]
    assert broken == []

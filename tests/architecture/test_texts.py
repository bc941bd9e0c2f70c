"""Every text exists in both languages, and no page carries inline code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"

ROOMS = ("accounts", "api", "common", "config", "demo", "merchants", "pages", "providers", "scoring")
GETTEXT = re.compile(r"^(_|n?gettext(_lazy|_noop)?|n?pgettext(_lazy)?)$")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_code(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []
    assert re.findall(r"<style\b", text) == []
    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", text) == []


def texts_of_code() -> Iterator[str]:
    """Every literal that the Python files hand to gettext."""
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and GETTEXT.match(node.func.id):
                text = node.args[1 if "pgettext" in node.func.id else 0]
                if isinstance(text, ast.Constant):
                    yield text.value


def texts_of_templates() -> Iterator[str]:
    """Every literal that a template translates."""
    literal = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    call = re.compile(rf"\b(?:n?gettext|_)\({literal}|\bn?pgettext\({literal}, {literal}")
    for path in TEMPLATES:
        for plain, _context, text in call.findall(templatize(path.read_text(), origin=str(path))):
            yield ast.literal_eval(plain or text)


def test_every_text_stands_in_the_catalogue() -> None:
    with CATALOGUE.open("rb") as file:
        ids = {message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file)}
    code, templates = set(texts_of_code()), set(texts_of_templates())
    assert (len(code) > 500, len(templates) > 300) == (True, True)  # the collectors still find what there is
    assert sorted((code | templates) - ids - {""}) == []


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

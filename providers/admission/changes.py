"""What changed between two applications of one company, field by field. Knows nothing of the database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

# Texts in Chinese are often one long line; a diff by sentence can still be read.
SENTENCE_ENDS = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+")


@dataclass(frozen=True)
class Content:
    """An application as plain values: texts by field, evidence by capability and field, trader names by code."""

    texts: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    traders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A line of a diff: `sign` is + for added, - for removed, a space for kept."""

    sign: str
    text: str


@dataclass(frozen=True)
class Change:
    """One field that differs. `part` is texts, evidence or traders; `key` the field or capability; `name` the field of
    the evidence."""

    part: str
    key: str
    name: str
    lines: tuple[Line, ...]

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        signs = {line.sign for line in self.lines}
        return {frozenset("+"): "added", frozenset("-"): "removed"}.get(frozenset(signs), "changed")


def compare(before: Content, after: Content) -> list[Change]:
    """Every field that differs, in the order of the form; empty when nothing was changed."""
    found = []
    for key in [*after.texts, *(key for key in before.texts if key not in after.texts)]:
        lines = diff_texts(before.texts.get(key, ""), after.texts.get(key, ""))
        if lines:
            found.append(Change("texts", key, key, lines))
    for key in [*after.evidence, *(key for key in before.evidence if key not in after.evidence)]:
        old, new = before.evidence.get(key, {}), after.evidence.get(key, {})
        for name in [*new, *(name for name in old if name not in new)]:
            lines = diff_texts(old.get(name, ""), new.get(name, ""))
            if lines:
                found.append(Change("evidence", key, name, lines))
    lines = diff_names(before.traders, after.traders)
    if lines:
        found.append(Change("traders", "traders", "traders", lines))
    return found


def split_text(text: str) -> list[str]:
    """Lines, and in them sentences, without empty ones."""
    parts = (part.strip() for line in text.splitlines() for part in SENTENCE_ENDS.split(line))
    return [part for part in parts if part]


def diff_texts(before: str, after: str) -> tuple[Line, ...]:
    """Kept, removed and added sentences in reading order; empty when they are the same."""
    old, new = split_text(before), split_text(after)
    if old == new:
        return ()
    lines: list[Line] = []
    for tag, a_from, a_to, b_from, b_to in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line(" ", text) for text in old[a_from:a_to]]
        else:
            lines += [Line("-", text) for text in old[a_from:a_to]]
            lines += [Line("+", text) for text in new[b_from:b_to]]
    return tuple(lines)


def diff_names(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Line, ...]:
    """People who are gone and people who are new, by code."""
    gone = [Line("-", f"{name} {code}") for code, name in sorted(before.items()) if code not in after]
    new = [Line("+", f"{name} {code}") for code, name in sorted(after.items()) if code not in before]
    return (*gone, *new)

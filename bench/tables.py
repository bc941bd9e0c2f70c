"""Results as a Markdown table for people and a flat map of figures for machines."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Result:
    """One bench. `rows` are cells of the table; `figures` maps a name to a number; `notes` say what was compared."""

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: Mapping[str, float]
    notes: Sequence[str] = field(default_factory=tuple)
    picture: str = ""


def describe_machine() -> str:
    """Cores, processor, memory, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    names = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":", 1)[1].strip() for line in names if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, Python {platform.python_version()}"


def to_markdown(result: Result) -> str:
    """The table with what it was measured on and how."""
    lines = [f"# {result.title}", "", f"Machine: {describe_machine()}. Command: `{command()}`.", ""]
    lines += [f"| {' | '.join(result.head)} |", f"| --- |{' ---: |' * (len(result.head) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in result.rows]
    if result.picture:
        lines += ["", f"![{result.title}]({result.name}.svg)"]
    return "\n".join([*lines, "", *[f"- {note}" for note in result.notes]]).rstrip() + "\n"


def command() -> str:
    """The command that gives this result again."""
    return " ".join(["python -m bench", *sys.argv[1:]])


def write_result(result: Result) -> None:
    """Write bench/results/<name>.md and .json and print the table."""
    RESULTS.mkdir(exist_ok=True)
    text = to_markdown(result)
    (RESULTS / f"{result.name}.md").write_text(text, encoding="utf-8")
    content = {"machine": describe_machine(), "command": command(), "figures": dict(result.figures)}
    if result.picture:
        (RESULTS / f"{result.name}.svg").write_text(result.picture, encoding="utf-8")
    (RESULTS / f"{result.name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(text)

"""Writes docs/states/*.md from the transition tables, or checks that they are current."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.states import all_tables


class Command(BaseCommand):
    help = "Write the state diagrams under docs/states/, or with --check fail when one is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail when a diagram differs")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "states"
        wanted = {f"{table.name}.md": table.to_markdown() for table in all_tables()}
        present = {path.name: path.read_text() for path in folder.glob("*.md")}
        stale = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
        if check:
            if stale:
                raise CommandError(f"Out of date: {', '.join(stale)}. Run `manage.py state_diagrams`.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            if name in wanted:
                (folder / name).write_text(wanted[name])
            else:
                (folder / name).unlink()
        print(f"{len(wanted)} diagrams, {len(stale)} changed")

"""Fills an empty portal with the demo world."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.exceptions import DomainError
from demo.build import build, is_empty


class Command(BaseCommand):
    help = "Fill an empty portal with the demo world (200 providers, 2,000 merchants, a year of facts)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing, quietly, when the portal is in use")

    def handle(self, *args: Any, if_empty: bool = False, **options: Any) -> None:
        if if_empty and not is_empty():
            return
        began = time.monotonic()
        try:
            build(report=self.tell)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The demo world is ready after {time.monotonic() - began:.0f} s.")

    def tell(self, step: str, done: int, total: int) -> None:
        """One line for each tenth of a step."""
        if done == total or done * 10 // total > (done - 1) * 10 // total:
            self.stdout.write(f"demo world: {step} {done}/{total}")
            self.stdout.flush()

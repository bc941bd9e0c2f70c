"""The whole main job without a browser, with a short report; fails when any part does not hold."""

import time
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.exceptions import DomainError
from demo.build import build
from demo.report import Failed, describe
from demo.walk import walk


class Command(BaseCommand):
    help = "Build the demo world in an empty database, walk the main job and print a report."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            built = build(report=lambda step, done, total: None)
            self.stdout.write(f"demo world built in {time.monotonic() - began:.0f} s")
            for line in chain(describe(built), walk(built)):
                self.stdout.write(line)
        except (Failed, DomainError) as error:
            raise CommandError(f"The main job failed: {error}") from error
        self.stdout.write(f"the main job holds, {time.monotonic() - began:.0f} s in all")

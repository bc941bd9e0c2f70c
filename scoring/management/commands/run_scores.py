"""Score a day in the foreground."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.exceptions import DomainError
from common.jobs.progress import JobCancelled
from scoring.capabilities.compute import carry_out
from scoring.capabilities.runs import start_run


class Told:
    """Progress on standard output, one line per phase."""

    def __init__(self, write: Any) -> None:
        self.write = write
        self.phase = ""

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        if phase and phase != self.phase:
            self.phase = phase
            self.write(f"{phase} …")


class Command(BaseCommand):
    help = "Score all providers with the model in force. The same inputs again give the finished run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="the last business day; default yesterday")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = start_run(by=None, as_of=options["as_of"], in_background=False)
            carry_out(run.pk, Told(self.stdout.write))
        except JobCancelled as error:
            raise CommandError("The run was stopped. Nothing of it is kept.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        run.refresh_from_db()
        self.stdout.write(
            f"Run {run.pk} as of {run.as_of}: {run.assessed_count} of {run.provider_count} providers assessed "
            f"from {run.fact_count} facts. Digest {run.result_digest}"
        )

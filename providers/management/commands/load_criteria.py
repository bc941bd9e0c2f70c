"""Put the first criteria set into force."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.exceptions import DomainError
from providers.criteria.definition import DEFAULT_SET
from providers.criteria.services import load_first_set


class Command(BaseCommand):
    help = "Put a criteria set into force when none is; does nothing when one is, so it may run at every start."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DEFAULT_SET, help="TOML; default the set that ships")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            definition = options["file"].read_text(encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}. Check the path.") from error
        try:
            criteria_set = load_first_set(definition=definition)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{criteria_set} is in force.")

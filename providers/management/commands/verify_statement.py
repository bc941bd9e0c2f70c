"""`manage.py verify_statement FILE --keys FILE`: check a signed statement offline."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from providers.verification.checking import NotVerified, check_statement


class Command(BaseCommand):
    help = "Check a signed statement about a provider against published keys. Asks no network and no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("statement", type=Path, help="the answer of /api/v1/verification/<code>")
        parser.add_argument("--keys", type=Path, required=True, help="a copy of /.well-known/paddock-keys.json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            statement = check_statement(_read(options["statement"]), _read(options["keys"]))
        except NotVerified as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Genuine. {statement['code']} {statement['name']}: {statement['status']} since "
            f"{statement['status_since']}, valid until {statement['valid_until']}."
        )


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as JSON: {error}") from error

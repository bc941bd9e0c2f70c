"""`manage.py import_identifiers FILE`: a feed of identifiers from the platform, devices above all."""

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from common.exceptions import DomainError
from providers.relations.services import FeedRow, import_identifiers

COLUMNS = {"provider", "kind", "value"}


class Command(BaseCommand):
    """Exit code 0: taken; 1: refused, nothing was taken."""

    help = "Import identifiers of providers from a CSV with the columns provider, kind, value: all rows or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file, in UTF-8")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the person in whose name this is done")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(email__iexact=options["by"]).first()
        if by is None:
            raise CommandError(_("There is no person with this e-mail address."))
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                if not set(reader.fieldnames or ()) >= COLUMNS:
                    raise CommandError(_("The head line needs the columns provider, kind and value."))
                rows = [FeedRow(row["provider"].strip(), row["kind"].strip(), row["value"]) for row in reader]
            added = import_identifiers(rows=rows, by=by)
        except OSError as error:
            raise CommandError(_("The file cannot be read: %s.") % error.strerror) from error
        except DomainError as error:
            self.stderr.write(self.style.ERROR(str(error)))
            sys.exit(1)
        self.stdout.write(_("%(added)s new identifiers.") % {"added": added})

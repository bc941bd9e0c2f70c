"""Draft, announce and publish a scoring model from a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

import engine
from common.days import business_day
from common.exceptions import Conflict, DomainError
from engine.model_toml import model_digest
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.services import announce, create_draft, publish, read_definition

FIRST_MODEL = Path(engine.__file__).parent / "models" / "five_capabilities.toml"


class Command(BaseCommand):
    help = (
        "Put a scoring model into force. The very first one counts at once; later ones are announced, "
        "and published by the same command when the notice period is over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=FIRST_MODEL, help="TOML; default the first model")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            definition = options["file"].read_text(encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}. Check the path.") from error
        try:
            self.stdout.write(put_into_force(definition))
        except DomainError as error:
            raise CommandError(str(error)) from error


def put_into_force(definition: str) -> str:
    """Draft, announce or publish as far as the notice period lets; says what was done. Raises Conflict when the portal
    has another definition under the same version, which it goes on applying."""
    rule = read_definition(definition)
    model = ScoringModel.objects.filter(key=rule.key, model_version=rule.version).first()
    if model and model.digest != model_digest(rule):
        raise Conflict(
            _("The portal has another definition of version %(version)s.") % {"version": rule.version},
            field="version",
            remedy=_("Give the file another version."),
            code="version_taken",
        )
    model = model or create_draft(definition=definition, by=None)
    if model.status == "draft":
        first = not ScoringModel.objects.filter(published_at__isnull=False).exists()
        today = business_day(timezone.now())
        model = announce(model_id=model.pk, by=None, effective_from=today if first else None)
    if model.status == "published":
        return f"{model} is in force."
    if model.effective_from and business_day(timezone.now()) < model.effective_from:
        return f"{model} is announced and can be published from {model.effective_from}."
    return f"{publish(model_id=model.pk, by=None)} is in force."

"""Rank the running seasons for a day."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.days import business_day
from common.exceptions import DomainError
from scoring.seasons.board_services import rank_night
from scoring.seasons.selectors import racing


class Command(BaseCommand):
    help = "Compute the places of a day in every running season. A night that exists stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="the business day; default yesterday")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["day"] or business_day(timezone.now()) - timedelta(days=1)
        for season in racing():
            try:
                for night in rank_night(season_id=season.pk, day=day, by=None):
                    self.stdout.write(
                        f"{night.track} {night.day}: {night.ranked_count} ranked, {night.unranked_count} not. "
                        f"Digest {night.digest}"
                    )
            except DomainError as error:
                raise CommandError(f"{season}: {error}") from error

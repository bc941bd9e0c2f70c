"""Compute a finished run again and compare digests."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scoring.capabilities.enums import RunStatus
from scoring.capabilities.models import ScoreRun
from scoring.capabilities.replay import replay_run


class Command(BaseCommand):
    help = "Recompute a finished score run from its own facts, model and providers; fails when the digests differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")

    def handle(self, *args: Any, **options: Any) -> None:
        run = ScoreRun.objects.select_related("scoring_model").filter(pk=options["run"]).first()
        if run is None or run.status != RunStatus.DONE:
            raise CommandError(f"There is no finished run {options['run']}. See the list of score runs.")
        replay = replay_run(run)
        self.stdout.write(f"stored   {run.input_digest} {run.result_digest}")
        self.stdout.write(f"replayed {replay.input_digest} {replay.result_digest}")
        if not replay.equal:
            raise CommandError("The digests differ.")
        self.stdout.write("Equal.")

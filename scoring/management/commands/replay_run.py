"""Compute a finished run again and compare digests."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.version import VERSION
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
        if not replay.equal and not replay.same_engine:
            raise CommandError(
                f"The digests cannot be compared: version {run.engine_version} of the engine computed the run, this is "
                f"version {VERSION}. Replay it with the release that computed it."
            )
        if not replay.equal:
            raise CommandError("The digests differ.")
        self.stdout.write("Equal.")

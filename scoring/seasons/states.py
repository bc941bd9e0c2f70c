"""How a season moves."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from scoring.seasons.enums import SeasonStatus

SEASON = StateTable(
    "season",
    SeasonStatus,
    initial=SeasonStatus.DRAFT,
    rows=(
        Transition("draft", "announced", "announce", "season.advance", _("Announce"), audit="season.announce"),
        Transition("announced", "running", "start", "season.advance", _("Start"), audit="season.start"),
        Transition("running", "settling", "close", "season.advance", _("Close the race"), audit="season.close"),
        Transition(
            "settling",
            "standstill",
            "open_objections",
            "season.advance",
            _("Open to objections"),
            audit="season.open_objections",
        ),
        Transition("standstill", "final", "finalise", "season.advance", _("Make final"), audit="season.finalise"),
        Transition("final", "archived", "archive", "season.advance", _("Archive"), audit="season.archive"),
    ),
)

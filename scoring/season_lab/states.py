"""How a trial of season rules moves. A row's action names the service that carries it out."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from scoring.lab.enums import TrialStatus

SEASON_TRIAL = StateTable(
    "season_trial",
    TrialStatus,
    initial=TrialStatus.QUEUED,
    rows=(
        Transition("queued", "running", "begin", "season.edit", _("Begin"), audit="season_trial.begin"),
        Transition("running", "running", "begin", "season.edit", _("Begin"), audit="season_trial.begin"),
        Transition("running", "done", "finish", "season.edit", _("Finish"), audit="season_trial.finish"),
        Transition("queued", "failed", "fail", "season.edit", _("Fail"), audit="season_trial.fail"),
        Transition("running", "failed", "fail", "season.edit", _("Fail"), audit="season_trial.fail"),
        Transition("queued", "cancelled", "cancel", "season.edit", _("Cancel"), audit="season_trial.cancel"),
        Transition("running", "cancelled", "cancel", "season.edit", _("Cancel"), audit="season_trial.cancel"),
    ),
)
ACTIONS_OF_PEOPLE = frozenset({"cancel"})

"""How a trial moves. A row's action names the service that carries it out."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from scoring.lab.enums import TrialStatus

TRIAL = StateTable(
    "lab_trial",
    TrialStatus,
    initial=TrialStatus.QUEUED,
    rows=(
        Transition("queued", "running", "begin", "model.edit", _("Begin"), audit="trial.begin"),
        Transition("running", "running", "begin", "model.edit", _("Begin"), audit="trial.begin"),
        Transition("running", "done", "finish", "model.edit", _("Finish"), audit="trial.finish"),
        Transition("queued", "failed", "fail", "model.edit", _("Fail"), audit="trial.fail"),
        Transition("running", "failed", "fail", "model.edit", _("Fail"), audit="trial.fail"),
        Transition("queued", "cancelled", "cancel", "model.edit", _("Cancel"), audit="trial.cancel"),
        Transition("running", "cancelled", "cancel", "model.edit", _("Cancel"), audit="trial.cancel"),
    ),
)
ACTIONS_OF_PEOPLE = frozenset({"cancel"})

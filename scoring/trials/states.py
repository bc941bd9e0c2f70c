"""How trials move. A row's action names the service that carries it out."""

from django.utils.translation import gettext_lazy as _

from common.exceptions import Text
from common.states import StateTable, Transition
from scoring.trials.enums import TrialStatus

# The other steps are the worker's.
ACTIONS_OF_PEOPLE = frozenset({"cancel"})


def trial_table(name: str, *, permission: str, audit: str) -> StateTable:
    """The table of one kind of trial; its log events are called `audit` and the action."""

    def row(frm: str, to: str, action: str, label: Text) -> Transition:
        return Transition(frm, to, action, permission, label, audit=f"{audit}.{action}")

    return StateTable(
        name,
        TrialStatus,
        initial=TrialStatus.QUEUED,
        rows=(
            row("queued", "running", "begin", _("Begin")),
            row("running", "running", "begin", _("Begin")),
            row("running", "done", "finish", _("Finish")),
            row("queued", "failed", "fail", _("Fail")),
            row("running", "failed", "fail", _("Fail")),
            row("queued", "cancelled", "cancel", _("Cancel")),
            row("running", "cancelled", "cancel", _("Cancel")),
        ),
    )

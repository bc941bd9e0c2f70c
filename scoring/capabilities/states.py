"""How scoring models and score runs move. A row's action names the service that carries it out."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from scoring.capabilities.enums import ModelStatus, RunStatus

SCORING_MODEL = StateTable(
    "scoring_model",
    ModelStatus,
    initial=ModelStatus.DRAFT,
    rows=(
        Transition("draft", "announced", "announce", "model.publish", _("Announce"), audit="model.announce"),
        Transition("draft", "discarded", "discard", "model.edit", _("Discard"), audit="model.discard"),
        Transition("announced", "published", "publish", "model.publish", _("Publish"), audit="model.publish"),
        Transition(
            "announced", "retired", "withdraw", "model.retire", _("Withdraw"), needs_note=True, audit="model.withdraw"
        ),
        Transition(
            "published", "retired", "retire", "model.retire", _("Retire"), needs_note=True, audit="model.retire"
        ),
    ),
)

SCORE_RUN = StateTable(
    "score_run",
    RunStatus,
    initial=RunStatus.QUEUED,
    rows=(
        Transition("queued", "running", "begin", "run.start", _("Begin"), audit="run.begin"),
        Transition("running", "running", "begin", "run.start", _("Begin"), audit="run.begin"),
        Transition("running", "done", "finish", "run.start", _("Finish"), audit="run.finish"),
        Transition("queued", "failed", "fail", "run.start", _("Fail"), audit="run.fail"),
        Transition("running", "failed", "fail", "run.start", _("Fail"), audit="run.fail"),
        Transition("queued", "cancelled", "cancel", "run.cancel", _("Cancel"), audit="run.cancel"),
        Transition("running", "cancelled", "cancel", "run.cancel", _("Cancel"), audit="run.cancel"),
    ),
)
RUN_ACTIONS_OF_PEOPLE = frozenset({"cancel"})

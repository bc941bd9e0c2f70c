"""How a season moves, and an objection to a verdict or an appeal against a final one."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.states import StateTable, Transition
from scoring.seasons.enums import ObjectionKind, ObjectionStatus, SeasonStatus

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

DECIDE, WITHDRAW = "objection.decide", "objection.withdraw"

OBJECTION = StateTable(
    "objection",
    ObjectionStatus,
    initial=ObjectionStatus.OPEN,
    rows=(
        Transition(
            "open", "upheld", "uphold", DECIDE, pgettext_lazy("an objection", "Uphold"), True, "objection.uphold"
        ),
        Transition("open", "rejected", "reject", DECIDE, _("Reject"), True, "objection.reject"),
        Transition("open", "withdrawn", "withdraw", WITHDRAW, _("Withdraw"), audit="objection.withdraw"),
    ),
)
# An appeal moves as an objection does; the log tells them apart.
APPEAL = StateTable(
    "appeal",
    ObjectionStatus,
    initial=ObjectionStatus.OPEN,
    rows=(
        Transition("open", "upheld", "uphold", DECIDE, pgettext_lazy("an objection", "Uphold"), True, "appeal.uphold"),
        Transition("open", "rejected", "reject", DECIDE, _("Reject"), True, "appeal.reject"),
        Transition("open", "withdrawn", "withdraw", WITHDRAW, _("Withdraw"), audit="appeal.withdraw"),
    ),
)
TABLES = {ObjectionKind.OBJECTION: OBJECTION, ObjectionKind.APPEAL: APPEAL}
DECISIONS = frozenset({"uphold", "reject"})

"""The way of a probation, and the way from the watch list to the end of the matter."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.conduct.enums import ProbationStatus as P
from providers.conduct.enums import WatchStatus as W

PROBATION = StateTable(
    name="probation",
    states=P,
    initial=P.PROPOSED,
    rows=(
        Transition(P.PROPOSED, P.RUNNING, "sign", "probation.sign", _("Sign the contract"), False, "probation.sign"),
        Transition(P.PROPOSED, P.JUDGED, "judge", "probation.judge", _("Judge now"), True, "probation.judge"),
        Transition(P.RUNNING, P.JUDGED, "judge", "probation.judge", _("Judge now"), True, "probation.judge"),
        Transition(P.JUDGED, P.PASSED, "complete", "probation.decide", _("Passed"), True, "probation.complete"),
        Transition(P.JUDGED, P.RUNNING, "extend", "probation.decide", _("Extend"), True, "probation.extend"),
        Transition(P.JUDGED, P.FAILED, "fail", "probation.fail", _("Failed: clear out"), True, "probation.fail"),
        Transition(
            P.PROPOSED, P.LAPSED, "lapse", "probation.decide", _("End without a verdict"), True, "probation.lapse"
        ),
        Transition(
            P.RUNNING, P.LAPSED, "lapse", "probation.decide", _("End without a verdict"), True, "probation.lapse"
        ),
        Transition(
            P.JUDGED, P.LAPSED, "lapse", "probation.decide", _("End without a verdict"), True, "probation.lapse"
        ),
    ),
)

WATCH = StateTable(
    name="watch",
    states=W,
    initial=W.WATCHING,
    rows=(
        Transition(W.WATCHING, W.NOTIFIED, "notify", "watch.notify", _("Give notice"), True, "watch.notify"),
        Transition(W.NOTIFIED, W.PLANNED, "propose", "watch.propose", _("Propose a cure plan"), True, "watch.propose"),
        Transition(W.PLANNED, W.CURING, "accept", "watch.notify", _("Accept the plan"), True, "watch.accept"),
        Transition(W.PLANNED, W.NOTIFIED, "refuse", "watch.notify", _("Ask for another plan"), True, "watch.refuse"),
        Transition(W.NOTIFIED, W.SUSPENDED, "suspend", "provider.suspend", _("Suspend"), True, "watch.suspend"),
        Transition(W.CURING, W.SUSPENDED, "suspend", "provider.suspend", _("Suspend"), True, "watch.suspend"),
        Transition(W.SUSPENDED, W.CURING, "reinstate", "provider.reinstate", _("Reinstate"), True, "watch.reinstate"),
        Transition(
            W.SUSPENDED, W.CLEARED_OUT, "clear_out", "provider.clear_out", _("Clear out"), True, "watch.clear_out"
        ),
        Transition(W.WATCHING, W.CLOSED, "close", "watch.notify", _("Close"), True, "watch.close"),
        Transition(W.NOTIFIED, W.CLOSED, "close", "watch.notify", _("Close"), True, "watch.close"),
        Transition(W.PLANNED, W.CLOSED, "close", "watch.notify", _("Close"), True, "watch.close"),
        Transition(W.CURING, W.CLOSED, "close", "watch.notify", _("Close"), True, "watch.close"),
    ),
)

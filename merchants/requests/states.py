"""The life of a help request."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from merchants.parties import PORTAL
from merchants.requests.enums import RequestStatus as S

_SHORTLIST = ("match.shortlist", _("Make a shortlist"), False, "help_request.shortlist")
_FIND_NOBODY = (PORTAL, _("Find nobody"), False, "help_request.find_nobody")
_REOPEN = ("request.edit", _("Open again"), False, "help_request.reopen")
_CANCEL = ("request.cancel", _("Cancel the request"), False, "help_request.cancel")

HELP_REQUEST = StateTable(
    name="help_request",
    states=S,
    initial=S.DRAFT,
    rows=(
        Transition(S.DRAFT, S.OPEN, "submit", "request.submit", _("Submit"), False, "help_request.submit"),
        Transition(S.DRAFT, S.CANCELLED, "cancel", "request.cancel", _("Discard the draft"), False, _CANCEL[3]),
        Transition(S.OPEN, S.SHORTLISTED, "shortlist", *_SHORTLIST),
        Transition(S.OPEN, S.UNMATCHED, "find_nobody", *_FIND_NOBODY),
        Transition(S.OPEN, S.CANCELLED, "cancel", *_CANCEL),
        Transition(S.SHORTLISTED, S.SHORTLISTED, "shortlist", *_SHORTLIST),
        Transition(S.SHORTLISTED, S.UNMATCHED, "find_nobody", *_FIND_NOBODY),
        Transition(S.SHORTLISTED, S.OPEN, "reopen", *_REOPEN),
        Transition(S.SHORTLISTED, S.INVITED, "invite", "match.invite", _("Invite"), False, "help_request.invite"),
        Transition(S.SHORTLISTED, S.CANCELLED, "cancel", *_CANCEL),
        Transition(S.INVITED, S.ENGAGED, "engage", PORTAL, _("Engage"), False, "help_request.engage"),
        Transition(S.INVITED, S.SHORTLISTED, "release", PORTAL, _("Choose again"), False, "help_request.release"),
        Transition(S.INVITED, S.UNMATCHED, "find_nobody", *_FIND_NOBODY),
        Transition(S.INVITED, S.CANCELLED, "cancel", "request.cancel", _("Cancel the request"), True, _CANCEL[3]),
        Transition(S.UNMATCHED, S.SHORTLISTED, "shortlist", *_SHORTLIST),
        Transition(S.UNMATCHED, S.UNMATCHED, "find_nobody", *_FIND_NOBODY),
        Transition(S.UNMATCHED, S.OPEN, "reopen", *_REOPEN),
        Transition(S.UNMATCHED, S.CANCELLED, "cancel", *_CANCEL),
    ),
)

"""The tables, row by row, against what product and design say."""

import pytest

from common.exceptions import IllegalTransition, InvalidInput
from common.states import StateTable
from merchants.engagements.enums import EngagementStatus
from merchants.engagements.models import Engagement
from merchants.engagements.states import ENGAGEMENT
from merchants.matching.enums import InvitationStatus
from merchants.matching.models import Invitation
from merchants.matching.states import INVITATION
from merchants.requests.enums import RequestStatus
from merchants.requests.models import HelpRequest
from merchants.requests.states import HELP_REQUEST
from merchants.rounds.enums import RoundStatus
from merchants.rounds.models import MatchRound
from merchants.rounds.states import MATCH_ROUND

# (from, action): (to, permission, a reason is needed)
TRUTH = {
    HELP_REQUEST: {
        ("draft", "submit"): ("open", "request.submit", False),
        ("draft", "cancel"): ("cancelled", "request.cancel", False),
        ("open", "shortlist"): ("shortlisted", "match.shortlist", False),
        ("open", "find_nobody"): ("unmatched", "", False),
        ("open", "cancel"): ("cancelled", "request.cancel", False),
        ("shortlisted", "shortlist"): ("shortlisted", "match.shortlist", False),
        ("shortlisted", "find_nobody"): ("unmatched", "", False),
        ("shortlisted", "reopen"): ("open", "request.edit", False),
        ("shortlisted", "invite"): ("invited", "match.invite", False),
        ("shortlisted", "cancel"): ("cancelled", "request.cancel", False),
        ("invited", "engage"): ("engaged", "", False),
        ("invited", "release"): ("shortlisted", "", False),
        ("invited", "find_nobody"): ("unmatched", "", False),
        ("invited", "cancel"): ("cancelled", "request.cancel", True),
        ("unmatched", "shortlist"): ("shortlisted", "match.shortlist", False),
        ("unmatched", "find_nobody"): ("unmatched", "", False),
        ("unmatched", "reopen"): ("open", "request.edit", False),
        ("unmatched", "cancel"): ("cancelled", "request.cancel", False),
    },
    INVITATION: {
        ("pending", "accept"): ("accepted", "invitation.accept", False),
        ("pending", "decline"): ("declined", "invitation.decline", True),
        ("pending", "expire"): ("expired", "", False),
        ("pending", "withdraw"): ("withdrawn", "invitation.withdraw", True),
    },
    MATCH_ROUND: {
        ("preparing", "present"): ("preview", "", False),
        ("preparing", "discard"): ("discarded", "round.run", False),
        ("preview", "commit"): ("committed", "round.run", False),
        ("preview", "discard"): ("discarded", "round.run", False),
        ("committed", "resume"): ("committed", "round.run", False),
    },
    ENGAGEMENT: {
        ("active", "pause"): ("paused", "engagement.pause", True),
        ("active", "complete"): ("completed", "engagement.complete", False),
        ("active", "terminate"): ("terminated", "engagement.terminate", True),
        ("paused", "resume"): ("active", "engagement.pause", False),
        ("paused", "terminate"): ("terminated", "engagement.terminate", True),
    },
}
OBJECTS = {HELP_REQUEST: HelpRequest, INVITATION: Invitation, MATCH_ROUND: MatchRound, ENGAGEMENT: Engagement}
STATES = {
    HELP_REQUEST: RequestStatus,
    INVITATION: InvitationStatus,
    MATCH_ROUND: RoundStatus,
    ENGAGEMENT: EngagementStatus,
}
INITIAL = {"help_request": "draft", "invitation": "pending", "match_round": "preparing", "engagement": "active"}
CASES = [
    (table, state, action)
    for table, rows in TRUTH.items()
    for state in STATES[table].values
    for action in sorted({name for _state, name in rows})
]


@pytest.mark.parametrize(("table", "state", "action"), CASES, ids=lambda value: getattr(value, "name", value))
def test_every_state_and_action(table: StateTable, state: str, action: str) -> None:
    subject = OBJECTS[table](status=state)
    expected = TRUTH[table].get((state, action))
    if expected is None:
        with pytest.raises(IllegalTransition):
            table.check(subject, action, note="Because.")
        return
    row = table.check(subject, action, note="Because.")
    assert (row.to, row.permission, row.needs_note) == expected
    if row.needs_note:
        with pytest.raises(InvalidInput) as refusal:
            table.check(subject, action, note="  ")
        assert (refusal.value.field, refusal.value.reason) == ("note", "note_required")


@pytest.mark.parametrize("table", TRUTH, ids=lambda table: table.name)
def test_no_row_is_missing_from_the_truth(table: StateTable) -> None:
    assert {(row.frm, row.action) for row in table} == set(TRUTH[table])
    assert table.initial == INITIAL[table.name]
    assert all(row.audit for row in table)

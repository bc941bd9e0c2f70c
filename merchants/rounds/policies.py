"""What a round must be before it may move on, and whether a place still stands; no person is asked here."""

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict
from merchants.requests.models import HelpRequest
from merchants.requests.selectors import REFERABLE
from merchants.rounds.models import MatchRound, RoundPlace


def check_committable(match_round: MatchRound) -> None:
    """Somebody would be invited; raises Conflict."""
    if not match_round.matched_count:
        raise Conflict(_("No request would get a provider."), remedy=_("Discard this round."), code="nothing_to_commit")


def check_resumable(match_round: MatchRound) -> None:
    """Its invitations are not all settled, and no work is under way; raises Conflict."""
    if match_round.finished_at is not None:
        raise Conflict(
            _("All places of this round are settled."), remedy=_("Nothing needs to be done."), code="finished"
        )
    if match_round.job is not None and match_round.job.is_open:
        raise Conflict(
            _("The invitations of this round are being sent."), remedy=_("Wait until it is done."), code="under_way"
        )


def has_changed(request: HelpRequest, place: RoundPlace) -> bool:
    """Whether the request is no longer what the preview saw: edited, answered, cancelled or taken elsewhere."""
    return request.version != place.request_version or request.status not in REFERABLE

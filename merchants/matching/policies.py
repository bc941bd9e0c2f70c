"""Whether a provider may be asked, and whether an answer is in time; no role is asked here."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from common.exceptions import Conflict, NotPermitted, Text
from merchants.clocks import business_day
from merchants.engagements.selectors import spare_rooms_of
from merchants.matching.enums import Obstacle
from merchants.matching.field import find_conflicts
from merchants.matching.models import Invitation
from merchants.requests.models import HelpRequest
from providers.documents.enums import BLOCKS_INVITATIONS
from providers.documents.selectors import find_block
from providers.registry.models import Provider


def check_invitable(request: HelpRequest, provider: Provider, now: datetime) -> None:
    """What held when the shortlist was made still holds; raises Conflict on field `provider`."""
    found = find_obstacle(request, provider, now)
    if found is not None:
        raise Conflict(found[1], field="provider", remedy=_("Choose another candidate."), code="not_invitable")


def find_obstacle(request: HelpRequest, provider: Provider, now: datetime) -> tuple[Obstacle, Text] | None:
    """Why the provider may not be invited for the request now, as a code and a sentence; None when it may."""
    today = business_day(now)
    if Invitation.objects.filter(request=request, provider=provider).exists():
        return Obstacle.INVITED_BEFORE, _("This provider was invited for this request before.")
    if not provider.is_active:
        return Obstacle.NOT_ACTIVE, _("This provider does not take part at present.")
    if provider.leave_from and provider.leave_until and provider.leave_from <= today <= provider.leave_until:
        return Obstacle.ON_LEAVE, _("This provider is on leave.")
    expired = find_block(provider, BLOCKS_INVITATIONS, today)
    if expired is not None:
        return Obstacle.DOCUMENT, expired.sentence
    if spare_rooms_of(provider.pk) < request.rooms:
        return Obstacle.NO_ROOMS, _("The traders of this provider have no place left for so many live rooms.")
    if provider.organisation_id in {other for _own, other in find_conflicts([request.merchant.organisation_id])}:
        return Obstacle.CONFLICT, _("Somebody belongs to both this provider and this shop.")
    return None


def check_in_time(invitation: Invitation, now: datetime) -> None:
    """The clock still runs; raises Conflict. It ends at the minute given, whether or not the sweep came by already."""
    if now >= invitation.expires_at:
        raise Conflict(
            _("The time to answer this invitation is over."),
            remedy=_("Nothing needs to be done; the next candidate is asked."),
            code="expired",
        )


def check_taking_part(provider: Provider) -> None:
    """The provider may work for merchants at this moment; raises Conflict."""
    if not provider.is_active:
        raise Conflict(
            _("Your company does not take part at present: its state is “%(state)s”.")
            % {"state": provider.get_status_display()},
            remedy=_("Decline, so that the merchant can ask somebody else."),
        )


def check_unbiased(user: User, request: HelpRequest) -> None:
    """Nobody answers on behalf of a provider to a shop of their own; raises NotPermitted."""
    if Membership.objects.filter(user=user, organisation=request.merchant.organisation_id, ended_at=None).exists():
        raise NotPermitted(
            _("You belong to this shop too, so you cannot answer for the provider."),
            remedy=_("Leave the answer to a colleague."),
            code="conflict_of_interest",
        )

"""Whether a provider may be asked, and whether an answer is in time; no role is asked here."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from common.exceptions import Conflict, NotPermitted, Text
from merchants.clocks import business_day
from merchants.engagements.selectors import spare_rooms_of
from merchants.matching.features import conflicted_organisations
from merchants.matching.models import Invitation
from merchants.requests.models import HelpRequest
from providers.documents.enums import BLOCKS_INVITATIONS
from providers.documents.selectors import find_block
from providers.registry.models import Provider


def check_invitable(request: HelpRequest, provider: Provider, now: datetime) -> None:
    """What held when the shortlist was made still holds; raises Conflict on field `provider`."""
    today = business_day(now)
    if Invitation.objects.filter(request=request, provider=provider).exists():
        raise _not_invitable(_("This provider was invited for this request before."))
    if not provider.is_active:
        raise _not_invitable(_("This provider does not take part at present."))
    if provider.leave_from and provider.leave_until and provider.leave_from <= today <= provider.leave_until:
        raise _not_invitable(_("This provider is on leave."))
    expired = find_block(provider, BLOCKS_INVITATIONS, today)
    if expired is not None:
        raise _not_invitable(expired.sentence)
    if spare_rooms_of(provider.pk) < request.rooms:
        raise _not_invitable(_("The traders of this provider have no place left for so many live rooms."))
    if (
        conflicted_organisations(request.merchant.organisation_id)
        .filter(organisation=provider.organisation_id)
        .exists()
    ):
        raise _not_invitable(_("Somebody belongs to both this provider and this shop."))


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


def _not_invitable(message: Text) -> Conflict:
    return Conflict(message, field="provider", remedy=_("Choose another candidate."), code="not_invitable")

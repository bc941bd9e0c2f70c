"""What a trader must be for a step; no person is asked here."""

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from providers.traders.enums import TraderStatus, VerificationStatus
from providers.traders.identity import FIELD
from providers.traders.models import FINAL_VERIFICATION, Trader


def check_working(trader: Trader) -> None:
    """Raises Conflict when the trader has left."""
    if trader.status == TraderStatus.LEFT:
        raise Conflict(
            _("This trader has left, the record stays as it was."),
            remedy=_("Register the person anew when he or she comes back."),
        )


def check_verification_step(trader: Trader) -> None:
    """A verification is about a known person who works here; raises Conflict or InvalidInput (`identity_number`)."""
    check_working(trader)
    if trader.person_id is None:
        raise InvalidInput(
            _("The identity number is missing."), field=FIELD, remedy=_("Give the trader's identity number first.")
        )


def check_certifiable(trader: Trader) -> None:
    """Only a verified person who works here is certified; raises Conflict."""
    if trader.status == TraderStatus.LEFT:
        raise Conflict(_("This trader has left."), remedy=_("Certify the person at the present provider."))
    if trader.verification != VerificationStatus.VERIFIED:
        raise Conflict(
            _("This trader is not verified."),
            remedy=_("Let the provider ask for verification, and decide on that first."),
            code="not_verified",
        )


def check_identity_open(trader: Trader) -> None:
    """Name and identity number belong together from the moment when they are checked; raises Conflict."""
    if trader.verification in FINAL_VERIFICATION:
        raise Conflict(
            _("Name and identity number are checked together and cannot be changed any more."),
            remedy=_("Write to the platform when the name has changed."),
            code="identity_checked",
        )

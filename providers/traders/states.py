"""The life of a trader at a provider, of the verification of the person, and of a certificate."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.traders.enums import CertificateStatus as C
from providers.traders.enums import TraderStatus as S
from providers.traders.enums import VerificationStatus as V
from providers.traders.models import Trader

PORTAL = ""  # the permission of steps that follow from the clock or from another act: no person holds it

TRADER = StateTable(
    name="trader",
    states=S,
    initial=S.ACTIVE,
    rows=(
        Transition(S.ACTIVE, S.LEFT, "leave", "trader.edit", _("Record that this trader left"), True, "trader.leave"),
        Transition(
            S.ACTIVE,
            S.LEFT,
            "release",
            "trader.release",
            _("Record the leaving for the provider"),
            True,
            "trader.release",
        ),
    ),
)

VERIFICATION = StateTable(
    name="trader_verification",
    states=V,
    initial=V.UNVERIFIED,
    rows=(
        Transition(V.UNVERIFIED, V.ASKED, "ask", "trader.edit", _("Ask for verification"), False, "trader.ask"),
        Transition(V.REFUSED, V.ASKED, "ask", "trader.edit", _("Ask for verification again"), False, "trader.ask"),
        Transition(V.ASKED, V.VERIFIED, "verify", "trader.verify", _("Verify"), False, "trader.verify"),
        Transition(V.ASKED, V.REFUSED, "refuse", "trader.verify", _("Refuse"), True, "trader.refuse"),
    ),
)

CERTIFICATE = StateTable(
    name="certificate",
    states=C,
    initial=C.VALID,
    rows=(
        Transition(C.VALID, C.EXPIRED, "expire", PORTAL, _("Expire"), False, "certificate.expire"),
        Transition(C.VALID, C.REVOKED, "revoke", "trader.certify", _("Revoke"), True, "certificate.revoke"),
        Transition(C.VALID, C.SUPERSEDED, "supersede", PORTAL, _("Supersede"), False, "certificate.supersede"),
    ),
)


@dataclass
class Verification:
    """A trader as the machine of its verification sees it: `pk` is the trader's, `status` the verification."""

    pk: int
    status: str


def verification_of(trader: Trader) -> Verification:
    """The subject of VERIFICATION."""
    return Verification(trader.pk, trader.verification)

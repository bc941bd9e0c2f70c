"""May this person act on this trader?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission, is_staff
from common.exceptions import NotPermitted
from common.states import ActionOffer, Transition
from providers.registry.permissions import check_unbiased
from providers.traders.models import Certificate, Trader
from providers.traders.policies import check_certifiable, check_verification_step
from providers.traders.states import CERTIFICATE, PORTAL, TRADER, VERIFICATION, verification_of

# Held in the provider itself; whoever holds one of the others decides about the provider's people from outside.
OWN = "trader.edit"
STEPS_OF_STAFF = frozenset({"release", "verify", "refuse"})


def check_act(user: User | AnonymousUser, trader: Trader, row: Transition) -> None:
    """Whether `user` may take the step `row` with `trader` or its certificate; raises NotPermitted."""
    if row.permission == PORTAL:
        raise NotPermitted(_("The portal takes this step by itself."), remedy=_("Nothing has to be done."))
    check_permission(user, row.permission, organisation_id=trader.provider.organisation_id)
    if row.permission != OWN:
        check_unbiased(user, trader.provider)


def offer_steps(user: User | AnonymousUser, trader: Trader) -> list[ActionOffer]:
    """The buttons of the viewer's side about the trader."""
    offers = TRADER.offer_actions(trader, lambda row: check_act(user, trader, row))
    return [offer for offer in offers if (offer.action in STEPS_OF_STAFF) == is_staff(user)]


def offer_verification(user: User | AnonymousUser, trader: Trader) -> list[ActionOffer]:
    """The buttons of the viewer's side about the verification."""
    offers = VERIFICATION.offer_actions(verification_of(trader), lambda row: check_verify(user, trader, row))
    return [offer for offer in offers if (offer.action in STEPS_OF_STAFF) == is_staff(user)]


def offer_certificate(user: User | AnonymousUser, certificate: Certificate) -> list[ActionOffer]:
    """The buttons about a certificate; the portal's own steps are none."""
    offers = CERTIFICATE.offer_actions(certificate, lambda row: check_act(user, certificate.trader, row))
    return [offer for offer in offers if offer.action == "revoke"]


def check_verify(user: User | AnonymousUser, trader: Trader, row: Transition) -> None:
    """`check_act` for a step of the verification; raises Conflict when the trader lacks what it needs."""
    check_verification_step(trader)
    check_act(user, trader, row)


def check_certify(user: User | AnonymousUser, trader: Trader) -> None:
    """Whether `user` may certify `trader` now; raises NotPermitted or Conflict."""
    check_permission(user, "trader.certify")
    check_unbiased(user, trader.provider)
    check_certifiable(trader)

"""May this person do that with this dispute?"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.permissions import check_permission
from common.states import ActionOffer, Transition
from providers.registry.models import Provider
from providers.registry.permissions import check_unbiased
from scoring.disputes.models import Dispute
from scoring.disputes.policies import check_impartial
from scoring.disputes.states import DECISIONS, DISPUTE


def check_open(user: User | AnonymousUser, provider: Provider) -> None:
    """Whether `user` may dispute facts of `provider`; raises NotPermitted."""
    check_permission(user, "dispute.open", organisation_id=provider.organisation_id)


def check_act(user: User | AnonymousUser, dispute: Dispute, row: Transition, *, concerned: set[int]) -> None:
    """Whether `user` may take the step `row`; `concerned` are the people who brought the disputed facts in."""
    check_permission(user, row.permission, organisation_id=dispute.provider.organisation_id)
    if row.action in DECISIONS:
        check_unbiased(user, dispute.provider)
        check_impartial(user.pk or 0, concerned)


def offer_actions(user: User | AnonymousUser, dispute: Dispute, *, concerned: set[int]) -> list[ActionOffer]:
    """All steps of the present state, each allowed or with its reason."""
    return DISPUTE.offer_actions(dispute, lambda row: check_act(user, dispute, row, concerned=concerned))

"""Who may import facts, and who may read them."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.permissions import check_permission, has_permission
from common.states import ActionOffer, Transition
from providers.registry.models import Provider
from scoring.facts.models import FactBatch
from scoring.facts.policies import check_action
from scoring.facts.states import FACT_BATCH, IMPORT, OFFERED


def check_import(user: User | None, *, register_unknown: bool = False) -> None:
    """Raise NotPermitted unless `user` may import, and register providers when that is asked for. None is an operator
    at the machine, who may."""
    if user is None:
        return
    check_permission(user, IMPORT)
    if register_unknown:
        check_permission(user, "provider.register")


def check_act(user: User | AnonymousUser, batch: FactBatch, row: Transition) -> None:
    """Raise the DomainError that forbids `row` to `user`."""
    check_action(batch, row)
    check_permission(user, row.permission)


def offer_batch_actions(batch: FactBatch, user: User | AnonymousUser) -> list[ActionOffer]:
    """What people can do with a batch; the other rows of the table are the import's."""
    offers = FACT_BATCH.offer_actions(batch, lambda row: check_act(user, batch, row))
    return [offer for offer in offers if offer.action in OFFERED]


def can_view_totals(user: User | AnonymousUser, provider: Provider) -> bool:
    """Whether `user` may read the daily totals of `provider`: staff of anybody, members of their own."""
    return has_permission(user, "fact.view", organisation_id=provider.organisation_id)

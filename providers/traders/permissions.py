"""May this person act on this trader?"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.permissions import check_permission
from common.states import Transition
from providers.traders.models import Trader


def check_act(user: User | AnonymousUser, trader: Trader, row: Transition) -> None:
    """Whether `user` may take the step `row` with `trader`; raises NotPermitted."""
    check_permission(user, row.permission, organisation_id=trader.provider.organisation_id)

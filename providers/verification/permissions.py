"""May this person decide on this report?"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.permissions import check_permission
from common.states import Transition
from providers.registry.permissions import check_unbiased
from providers.registry.selectors import verifiable
from providers.verification.models import FalseClaim


def check_act(user: User | AnonymousUser, claim: FalseClaim, row: Transition) -> None:
    """Whether `user` may take the step `row`; nobody on a report that names the own company. Raises NotPermitted."""
    check_permission(user, row.permission)
    named = verifiable().filter(code__iexact=claim.claimed_code).first() if claim.claimed_code else None
    if named is not None:
        check_unbiased(user, named)

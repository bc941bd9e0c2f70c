"""May this person take this step?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.exceptions import NotPermitted
from common.states import Transition
from providers.conduct import policies
from providers.conduct.models import Probation, WatchEntry
from providers.registry.permissions import check_unbiased

OF_THE_PROVIDER = frozenset({"sign", "propose"})


def check_probation_act(user: User | AnonymousUser, probation: Probation, row: Transition) -> None:
    """Whether `user` may take the step `row`; the mentor does not decide about the own charge. Raises NotPermitted."""
    check_permission(user, row.permission, organisation_id=probation.provider.organisation_id)
    if row.action in OF_THE_PROVIDER:
        return
    check_unbiased(user, probation.provider)
    if row.action in ("complete", "extend", "fail") and probation.mentor_id == user.pk:
        raise NotPermitted(
            _("You are the mentor of this provider, so you cannot sign its verdict."),
            remedy=_("Leave the decision to a colleague."),
            code="conflict_of_interest",
        )


def check_watch_act(user: User | AnonymousUser, entry: WatchEntry, row: Transition) -> None:
    """Whether `user` may take the step `row`; who suspended does not clear out as well. Raises NotPermitted."""
    check_permission(user, row.permission, organisation_id=entry.provider.organisation_id)
    if row.action in OF_THE_PROVIDER:
        return
    check_unbiased(user, entry.provider)
    if row.action == "clear_out" and entry.acted_by_id == user.pk:
        raise NotPermitted(
            _("You suspended this provider, so somebody else must decide on the clear-out."),
            remedy=_("Leave the decision to a colleague."),
            code="second_person",
        )


def check_watch_offer(user: User | AnonymousUser, entry: WatchEntry, row: Transition) -> None:
    """`check_watch_act` for a button, with what the clock forbids."""
    check_watch_act(user, entry, row)
    policies.check_due(entry, row.action)

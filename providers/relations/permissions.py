"""May this person do that with this link?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.exceptions import NotPermitted
from common.states import Transition
from providers.registry.permissions import check_unbiased
from providers.relations.link_models import Link

DECISIONS = frozenset({"uphold", "lift", "override"})


def check_act(user: User | AnonymousUser, link: Link, row: Transition) -> None:
    """Whether `user` may take the step `row`. Who entered the link or the barred party decides nothing about it, nor
    does a member of the applicant. Raises NotPermitted."""
    if row.action not in DECISIONS:
        check_permission(user, row.permission, organisation_id=link.provider.organisation_id)
        return
    check_permission(user, row.permission)
    check_unbiased(user, link.provider)
    entered = {link.created_by_id, link.other.barred.created_by_id if link.other.barred else None} - {None}
    if user.pk in entered:
        raise NotPermitted(
            _("You entered this, so somebody else decides about it."),
            remedy=_("Leave the decision to a colleague."),
            code="own_entry",
        )

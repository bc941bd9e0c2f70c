"""May this person act on this provider?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission, companies_of, is_staff
from common.exceptions import Conflict, NotPermitted
from common.states import Transition
from providers.registry.models import Provider


def check_unbiased(user: User | AnonymousUser, provider: Provider) -> None:
    """Nobody decides about a company to which they belong or belonged; raises NotPermitted."""
    if provider.organisation_id in companies_of(user):
        raise NotPermitted(
            _("You are or were a member of this company, so you cannot decide about it."),
            remedy=_("Leave the decision to a colleague."),
            code="conflict_of_interest",
        )


def check_act(user: User | AnonymousUser, provider: Provider, row: Transition) -> None:
    """Whether `user` may take the step `row` with `provider`; raises NotPermitted."""
    check_permission(user, row.permission, organisation_id=provider.organisation_id)
    check_unbiased(user, provider)


def check_offer(user: User | AnonymousUser, provider: Provider, row: Transition) -> None:
    """`check_act` for a button: the way in leads through an application alone."""
    if row.action == "admit":
        raise Conflict(_("A provider is admitted by deciding on its application."), remedy=_("Open its application."))
    check_act(user, provider, row)


def check_register(user: User | AnonymousUser) -> None:
    """Whoever is signed in may register a company, except those who decide about companies; raises NotPermitted."""
    if not isinstance(user, User) or not user.is_active:
        raise NotPermitted(_("You are not signed in."), remedy=_("Sign in and try again."))
    if is_staff(user):
        raise NotPermitted(
            _("Platform staff cannot own a service provider."), remedy=_("Let the company register itself.")
        )

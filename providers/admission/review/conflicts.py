"""Conflicts of interest: whose case somebody must not judge."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.permissions import companies_of
from accounts.roles import OrganisationKind
from common.exceptions import NotPermitted
from providers.admission.models import Application
from providers.registry.permissions import check_unbiased


def linked_to(users: Iterable[User]) -> QuerySet[Membership]:
    """Memberships, ended ones too, in the companies of `users` and in those that share a person with one of them."""
    companies = Membership.objects.filter(organisation__kind=OrganisationKind.PROVIDER)
    own = companies.filter(user__in=users).values("organisation")
    people = companies.filter(organisation__in=own).values("user")
    return companies.filter(user__in=people)


def check_impartial(user: User | AnonymousUser, application: Application) -> None:
    """Nobody judges the case of a company of theirs or of one linked to it, nor one that they entered.

    Raises NotPermitted.
    """
    check_unbiased(user, application.provider)
    if not isinstance(user, User):
        return
    # Who never belonged to a company is linked to none.
    if companies_of(user) and linked_to([user]).filter(organisation=application.provider.organisation_id).exists():
        raise NotPermitted(
            _("You are or were a member of a company linked to this one, so you cannot decide about it."),
            remedy=_("Leave the decision to a colleague."),
            code="conflict_of_interest",
        )
    if user.pk in {application.created_by_id, application.submitted_by_id, application.provider.registered_by_id}:
        raise NotPermitted(
            _("You entered this case, so you cannot decide about it."),
            remedy=_("Leave the decision to a colleague."),
            code="conflict_of_interest",
        )

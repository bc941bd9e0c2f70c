"""May this person do that with this application?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.exceptions import Conflict
from common.states import Transition
from providers.admission import policies
from providers.admission.models import Application
from providers.registry.permissions import check_unbiased
from providers.relations.policies import check_not_intercepted

REVIEW = frozenset({"return", "admit", "reject"})


def check_act(user: User | AnonymousUser, application: Application, row: Transition) -> None:
    """Whether `user` may take the step `row`; reviewers never on a company of their own. Raises NotPermitted."""
    check_permission(user, row.permission, organisation_id=application.provider.organisation_id)
    if row.action in REVIEW:
        check_unbiased(user, application.provider)


def check_offer(user: User | AnonymousUser, application: Application, row: Transition) -> None:
    """`check_act` for a button; one that would be refused as incomplete says so beforehand, without the whole list."""
    check_act(user, application, row)
    if row.action == "submit" and policies.find_missing(application):
        raise Conflict(_("Something is still missing."), remedy=_("Add it first."))
    if row.action == "admit":
        check_not_intercepted(application.provider)


def check_edit(user: User | AnonymousUser, application: Application) -> None:
    """Whether `user` may change the content now; raises NotPermitted or Conflict."""
    policies.check_editable(application)
    check_permission(user, "application.edit", organisation_id=application.provider.organisation_id)

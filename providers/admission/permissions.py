"""May this person do that with this application?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.exceptions import Conflict
from common.states import Transition
from providers.admission import policies
from providers.admission.models import Application
from providers.admission.review.conflicts import check_impartial
from providers.admission.review.permissions import check_decider

REVIEW = frozenset({"return", "admit", "reject"})


def check_act(user: User | AnonymousUser, application: Application, row: Transition) -> None:
    """Whether `user` may take the step `row`; nobody decides on a company of their own or linked to it, nor on a case
    that they entered or reviewed first. Raises NotPermitted."""
    check_permission(user, row.permission, organisation_id=application.provider.organisation_id)
    if row.action in REVIEW:
        check_impartial(user, application)
        check_decider(user, application, confirms=row.action == "reject" and policies.is_definite_fail(application))


def check_offer(user: User | AnonymousUser, application: Application, row: Transition) -> None:
    """`check_act` for a button; one that would be refused as incomplete says so beforehand, without the whole list."""
    check_act(user, application, row)
    policies.check_panel_settled(application, row.action)
    if row.action == "submit" and policies.find_missing(application):
        raise Conflict(_("Something is still missing."), remedy=_("Add it first."))


def check_edit(user: User | AnonymousUser, application: Application) -> None:
    """Whether `user` may change the content now; raises NotPermitted or Conflict."""
    policies.check_editable(application)
    check_permission(user, "application.edit", organisation_id=application.provider.organisation_id)
